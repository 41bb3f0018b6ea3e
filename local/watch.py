"""`make watch`: the functions under `cargo lambda watch`, rebuilt as their sources change, on the local stack's tables and queue.

The routes and the environment are those that the template gave the local stack; play and health call the watched functions.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

import boto3

from local import deployment
from local.console import Failure, say, step
from local.deployment import ROOT, STACK_NAME
from local.processes import end_on_signals, run


def command(config: Path, port: int) -> list[str]:
    """Serves the routes and the Invoke API on that port."""
    place = ["--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    return ["cargo", "lambda", "watch", "--global", str(config), *place]


def environment(port: int) -> dict[str, str]:
    """What the deployed functions have, all in one, but for the functions that they call."""
    variables = {}
    for function in _functions():
        variables |= function["Environment"]["Variables"]
    variables |= {name: _binary(arn) for name, arn in variables.items() if name.endswith("_FUNCTION")}
    return {**deployment.tools(), **variables, "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{port}"}


def write_config(path: Path) -> None:
    """The deployed routes, in the form that cargo-lambda takes them in."""
    gateway = boto3.client("apigatewayv2")
    api = _physical("AWS::ApiGatewayV2::Api")[0]
    integrations = {found["IntegrationId"]: found["IntegrationUri"] for found in gateway.get_integrations(ApiId=api)["Items"]}
    lines = []
    for route in gateway.get_routes(ApiId=api)["Items"]:
        method, place = route["RouteKey"].split(" ")
        function = _binary(integrations[route["Target"].removeprefix("integrations/")])
        lines += ["[[watch.router]]", f"path = {json.dumps(place)}", f'methods = ["{method}"]', f'function = "{function}"']
    path.write_text("\n".join(lines) + "\n")


def compile_functions() -> None:
    """All at once, so that the first request of each waits for no compiler."""
    if run(["cargo", "build", "--locked"], cwd=ROOT, env=deployment.tools()):
        raise Failure("the functions do not compile; cargo says why above")


def _functions() -> list[dict]:
    functions = boto3.client("lambda")
    return [functions.get_function_configuration(FunctionName=name) for name in _physical("AWS::Lambda::Function")]


def _physical(kind: str) -> list[str]:
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return [found["PhysicalResourceId"] for found in resources if found["ResourceType"] == kind]


def _binary(arn: str) -> str:
    """`get-content`, of a function's name or ARN with `videoms-local-GetContent` in it."""
    (name,) = re.findall(rf"{STACK_NAME}-([A-Za-z]+)", arn)
    return re.sub("(?<!^)(?=[A-Z])", "-", name).lower()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    port = parser.parse_args().port
    end_on_signals()
    try:
        from local import stack

        stack.running_stack()
        with step("Compiling the functions for development (cargo build)"):
            compile_functions()
        config = ROOT / ".local" / "watch.toml"
        write_config(config)
        say(f"curl -X POST http://127.0.0.1:{port}/play/asset/123/user/newcomer")
        say("The first request of a function starts it: a play may answer 503 until those that it calls have started.")
        return run(command(config, port), cwd=ROOT, env=environment(port))
    except Failure as failure:
        failure.show()
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
