"""`make sam-local`: the API in containers of Lambda's own image, with the local stack's tables, queue and functions behind it."""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import threading
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import boto3

from local import deployment
from local.console import Failure, say
from local.deployment import ROOT, STACK_NAME
from local.emulator import REGION
from local.processes import end_on_signals, run

HOST = "host.docker.internal"


def image() -> str:
    """What Lambda runs the functions in."""
    machine = {"x86_64": "x86_64", "arm64": "arm64"}[deployment.architecture()]
    return f"public.ecr.aws/lambda/provided:al2023-{machine}"


def why_not() -> str | None:
    """What is missing for `sam local`; None if it can run."""
    try:
        engine = _docker("info")
    except FileNotFoundError:
        return "there is no docker command"
    if engine.returncode:
        return "no Docker engine answers"
    if _docker("image", "inspect", image()).returncode and _docker("pull", "--quiet", image()).returncode:
        return f"the image {image()} is neither here nor to be had"
    return None


def options(env_file: Path) -> list[str]:
    """What `sam local start-api` and `sam local invoke` are given alike."""
    return [
        *deployment.CONFIG,
        "--template", str(deployment.BUILT),
        "--skip-pull-image",
        "--add-host", f"{HOST}:host-gateway",
        "--env-vars", str(env_file),
        "--parameter-overrides", f"Architecture={deployment.architecture()}",
    ]  # fmt: skip


def start_api(options: list[str], port: int) -> list[str]:
    """Serves the API on that port."""
    place = ["--warm-containers", "LAZY", "--host", "127.0.0.1", "--port", str(port)]
    return ["sam", "local", "start-api", *options, *place]


def environment() -> dict[str, str]:
    """No credentials: with them SAM asks AWS for the account first. Its containers get made-up ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = f"{ROOT / '.venv-sam' / 'bin'}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": path, "AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"}


def write_env_file(path: Path, port: int) -> None:
    """The deployed functions' environments, with the stack where a container finds it, for --env-vars."""
    cloudformation, functions = boto3.client("cloudformation"), boto3.client("lambda")
    variables = {}
    for resource in cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]:
        if resource["ResourceType"] == "AWS::Lambda::Function":
            deployed = functions.get_function_configuration(FunctionName=resource["PhysicalResourceId"])
            own = {**deployed["Environment"]["Variables"], "AWS_ENDPOINT_URL": f"http://{HOST}:{port}"}
            variables[resource["LogicalResourceId"]] = own
    path.write_text(json.dumps(variables, indent=2))


@contextmanager
def reachable_from_containers(port: int):
    """Lets containers use the stack, which listens on the loopback interface only."""
    if platform.system() != "Linux":
        yield  # Docker Desktop's containers reach the loopback interface.
        return
    loop = asyncio.new_event_loop()
    started = threading.Event()
    problems = []

    async def listen():
        try:
            server = await asyncio.start_server(lambda *ends: _forward(port, *ends), _bridge(), port)
        except OSError as error:
            problems.append(error)
            return
        finally:
            started.set()
        async with server:
            await server.serve_forever()

    thread = threading.Thread(target=lambda: _until_cancelled(loop, listen()), daemon=True)
    thread.start()
    started.wait()
    if problems:
        raise Failure(f"can't listen on {_bridge()}:{port} for the containers: {problems[0]}")
    try:
        yield
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join()


def _until_cancelled(loop, coroutine) -> None:
    try:
        loop.run_until_complete(coroutine)
    except asyncio.CancelledError:
        pass
    finally:
        loop.close()


async def _forward(port: int, reader, writer) -> None:
    """One connection, both ways, to the stack."""
    try:
        there = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        writer.close()
        return
    await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer), return_exceptions=True)


async def _copy(reader, writer) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


def _bridge() -> str:
    """The address by which containers know this machine."""
    (network,) = json.loads(_docker("network", "inspect", "bridge").stdout)
    config = network["IPAM"]["Config"][0]
    return config.get("Gateway") or str(next(ip_network(config["Subnet"]).hosts()))


def _docker(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(["docker", *words], capture_output=True, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--check", action="store_true", help="only say whether it can run here; exit with 3 if not")
    arguments = parser.parse_args()
    end_on_signals()
    try:
        if missing := why_not():
            Failure(f"`sam local` needs a Docker engine and Lambda's image: {missing}").show()
            return 3
        if arguments.check:
            return 0
        from local import stack

        port = stack.running_stack().record["port"]
        env_file = ROOT / ".local" / "sam-local.json"
        write_env_file(env_file, port)
        with reachable_from_containers(port):
            say(f"curl -X POST http://127.0.0.1:{arguments.port}/play/asset/123/user/newcomer")
            return run(start_api(options(env_file), arguments.port), cwd=ROOT, env=environment())
    except Failure as failure:
        failure.show()
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
