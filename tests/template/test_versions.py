"""Versions: a changed parameter publishes new versions of the functions that depend on it, else it has no effect."""

import json
import re

import pytest

from tests.template import template
from tests.template.conftest import Stack

# Properties in Globals that need no mention in a version's description: the first two are not part of a version, the
# environment is a function's own property as well, and a build for another architecture is another build.
UNVERSIONED = {"DeploymentPreference", "VersionDescription", "Environment", "Architectures"}
# The first belongs to the function, and the second to its alias.
CONCURRENCY = {"ReservedConcurrentExecutions", "ProvisionedConcurrencyConfig"}


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"CacheSeconds": "0"}, {"Play"}),
        ({"ViewWindowMinutes": "30"}, {"Play", "PostView"}),
        ({"CounterShards": "32"}, {"PostView", "CountViews"}),
        ({"RequireViewerToken": "true"}, {"Play"}),
    ],
    ids=str,
)
def test_a_changed_parameter_publishes_new_versions_of_the_functions_that_have_it(stack, change, changed):
    before = _versions(stack)
    after = _versions(Stack(template.processed(**change)))
    assert {name for name in before if before[name] != after[name]} == changed


def test_each_versions_description_names_the_parameters_used_in_globals(stack):
    """SAM sees no change in Globals. CloudFormation publishes another version for another description."""
    globals_ = template.written()["Globals"]["Function"]
    taken = _parameters({name: found for name, found in globals_.items() if name not in UNVERSIONED})
    assert taken == {"LogLevel", "Tracing"}
    other = Stack(template.processed(LogLevel="DEBUG", Tracing="Active"))
    versions = {version["FunctionName"]["Ref"] for version in stack.of_type("AWS::Lambda::Version").values()}
    assert versions == set(stack.functions)
    assert _descriptions(stack) == {"LogLevel INFO, Tracing PassThrough"}
    assert _descriptions(other) == {"LogLevel DEBUG, Tracing Active"}


def test_no_property_of_a_function_hides_a_parameter_from_sam():
    """SAM on AWS resolves no Fn::If and would see no change. Only EndpointUrl, which AWS never has, may be in one, and
    what is no part of a version.
    """
    resources = template.expanded()["Resources"].values()
    functions = [found["Properties"] for found in resources if found["Type"] == "AWS::Serverless::Function"]
    versioned = [{name: found for name, found in function.items() if name not in CONCURRENCY} for function in functions]
    everything = json.dumps([versioned, template.written()["Globals"]])
    assert everything.count("Fn::If") == everything.count('{"Fn::If": ["HasEndpointUrl"') == 1


def _versions(stack) -> dict[str, str]:
    """The logical name of each function's version, which contains a hash of the function's properties."""
    aliases = stack.of_type("AWS::Lambda::Alias").values()
    return {
        alias["FunctionName"]["Ref"].removesuffix("Function"): alias["FunctionVersion"]["Fn::GetAtt"][0]
        for alias in aliases
    }


def _descriptions(stack) -> set[str]:
    return {version["Description"] for version in stack.of_type("AWS::Lambda::Version").values()}


def _parameters(properties) -> set[str]:
    """Parameters of the template that these properties refer to."""
    return set(re.findall(r'{"Ref": "(\w+)"}', json.dumps(properties)))
