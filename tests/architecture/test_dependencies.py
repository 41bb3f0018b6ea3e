"""The direction of dependencies: between the crates, and between the modules of crates/platform."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PLATFORM = ROOT / "crates" / "platform" / "src"

SERVICES = {"cdnurl", "health", "metadata", "play", "reporting"}

# The crates of the workspace that each crate may use. Services use the same ones, and no service uses another.
CRATES = {
    "domain": set(),
    "connector": set(),
    "platform": {"connector", "domain"},
    **{service: {"domain", "platform"} for service in SERVICES},
}

# The modules that each module of crates/platform may use, from the table in its README. All may use `BoxError`, which
# is in the crate's root.
MODULES = {
    module: set(re.findall(r"`(\w+)`", used))
    for module, used in re.findall(
        r"^\| `(\w+)` \|.*\|(.*)\|$", (PLATFORM.parent / "README.md").read_text(), re.MULTILINE
    )
}

# Crates that the domain must not know, by the beginning of their names.
FOREIGN_TO_DOMAIN = ("aws", "axum", "http", "hyper", "lambda", "tokio", "tower")


@pytest.fixture(scope="module")
def dependencies() -> dict[str, set[str]]:
    """What each crate of the workspace is built with, tests aside."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return {
        package["name"]: {found["name"] for found in package["dependencies"] if found["kind"] != "dev"}
        for package in metadata["packages"]
    }


@pytest.mark.parametrize("crate", sorted(CRATES))
def test_a_crate_uses_only_the_crates_below_it(dependencies, crate):
    assert dependencies[crate] & set(dependencies) <= CRATES[crate]


def test_every_deployed_crate_and_every_shared_one_has_its_place(dependencies):
    folders = [path.parent.name for path in (*ROOT.glob("functions/*/Cargo.toml"), *ROOT.glob("crates/*/Cargo.toml"))]
    assert sorted(folders) == sorted(CRATES)


def test_no_function_is_built_with_anything_that_is_for_tests_or_operators(dependencies):
    above = set(dependencies) - set(CRATES)
    for crate in CRATES:
        assert not dependencies[crate] & above, crate


def test_the_domain_knows_no_aws_no_http_and_no_async_runtime(dependencies):
    foreign = {name for name in dependencies["domain"] if name.startswith(FOREIGN_TO_DOMAIN)}
    assert not foreign


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_of_the_platform_uses_only_the_modules_below_it(module):
    assert _used(module) - {module} <= MODULES[module]


def test_the_modules_of_the_platform_go_round_in_no_circle():
    def below(module: str, path: tuple[str, ...] = ()) -> None:
        assert module not in path, " -> ".join((*path, module))
        for used in MODULES[module]:
            below(used, (*path, module))

    for module in MODULES:
        below(module)


def test_every_module_of_the_platform_has_its_place():
    modules = re.findall(r"^(?:pub )?mod (\w+);", (PLATFORM / "lib.rs").read_text(), re.MULTILINE)
    assert sorted(modules) == sorted(MODULES)


def _used(module: str) -> set[str]:
    """The modules that the files of a module name behind `crate::`."""
    files = [PLATFORM / f"{module}.rs", *(PLATFORM / module).rglob("*.rs")]
    code = "\n".join(path.read_text() for path in files if path.exists())
    assert code, f"there is no module {module}"
    # `use crate::{a, b::{c, d}, e};` and `crate::a::b`.
    paths = re.findall(r"\bcrate::(\w+)", code)
    for group in re.findall(r"\bcrate::\{(.*?)\};", code, re.DOTALL):
        while (flat := re.sub(r"\{[^{}]*\}", "", group)) != group:
            group = flat
        paths += re.findall(r"(?:^|,)\s*(\w+)", group)
    return {path for path in paths if path in MODULES}
