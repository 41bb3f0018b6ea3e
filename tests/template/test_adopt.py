"""`make adopt`: what a deleted stack leaves under a name can be imported, so that the next deployment does not fail."""

import json
import re

from ops import adopt


def test_each_resource_that_outlives_its_stack_under_a_name_is_imported(stack):
    named = {
        logical
        for logical, resource in stack.resources.items()
        if resource.get("DeletionPolicy") == "Retain" and _own_names(resource)
    }
    assert named == set(adopt.retained()["Resources"])
    assert named >= {"MetadataTable", "PlayLog"}


def test_an_import_holds_nothing_that_cloudformation_refuses_there():
    template = adopt.retained()
    assert set(template) == {"AWSTemplateFormatVersion", "Parameters", "Resources"}
    assert {resource["DeletionPolicy"] for resource in template["Resources"].values()} == {"Retain"}
    assert not re.search("Fn::(?!Sub)", json.dumps(template)), "an import has no conditions and refers to nothing else"
    assert set(re.findall(r'{"Ref": "(\w+)"}', json.dumps(template))) == set(template["Parameters"])


def test_resources_are_looked_for_under_the_names_that_the_stack_gave_them(stack):
    for logical, resource in adopt.retained()["Resources"].items():
        assert _own_names(stack.resources[logical]) == {adopt.physical_name(resource, "videoms")}


def _own_names(resource: dict) -> set[str]:
    """The physical name of a resource, which is a property such as TableName."""
    kind = resource["Type"].rsplit("::")[-1]
    return {value for name, value in resource["Properties"].items() if name in (f"{kind}Name", "Name")}
