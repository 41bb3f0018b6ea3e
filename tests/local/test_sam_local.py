"""`make sam-local`, and `sam local invoke` with each sample event, in Lambda's own image."""

import subprocess

import pytest

from local import bridge, builds, deployment, sam_local
from tests.local.checks import (
    assert_a_play_is_answered_and_counted,
    assert_sample_answered,
    assert_what_is_written_is_read,
)


@pytest.fixture(scope="module")
def options(stack_port, built_template, tmp_path_factory):
    env_file = tmp_path_factory.mktemp("sam-local") / "env.json"
    sam_local.write_env_file(env_file, stack_port)
    with bridge.reachable_from_containers(stack_port):
        yield sam_local.options(env_file, built_template)


@pytest.fixture(scope="module")
def api(served, options):
    def command(port):
        return sam_local.start_api(options, port)

    with served("start-api", command, lambda _port: sam_local.environment()) as client:
        yield client


def test_a_play_is_answered_and_counted(api, deployed):
    assert_a_play_is_answered_and_counted(api, deployed)


def test_what_is_written_is_read(api):
    assert_what_is_written_is_read(api)


def test_a_route_that_is_not_in_the_template_is_refused(api):
    assert api.request("GET", "/nope").status == 403


def test_each_function_takes_its_sample_event(options, deployed, samples):
    names = {function.binary: function.logical_name for function in deployment.functions()}
    for binary, event in samples.items():
        command = ["sam", "local", "invoke", names[binary], "--event", str(event), *options]
        environment = sam_local.environment()
        ended = subprocess.run(command, cwd=builds.ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, f"{binary}: {ended.stderr[-2000:]}"
        assert_sample_answered(binary, ended.stdout)
