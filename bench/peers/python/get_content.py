"""GET /content/asset/{assetId} for Lambda's Python runtime."""

import json
import os

import boto3

DYNAMODB = boto3.client("dynamodb")
TABLE = os.environ["METADATA_TABLE"]


def handler(event, _context):
    asset = event["pathParameters"]["assetId"]
    found = DYNAMODB.get_item(TableName=TABLE, Key={"id": {"S": asset}}).get("Item")
    if found is None:
        return reply(404, {"status": "Asset not found"})
    return reply(200, {name: value["S"] for name, value in found.items()})


def reply(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
