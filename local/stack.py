"""The commands of the local stack, behind `make run`, `up`, `down`, `url`, `web-url`, `logs` and others."""

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local import builds, deployment, function_logs
from local.console import Failure, say, step
from local.deployment import STACK_NAME
from local.emulator import REGION, Emulator, answers, free_port, port_is_free, use_local_account
from local.processes import end_on_signals, ignore_signals, run, tail, wait_until
from ops import seed
from ops.api_client import Client

SCHEDULES = "local.schedules"
COUNT_SECONDS = 30
PAGE_SECONDS = 30
VIEWS = "/events/asset/123/user/newcomer"


def build(_arguments) -> None:
    """compile and pack the release build of the functions"""
    with builds.one_at_a_time():
        builds.make(builds.RELEASE)


def up(arguments) -> None:
    """start the stack, and return"""
    emulator = Emulator(builds.LOCAL)
    if not _start(emulator, arguments):
        return
    try:
        _show(emulator)
    except BaseException:
        _stop(emulator)
        raise
    say("\nThe stack keeps running: `make logs` follows its functions, `make down` stops it.")


def follow(arguments) -> None:
    """start the stack, follow its functions' logs until Ctrl-C, and stop it"""
    emulator = Emulator(builds.LOCAL)
    if not _start(emulator, arguments):
        return
    try:
        _show(emulator)
        say("\nThe functions' logs follow; Ctrl-C stops the stack.")
        _follow_logs(emulator)
    except KeyboardInterrupt:
        say("\nStopping the stack; its data stays in .local for the next time.")
    finally:
        _stop(emulator)


def down(_arguments) -> None:
    """stop the stack"""
    emulator = Emulator(builds.LOCAL)
    say("Stopped." if emulator.stop() else "The stack is not running.")


def url(_arguments) -> None:
    """print the base URL of the running stack's API"""
    say(running_stack().record["api_url"])


def web_url(_arguments) -> None:
    """print the address of the running stack's page"""
    say(running_stack().record["web_url"])


def logs(_arguments) -> None:
    """follow the running stack's functions' logs until Ctrl-C"""
    with suppress(KeyboardInterrupt):
        _follow_logs(running_stack())


def fill(_arguments) -> None:
    """fill the catalogue of the running stack"""
    seed.fill(running_stack().record["api_url"])


def on(arguments) -> int:
    """run a command on the running stack"""
    emulator = running_stack()
    return _run(arguments.words, emulator.record)


def private(arguments) -> int:
    """run a command, such as the end-to-end tests, beside a stack of its own"""
    _require_linux()
    emulator = Emulator(Path(tempfile.mkdtemp(prefix="videoms-")))
    packed = builds.RELEASE if arguments.release else builds.DEVELOPMENT
    try:
        with builds.one_at_a_time():
            if not arguments.release:
                builds.make(packed)
            _deploy(emulator, packed, free_port(), keep_state=False)
        seed.fill(emulator.record["api_url"])
        _serve_page(emulator, free_port())
        emulator.start_beside(SCHEDULES)
        return _run(arguments.words, emulator.record, BUILT_TEMPLATE=str(packed.template))
    finally:
        _stop(emulator)
        builds.LOCAL.mkdir(exist_ok=True)
        if emulator.log.exists():
            shutil.copy(emulator.log, builds.LOCAL / "private-ministack.log")
        shutil.rmtree(emulator.home)


def running_stack() -> Emulator:
    """The stack of `make run` or `make up`. This process uses it from now on."""
    emulator = Emulator(builds.LOCAL)
    if not emulator.running or "api_url" not in emulator.record:
        raise Failure("the stack is not running; `make up` starts it")
    use_local_account(emulator.record["port"])
    return emulator


def _start(emulator: Emulator, arguments) -> bool:
    """Builds, starts and deploys the stack. False if it already runs."""
    _require_linux()
    with builds.one_at_a_time():
        if emulator.running:
            say(f"The stack is already running at {emulator.record['web_url']}; `make down` stops it.")
            return False
        require_free(PORT=arguments.port, WEB_PORT=arguments.web_port)
        builds.make(builds.DEVELOPMENT)
        try:
            _deploy(emulator, builds.DEVELOPMENT, arguments.port, keep_state=True)
            with step("Filling the catalogue through the API"):
                seed.fill(emulator.record["api_url"])
            _serve_page(emulator, arguments.web_port)
        except BaseException:
            _stop(emulator)
            raise
    return True


def require_free(**ports: int) -> None:
    """Refuses a port that is taken and names the variable of `make run` that chooses another."""
    for variable, port in ports.items():
        if not port_is_free(port):
            advice = f"choose a free one, as in `make run {variable}={port + 1}`"
            raise Failure(f"another program uses port {port}; {advice}")


def _deploy(emulator: Emulator, packed: builds.Build, port: int, keep_state: bool) -> None:
    use_local_account(port)
    with step(f"Starting ministack on 127.0.0.1:{port}"):
        emulator.start(port, keep_state)
    emulator.note(api_url=deployment.deploy(packed.template))


def _serve_page(emulator: Emulator, web_port: int) -> None:
    with step(f"Serving the page on 127.0.0.1:{web_port}"):
        page = emulator.start_beside("local.page", "--port", str(web_port), "--api-url", emulator.record["api_url"])
        wait_until(lambda: page.poll() is not None or answers(web_port, "/"), PAGE_SECONDS)
        if page.poll() is not None or not answers(web_port, "/"):
            raise Failure("the page does not answer; see the message above", tail(emulator.home / "page.log"))
    emulator.note(web_url=f"http://127.0.0.1:{web_port}")


def _run(words: list[str], record: dict, **variables: str) -> int:
    urls = {"API_URL": record["api_url"], "WEB_URL": record["web_url"]}
    environment = {**os.environ, **variables, **urls, "STACK_NAME": STACK_NAME}
    return run([word for word in words if word != "--"], cwd=builds.ROOT, env=environment)


def _show(emulator: Emulator) -> None:
    """Plays a video until it is counted, and suggests what to do next."""
    api_url, web_url = emulator.record["api_url"], emulator.record["web_url"]
    client = Client(api_url)

    def counts():
        return client.request("GET", VIEWS, signed=True)

    before = counts().json["assetviews"]
    play = client.request("POST", "/play/asset/123/user/newcomer")
    say(f"\nPOST /play/asset/123/user/newcomer\n    {play.status} {play.text}")
    counted = play.status == 200 and wait_until(lambda: counts().json["assetviews"] > before, COUNT_SECONDS)
    if not counted:
        raise Failure(f"the play was not counted within {COUNT_SECONDS} s; see the log in {builds.LOCAL}/ministack.log")
    say(f"and a moment later, with the view counted, GET {VIEWS}\n    200 {counts().text}")
    signature = f'--aws-sigv4 "aws:amz:{REGION}:execute-api" --user test:test'
    emulator.start_beside(SCHEDULES)  # The first list of the top assets has that play.
    say(f"\nThe page is at {web_url}. Watch a video there.")
    say(f"The API is at {api_url}. Try:")
    say(f"    curl -X POST {api_url}/play/asset/456/user/newcomer")
    say(f"    curl {signature} {api_url}/events/asset/123")
    say(f"    curl {api_url}/health")


def _follow_logs(emulator: Emulator) -> None:
    record = emulator.record
    try:
        function_logs.follow(record["started"])
    except (BotoCoreError, ClientError) as error:
        if not emulator.record or emulator.record.get("stopping"):
            say("The stack has been stopped.")
        elif not emulator.running:
            raise Failure(f"ministack has ended; its log is {emulator.log}") from error
        else:
            raise


def _stop(emulator: Emulator) -> None:
    ignore_signals()
    emulator.stop()


def _require_linux() -> None:
    if sys.platform != "linux" and os.environ.get("LAMBDA_EXECUTOR") != "docker":
        raise Failure(
            "the functions are Linux programs and do not run here; start Docker, then `make run LAMBDA_EXECUTOR=docker`"
            " makes ministack run them in containers (untested)"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.stack", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=command.__doc__)
        subparser.set_defaults(command=command)
        return subparser

    add("build", build)
    for starting in (add("up", up), add("run", follow)):
        starting.add_argument("--port", type=int, default=4566)
        starting.add_argument("--web-port", type=int, default=8080)
    add("down", down)
    add("url", url)
    add("web-url", web_url)
    add("logs", logs)
    add("seed", fill)
    add("on", on).add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    beside = add("private", private)
    beside.add_argument("--release", action="store_true", help="use the release build that `build` has packed")
    beside.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    end_on_signals()
    try:
        return arguments.command(arguments) or 0
    except Failure as failure:
        failure.show()
    except (BotoCoreError, ClientError, seed.CatalogueError, OSError) as error:
        Failure(f"{type(error).__name__}: {error}").show()
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
