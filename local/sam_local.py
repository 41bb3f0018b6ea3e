"""`make sam-local`: the API in containers of Lambda's own image, on the local stack's tables, queue and functions.

LAMBDA_IMAGE names another image to use in place of Lambda's.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import boto3

from local import builds, deployment
from local.bridge import reachable_from_containers
from local.console import Failure, say
from local.emulator import REGION
from local.guard import CONTAINERS_NAME
from local.processes import end_on_signals, run
from local.stack import running_stack


def image() -> str:
    """The image that the functions run in."""
    return os.environ.get("LAMBDA_IMAGE") or f"public.ecr.aws/lambda/provided:al2023-{builds.architecture()}"


def missing() -> str | None:
    """What `sam local` lacks here, or None if it can run."""
    try:
        engine = _docker("info")
    except FileNotFoundError:
        return "there is no docker command"
    if engine.returncode:
        return "no Docker engine answers"
    if _docker("image", "inspect", image()).returncode and _docker("pull", "--quiet", image()).returncode:
        return f"the image {image()} is not here and cannot be pulled"
    return None


def options(env_file: Path, template: Path) -> list[str]:
    """Options of both `sam local start-api` and `sam local invoke`."""
    return [
        *builds.SAM_CONFIG,
        f"--template={template}",
        "--skip-pull-image",
        *([f"--invoke-image={image()}"] if "LAMBDA_IMAGE" in os.environ else []),
        f"--add-host={CONTAINERS_NAME}:host-gateway",
        f"--env-vars={env_file}",
        f"--parameter-overrides=Architecture={builds.architecture()}",
    ]


def start_api(options: list[str], port: int) -> list[str]:
    """Serves the API on that port."""
    return ["sam", "local", "start-api", *options, "--warm-containers=LAZY", "--host=127.0.0.1", f"--port={port}"]


def environment() -> dict[str, str]:
    """Without credentials, because SAM would ask AWS for their account. Its containers get made-up ones."""
    kept = {name: value for name, value in builds.tools().items() if not name.startswith("AWS_")}
    return {**kept, "AWS_DEFAULT_REGION": REGION}


def write_env_file(path: Path, port: int) -> None:
    """Writes the deployed functions' variables for --env-vars, with the stack's address as a container sees it."""
    client, variables = boto3.client("lambda"), {}
    for function in deployment.functions():
        deployed = client.get_function_configuration(FunctionName=function.name)["Environment"]["Variables"]
        variables[function.logical_name] = {**deployed, "AWS_ENDPOINT_URL": f"http://{CONTAINERS_NAME}:{port}"}
    path.write_text(json.dumps(variables, indent=2))


def _docker(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(["docker", *words], capture_output=True, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.sam_local", description=__doc__)
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument(
        "--check", action="store_true", help="only report whether it can run here, and exit with 3 if not"
    )
    arguments = parser.parse_args()
    end_on_signals()
    try:
        if lacking := missing():
            Failure(f"`sam local` needs a Docker engine and Lambda's image: {lacking}").show()
            return 3
        if arguments.check:
            return 0
        port = running_stack().record["port"]
        env_file = builds.LOCAL / "sam-local.json"
        write_env_file(env_file, port)
        with reachable_from_containers(port):
            say(f"curl -X POST http://127.0.0.1:{arguments.port}/play/asset/123/user/newcomer")
            command = start_api(options(env_file, builds.DEVELOPMENT.template), arguments.port)
            return run(command, cwd=builds.ROOT, env=environment())
    except Failure as failure:
        failure.show()
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
