"""Builds the functions and deploys them to AWS, with the checks that AWS would make too late or not at all.

    STACK_NAME=videoms python -m ops.deploy [Parameter=Value ...]

A parameter that is not named keeps the value of the last deployment. SAM's own questions and output are passed on.
"""

import os
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from samtranslator.yaml_helper import yaml_parse

from local.console import Failure, say
from ops import retained

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
BUILT = ROOT / ".aws-sam" / "build"
STACK_NAME = "${AWS::StackName}"

# Lambda's limit for a function's name.
LONGEST_FUNCTION_NAME = 64
# The machine in an ELF header and the compiler's target, by Lambda's word for an architecture.
MACHINES = {"arm64": 0xB7, "x86_64": 0x3E}
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}
# samconfig.toml has the same, but SAM takes either the file's parameters or the command's.
ALWAYS = {"GradualDeployment": "true"}


def template() -> dict:
    return yaml_parse(TEMPLATE.read_text())


def longest_stack_name() -> int:
    """The longest name of a stack whose functions' names fit Lambda's limit."""
    # An Fn::ForEach is a list and has no type.
    resources = [found for found in template()["Resources"].values() if isinstance(found, dict)]
    functions = [found["Properties"] for found in resources if found["Type"] == "AWS::Serverless::Function"]
    names = [function["FunctionName"]["Fn::Sub"] for function in functions]
    return LONGEST_FUNCTION_NAME - max(len(name.replace(STACK_NAME, "")) for name in names)


def check_stack_name(stack_name: str) -> None:
    longest = longest_stack_name()
    if len(stack_name) > longest:
        raise Failure(
            f"the stack name {stack_name!r} is longer than the {longest} characters that functions' names allow"
        )


def check_binaries(built: Path, architecture: str) -> None:
    """Checks that each packed function is a program for the architecture that the stack asks for."""
    binaries = sorted(built.glob("*/bootstrap"))
    if not binaries:
        raise Failure(f"there is no function in {built}")
    for binary in binaries:
        with binary.open("rb") as file:
            header = file.read(20)
        machine = int.from_bytes(header[18:20], "little") if header[:4] == b"\x7fELF" else None
        if machine != MACHINES[architecture]:
            raise Failure(f"{binary} is not a program for {architecture}")


def architecture(parameters: dict[str, str], deployed: dict[str, str]) -> str:
    """The architecture that the command asks for, else that of the deployed stack, else the template's."""
    default = template()["Parameters"]["Architecture"]["Default"]
    found = {"Architecture": default, **deployed, **parameters}["Architecture"]
    if found not in MACHINES:
        raise Failure(f"Architecture is arm64 or x86_64, not {found}")
    return found


def check_compiler(target: str) -> None:
    asked = subprocess.run(
        ["rustc", "--print", "target-libdir", "--target", target], check=True, capture_output=True, text=True
    )
    if not Path(asked.stdout.strip()).is_dir():
        raise Failure(f"Rust cannot build for {target} yet: rustup target add {target}")


def deploy(stack_name: str, parameters: dict[str, str]) -> None:
    check_stack_name(stack_name)
    machine = architecture(parameters, deployed_parameters(stack_name))
    check_compiler(TARGETS[machine])
    parameters = {**ALWAYS, **parameters, "Architecture": machine}
    _run(["cargo", "lambda", "build", "--locked", "--release", "--target", TARGETS[machine]])
    _run(["sam", "build", "--parameter-overrides", f"Architecture={machine}"])
    check_binaries(BUILT, machine)
    overrides = [f'{name}="{value}"' for name, value in parameters.items()]
    if _status(["sam", "deploy", "--stack-name", stack_name, "--parameter-overrides", *overrides]):
        for line in _advice(stack_name):
            say(line)
        raise Failure("sam deploy failed; it says why above")


def deployed_parameters(stack_name: str) -> dict[str, str]:
    """The parameters of the stack's last deployment. Empty if the stack does not exist."""
    cloudformation = boto3.client("cloudformation")
    try:
        (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return {}
        raise
    return {found["ParameterKey"]: found["ParameterValue"] for found in stack.get("Parameters", [])}


def _advice(stack_name: str) -> list[str]:
    """Advice after a failure, if the stack was never created."""
    stacks = boto3.client("cloudformation")
    try:
        (stack,) = stacks.describe_stacks(StackName=stack_name)["Stacks"]
        if not stack["StackStatus"].startswith("ROLLBACK"):
            return []
        return [
            f"The stack was never created. Delete it: aws cloudformation delete-stack --stack-name {stack_name}",
            *(resource.advice() for resource in retained.find(stack_name).values()),
        ]
    except (BotoCoreError, ClientError):
        return []


def _run(command: list[str]) -> None:
    if _status(command):
        raise Failure(f"{' '.join(command[:3])} failed; it says why above")


def _status(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def arguments() -> tuple[str, dict[str, str]]:
    """The stack's name, and the parameters of the command line."""
    words = [word.partition("=") for word in sys.argv[1:]]
    if wrong := [name for name, equals, _ in words if not equals]:
        raise Failure(f"a parameter is Name=Value, not {wrong[0]!r}")
    return os.environ.get("STACK_NAME") or "videoms", {name: value for name, _, value in words}


def main() -> None:
    try:
        deploy(*arguments())
    except Failure as failure:
        failure.show()
    except (BotoCoreError, ClientError) as error:
        Failure(str(error)).show()
    else:
        return
    sys.exit(1)


if __name__ == "__main__":
    main()
