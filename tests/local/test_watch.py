"""`make watch`, and `cargo lambda invoke` with each sample event."""

import subprocess

import pytest

from local import builds, watch
from tests.local.checks import (
    assert_a_play_is_answered_and_counted,
    assert_sample_answered,
    assert_what_is_written_is_read,
)


@pytest.fixture(scope="module")
def api(served, tmp_path_factory):
    builds.compile_for_development()
    config = tmp_path_factory.mktemp("watch") / "watch.toml"
    watch.write_config(config)
    with served("watch", lambda port: watch.command(config, port), watch.environment) as client:
        yield client


def test_a_play_is_answered_and_counted(api, deployed):
    assert_a_play_is_answered_and_counted(api, deployed)


def test_what_is_written_is_read(api):
    assert_what_is_written_is_read(api)


def test_each_function_takes_its_sample_event(api, deployed, samples):
    port = api.api_url.rsplit(":")[-1]
    for binary, event in samples.items():
        address = ["--invoke-address", "127.0.0.1", "--invoke-port", port]
        command = ["cargo", "lambda", "invoke", *address, "--data-file", str(event), binary]
        environment = watch.environment(port)
        ended = subprocess.run(command, cwd=builds.ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, f"{binary}: {ended.stderr}"
        assert_sample_answered(binary, ended.stdout)
