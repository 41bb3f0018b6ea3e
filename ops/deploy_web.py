"""Deploys the page: the stack of web/template.yaml beside the API's stack, and the page's files in its bucket.

    STACK_NAME=videoms python -m ops.deploy_web [Parameter=Value ...]

A parameter that is not named keeps the value of the last deployment. SAM's own output is passed on.
"""

import subprocess
import sys
import time
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.console import Failure, say
from ops import page
from ops.deploy import arguments

SUFFIX = "-web"
# CloudFront's limit for a function's name, which is the stack's name and its region.
LONGEST_NAME = 64


def deploy(api_stack: str, parameters: dict[str, str]) -> str:
    """Deploys the page of the API's stack and returns its address."""
    name = f"{api_stack}{SUFFIX}"
    check_name(name, boto3.Session().region_name or "")
    api_host = urlsplit(outputs(api_stack)["ApiUrl"]).hostname
    _sam_deploy(name, {**parameters, "ApiHost": api_host})
    made = outputs(name)
    upload(made["BucketName"])
    refresh(made["DistributionId"])
    return made["PageUrl"]


def check_name(name: str, region: str) -> None:
    if len(f"{name}-{region}") > LONGEST_NAME:
        raise Failure(f"{name}-{region} has more than {LONGEST_NAME} characters, too many for a function of CloudFront")


def outputs(stack_name: str) -> dict[str, str]:
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def upload(bucket: str) -> None:
    """Makes the bucket hold the page's files and nothing else."""
    s3, files = boto3.client("s3"), page.files()
    for key, path in files.items():
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=page.content_type(key),
            CacheControl=page.cache_control(key),
        )
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    stale = [held["Key"] for listed in pages for held in listed.get("Contents", []) if held["Key"] not in files]
    for key in stale:
        s3.delete_object(Bucket=bucket, Key=key)
    say(f"Uploaded {len(files)} files and removed {len(stale)} others.")


def refresh(distribution: str) -> None:
    """Makes each edge ask the bucket again."""
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())}
    boto3.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def _sam_deploy(name: str, parameters: dict[str, str]) -> None:
    overrides = [f'{parameter}="{value}"' for parameter, value in parameters.items()]
    words = ["sam", "deploy", "--template-file", str(page.TEMPLATE), "--stack-name", name]
    words += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--parameter-overrides", *overrides]
    if subprocess.run(words, cwd=page.ROOT, check=False).returncode:
        raise Failure("sam deploy failed; it says why above")


def main() -> None:
    try:
        say(f"The page is at {deploy(*arguments())}")
    except Failure as failure:
        failure.show()
    except (BotoCoreError, ClientError) as error:
        Failure(str(error)).show()
    else:
        return
    sys.exit(1)


if __name__ == "__main__":
    main()
