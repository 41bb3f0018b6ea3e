"""`make sam-local`, and `sam local invoke` with each sample event: the functions in Lambda's own image."""

import subprocess

import pytest
from local import sam_local
from tests.local.checks import assert_a_play_is_answered_and_counted, assert_well_answered, assert_what_is_written_is_read
from local.deployment import ROOT


@pytest.fixture(scope="module")
def options(stack_port, tmp_path_factory):
    env_file = tmp_path_factory.mktemp("sam-local") / "env.json"
    sam_local.write_env_file(env_file, stack_port)
    with sam_local.reachable_from_containers(stack_port):
        yield sam_local.options(env_file)


@pytest.fixture(scope="module")
def api(served, options):
    with served("start-api", lambda port: sam_local.start_api(options, port), lambda _: sam_local.environment()) as client:
        yield client


def test_a_play_is_answered_and_counted(api, deployed):
    assert_a_play_is_answered_and_counted(api, deployed)


def test_what_is_written_is_read(api):
    assert_what_is_written_is_read(api)


def test_a_route_that_is_not_in_the_template_is_refused(api):
    assert api.request("GET", "/nope").status == 403


def test_each_function_takes_its_sample_event(options, deployed, samples):
    for binary, event in samples.items():
        name = "".join(word.capitalize() for word in binary.split("-")) + "Function"
        command = ["sam", "local", "invoke", name, "--event", str(event), *options]
        said = subprocess.run(command, cwd=ROOT, env=sam_local.environment(), capture_output=True, text=True, timeout=120)
        assert said.returncode == 0, f"{binary}: {said.stderr[-2000:]}"
        assert_well_answered(binary, said.stdout)
