"""POST /play/asset/{assetId}/user/{userId} for Lambda's Python runtime: three concurrent invocations, then SQS."""

import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import boto3

LAMBDA = boto3.client("lambda")
SQS = boto3.client("sqs")
POOL = ThreadPoolExecutor(3)


def handler(event, _context):
    asset, user = event["pathParameters"]["assetId"], event["pathParameters"]["userId"]
    content = POOL.submit(invoke, "GET_CONTENT_FUNCTION", assetId=asset)
    url = POOL.submit(invoke, "GET_URL_FUNCTION", assetId=asset)
    views = POOL.submit(invoke, "GET_VIEWS_FUNCTION", assetId=asset, userId=user)
    body = {**content.result(), **url.result(), **{name: count + 1 for name, count in views.result().items()}}
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    view = {"version": 1, "eventId": str(uuid.uuid4()), "assetId": asset, "userId": user, "playedAt": now}
    SQS.send_message(QueueUrl=os.environ["EVENTS_QUEUE_URL"], MessageBody=json.dumps(view))
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}


def invoke(function, **parameters):
    event = {"version": "2.0", "pathParameters": parameters, "requestContext": {"http": {"method": "GET"}}}
    answer = LAMBDA.invoke(FunctionName=os.environ[function], Payload=json.dumps(event))
    return json.loads(json.load(answer["Payload"])["body"])
