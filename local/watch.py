"""`make watch`: `cargo lambda watch` on the local stack's data, which rebuilds a function when its source changes.

Routes and environment are those of the deployed stack, except that play and health call the watched functions.
"""

import argparse
import json
import sys
from pathlib import Path

import boto3

from local import builds, decoding, deployment
from local.console import Failure, say
from local.emulator import free_port
from local.processes import end_on_signals, run
from local.stack import running_stack


def command(config: Path, port: int) -> list[str]:
    """Serves the routes and the Invoke API on that port."""
    address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    return ["cargo", "lambda", "watch", "--global", str(config), *address]


def environment(port: int) -> dict[str, str]:
    """The variables of all deployed functions. Where one names a function, it names the watched binary instead."""
    client, variables = boto3.client("lambda"), {}
    for function in deployment.functions():
        variables |= client.get_function_configuration(FunctionName=function.name)["Environment"]["Variables"]
    binaries = _binaries()
    return {
        **builds.DEVELOPMENT.environment,
        **{name: binaries.get(value, value) for name, value in variables.items()},
        "CARGO_BUILD_TARGET": builds.target(),
        "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{port}",
    }


def write_config(path: Path) -> None:
    """Writes the deployed routes in cargo-lambda's format."""
    gateway = boto3.client("apigatewayv2")
    (api,) = deployment.physical_names("AWS::ApiGatewayV2::Api").values()
    binaries = _binaries()
    targets = {
        f"integrations/{found['IntegrationId']}": _invoked(found["IntegrationUri"], binaries)
        for found in gateway.get_integrations(ApiId=api)["Items"]
    }
    lines = []
    for route in gateway.get_routes(ApiId=api)["Items"]:
        method, pattern = route["RouteKey"].split(" ")
        lines += ["[[watch.router]]", f"path = {json.dumps(pattern)}", f'methods = ["{method}"]']
        lines += [f'function = "{targets[route["Target"]]}"']
    path.write_text("\n".join(lines) + "\n")


def _invoked(uri: str, binaries: dict[str, str]) -> str:
    """The binary of the function that an integration of the API invokes."""
    return next(binary for alias, binary in binaries.items() if uri.endswith(f"/functions/{alias}/invocations"))


def _binaries() -> dict[str, str]:
    """The functions' binaries by the ARN that they are called by."""
    return {function.alias: function.binary for function in deployment.functions()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.watch", description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    port = parser.parse_args().port
    end_on_signals()
    try:
        running_stack()
        # All at once, so that the first request to a function waits for no compiler.
        builds.compile_for_development()
        config = builds.LOCAL / "watch.toml"
        write_config(config)
        say(f"curl -X POST http://127.0.0.1:{port}/play/asset/123/user/newcomer")
        say("The first request starts a function. A play may answer 503 until the functions it calls have started.")
        watched = free_port()
        with decoding.proxy(watched, port):
            return run(command(config, watched), cwd=builds.ROOT, env=environment(watched))
    except Failure as failure:
        failure.show()
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
