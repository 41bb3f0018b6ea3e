"""template.yaml as CloudFormation receives it, processed by the SAM CLI's own code. Runs in .venv-sam.

`python -m tests.template.template` prints the template with each Fn::ForEach expanded, for linters that don't know it.
"""

from pathlib import Path

from samcli.lib.cfn_language_extensions.sam_integration import expand_language_extensions
from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_dump, yaml_parse

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
STACK = {
    "AWS::StackName": "videoms",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


def written() -> dict:
    """The template as it is in the repository."""
    return yaml_parse(TEMPLATE.read_text())


def expanded() -> dict:
    """The template with each Fn::ForEach expanded."""
    return expand_language_extensions(written(), parameter_values=STACK, enabled=True).expanded_template


def processed(**parameters: str) -> dict:
    """The template with SAM's resources turned into CloudFormation's. Conditions and references stay."""
    template = written()
    defaults = {name: str(parameter["Default"]) for name, parameter in template["Parameters"].items()}
    validator = SamTemplateValidator(
        template,
        managed_policy_loader=None,  # The template names no managed policy of AWS.
        region=STACK["AWS::Region"],
        parameter_overrides={**defaults, **parameters, **STACK},
        language_extensions_enabled=True,
    )
    return yaml_parse(validator.get_translated_template_if_valid())


if __name__ == "__main__":
    print(yaml_dump(expanded()), end="")
