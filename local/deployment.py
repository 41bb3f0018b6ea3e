"""`sam build` and `sam deploy`, the ones that AWS is deployed with, run against the local stack."""

import fcntl
import os
import platform
from contextlib import contextmanager
from pathlib import Path

import boto3

from local import routes
from local.console import Failure, say, step
from local.emulator import REGION
from local.processes import run, run_quietly

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".local"
STACK_NAME = "videoms-local"
CONFIG = ("--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local")
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"


def architecture() -> str:
    """The functions run on this machine, so they are built for it."""
    machine = platform.machine().lower()
    known = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
    if machine not in known:
        raise Failure(f"Lambda knows no {machine} processor")
    return known[machine]


@contextmanager
def one_at_a_time():
    """All builds of a checkout share one output directory, which a deployment reads: one after the other."""
    LOGS.mkdir(exist_ok=True)
    with (LOGS / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another build or deployment in this checkout ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build() -> None:
    """Compiles all functions, in the open, and then has SAM pack them, which finds all compiled."""
    if not any((ROOT / "target" / "lambda").glob("*/bootstrap")):
        say("The first build compiles all dependencies: about eight minutes with two cores.")
    with step("Compiling the functions (cargo lambda build)"):
        target = ["--arm64"] if architecture() == "arm64" else []
        if run(["cargo", "lambda", "build", "--release", *target], cwd=ROOT, env=tools()):
            raise Failure("the functions do not compile; cargo says why above")
    with step("Packing them (sam build)"):
        overrides = ["--parameter-overrides", f"Architecture={architecture()}"]
        _sam(["build", *CONFIG, *overrides], "sam build failed")


def deploy(built: Path = BUILT, **parameters: str) -> str:
    """Deploys what was built, with parameters of the template if need be, and returns the API's base URL."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    given = {"Architecture": architecture(), "EndpointUrl": endpoint, **parameters}
    with step("Deploying (sam deploy)"):
        overrides = ["--parameter-overrides", *(f'{name}="{value}"' for name, value in given.items())]
        _sam(["deploy", *CONFIG, "--template-file", str(built), *overrides], "sam deploy failed")
        routes.create(STACK_NAME)
    return api_url(endpoint)


def api_url(endpoint: str) -> str:
    stack = boto3.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    # Not <api-id>.execute-api.localhost: there ministack answers /health itself, and not every resolver knows the name.
    return f"{endpoint}/_aws/execute-api/{outputs['ApiId']}"


def _sam(arguments: list[str], failure: str) -> None:
    run_quietly(["sam", *arguments], LOGS / f"sam-{arguments[0]}.log", failure, cwd=ROOT, env=tools())


def tools() -> dict[str, str]:
    """The environment in which the pinned sam, cargo-lambda and zig are found first."""
    return {
        **os.environ,
        "PATH": f"{ROOT / '.venv-sam' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", REGION),
    }
