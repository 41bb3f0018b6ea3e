"""The two builds of the functions: a quick one for development, and the release build that AWS gets."""

import fcntl
import os
import platform
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local import cargo
from local.console import Failure, say, step
from local.emulator import REGION
from local.processes import run_quietly

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
SAM_CONFIG = ("--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local")


def architecture() -> str:
    """This machine's architecture in Lambda's words. The functions run here, so they are built for it."""
    machine = platform.machine().lower()
    known = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
    if machine not in known:
        raise Failure(f"Lambda does not support {machine} processors")
    return known[machine]


def target() -> str:
    """The Rust target that cargo-lambda compiles for."""
    return {"x86_64": "x86_64", "arm64": "aarch64"}[architecture()] + "-unknown-linux-gnu"


def tools() -> dict[str, str]:
    """The environment in which the pinned sam, cargo-lambda and zig are found first."""
    return {
        **os.environ,
        "PATH": f"{ROOT / '.venv-sam' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", REGION),
    }


@dataclass(frozen=True)
class Build:
    """A way to compile the functions, and the folder that `sam build` packs them in."""

    packed: Path
    flags: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def template(self) -> Path:
        """The template that names the packed functions."""
        return self.packed / "template.yaml"

    @property
    def environment(self) -> dict[str, str]:
        return {**tools(), **self.settings}


# Neither is packed where a bare `sam deploy` would find it.
RELEASE = Build(packed=ROOT / "target" / "sam", flags=("--release",))
DEVELOPMENT = Build(
    packed=LOCAL / "sam",
    settings={
        "CARGO_PROFILE_DEV_DEBUG": "false",
        "CARGO_PROFILE_DEV_STRIP": "symbols",  # A deployment compresses every function.
        "CARGO_TARGET_DIR": str(LOCAL / "target"),
        "SAM_BUILD_MODE": "debug",
        # On Linux the system's linker will do. Elsewhere zig is the cross compiler.
        **({"CARGO_LAMBDA_COMPILER": "cargo"} if sys.platform == "linux" else {}),
    },
)


@contextmanager
def one_at_a_time():
    """Holds a lock: builds share their output folder, and a deployment reads it."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another build or deployment in this checkout ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def compile_for_development() -> None:
    """Does what `cargo lambda build` does on Linux, but needs no cargo-lambda."""
    with step("Compiling the functions for development"):
        _compile(["cargo", "build", "--locked", "--bins", "--target", target()], DEVELOPMENT)


def make(build: Build) -> None:
    """Compiles the functions in view, and then lets SAM pack them, which finds them compiled."""
    with step("Compiling the functions (cargo lambda build)"):
        arm = ["--arm64"] if architecture() == "arm64" else []
        _compile(["cargo", "lambda", "build", "--locked", *build.flags, *arm], build)
    with step("Packing them (sam build)"):
        overrides = ["--parameter-overrides", f"Architecture={architecture()}"]
        sam(["build", *SAM_CONFIG, "--build-dir", str(build.packed), *overrides], build.environment)


def sam(arguments: list[str], environment: dict[str, str]) -> None:
    """Runs the SAM CLI, with its output in .local."""
    log = LOCAL / f"sam-{arguments[0]}.log"
    run_quietly(["sam", *arguments], log, f"sam {arguments[0]} failed", cwd=ROOT, env=environment)


def _compile(command: list[str], build: Build) -> None:
    if cargo.build(command, cwd=ROOT, env=build.environment):
        raise Failure("the functions do not compile; see cargo's message above")
