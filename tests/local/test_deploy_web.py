"""`make deploy-web` on the emulator, which has the bucket and CloudFront's settings but serves no distribution."""

import os
import re
import subprocess
import sys
from urllib.parse import urlsplit

import boto3
import pytest

from local import builds
from ops import page

API_STACK = os.environ["STACK_NAME"]


@pytest.fixture(scope="module")
def made():
    """The outputs of the page's stack."""
    address = deploy()
    found = outputs(f"{API_STACK}-web")
    assert address == found["PageUrl"]
    return found


def test_the_bucket_holds_every_file_with_its_type_and_how_long_it_is_kept(made):
    s3, files = boto3.client("s3"), page.files()
    assert keys(made) == set(files)
    for key, path in files.items():
        held = s3.get_object(Bucket=made["BucketName"], Key=key)
        assert held["Body"].read() == path.read_bytes(), key
        assert (held["ContentType"], held["CacheControl"]) == (page.content_type(key), page.cache_control(key)), key


def test_a_second_deployment_mends_a_file_and_removes_one_that_is_stale(made):
    s3, bucket = boto3.client("s3"), made["BucketName"]
    s3.put_object(Bucket=bucket, Key="js/renamed.js", Body=b"stale")
    s3.put_object(Bucket=bucket, Key="index.html", Body=b"broken")
    before = invalidations(made)
    assert deploy() == made["PageUrl"]
    assert keys(made) == set(page.files())
    assert s3.get_object(Bucket=bucket, Key="index.html")["Body"].read() == page.files()["index.html"].read_bytes()
    assert invalidations(made) == before + 1


def test_the_distribution_reads_the_bucket_and_calls_the_api_of_its_stack(made):
    client = boto3.client("cloudfront")
    config = client.get_distribution_config(Id=made["DistributionId"])["DistributionConfig"]
    origins = {origin["Id"]: origin["DomainName"] for origin in config["Origins"]["Items"]}
    assert origins["api"] == urlsplit(outputs(API_STACK)["ApiUrl"]).hostname
    assert origins["page"].startswith(f"{made['BucketName']}.s3.")


def test_the_bucket_lets_nobody_in_but_this_distribution(made):
    s3, bucket = boto3.client("s3"), made["BucketName"]
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert policy.count('"Allow"') == 1
    assert f":distribution/{made['DistributionId']}" in policy


def deploy() -> str:
    """Deploys the page as `make deploy-web` does. Returns the address that it prints."""
    words = [sys.executable, "-m", "ops.deploy_web"]
    ended = subprocess.run(words, cwd=builds.ROOT, env=builds.tools(), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return re.search(r"^The page is at (\S+)$", ended.stdout, re.MULTILINE)[1]


def outputs(stack: str) -> dict[str, str]:
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def keys(made: dict[str, str]) -> set[str]:
    return {held["Key"] for held in boto3.client("s3").list_objects_v2(Bucket=made["BucketName"])["Contents"]}


def invalidations(made: dict[str, str]) -> int:
    listed = boto3.client("cloudfront").list_invalidations(DistributionId=made["DistributionId"])
    return listed["InvalidationList"]["Quantity"]
