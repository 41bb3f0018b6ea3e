"""`make watch`, and `cargo lambda invoke` with each sample event."""

import subprocess

import pytest

from local import builds, decoding, watch
from ops.api_client import Client
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


def test_an_encoded_id_is_decoded_as_by_the_gateway(api, deployed):
    encoded, query = "local%3Auser%40a%7Cb%2bc", "/events/asset/123/user/%s"
    port = int(api.api_url.rsplit(":")[-1])
    with decoding.proxy(port) as decoding_port:
        client = Client(f"http://127.0.0.1:{decoding_port}")
        before = deployed.request("GET", query % encoded, signed=True).json["userviews"]
        assert client.request("POST", query % encoded).json["userviews"] == before + 1
        assert deployed.request("GET", query % encoded, signed=True).json["userviews"] == before + 1
        refused = client.request("POST", query % "a%20b")
        assert (refused.status, refused.json["code"]) == (400, "invalid_user_id")


@pytest.mark.parametrize(
    ("target", "decoded"),
    [
        ("/a/%41%7a%3A%40%7c%2B%2D%2e", "/a/Az:@|+-."),
        ("/a/%2F%3F%25%20%0A%C3%A9%", "/a/%2F%3F%25%20%0A%C3%A9%"),
        ("/a/%3A?cursor=%3A", "/a/:?cursor=%3A"),
    ],
)
def test_only_the_characters_of_ids_are_decoded(target, decoded):
    assert decoding.decoded(target) == decoded


def test_each_function_takes_its_sample_event(api, deployed, samples):
    port = api.api_url.rsplit(":")[-1]
    for binary, event in samples.items():
        address = ["--invoke-address", "127.0.0.1", "--invoke-port", port]
        command = ["cargo", "lambda", "invoke", *address, "--data-file", str(event), binary]
        environment = watch.environment(port)
        ended = subprocess.run(command, cwd=builds.ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, f"{binary}: {ended.stderr}"
        assert_sample_answered(binary, ended.stdout)
