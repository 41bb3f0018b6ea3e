"""Views that play sends past the queue: their retries, and the bucket that keeps those that fail for good."""

RECOVERABLE_DAYS = 21


def test_only_count_views_is_invoked_asynchronously_and_its_failures_have_a_destination(stack):
    """Stands in for CKV_AWS_116, which asks for a dead-letter queue in every function."""
    assert [name for name, found in stack.functions.items() if "DeadLetterConfig" in found] == []
    (invocations,) = stack.of_type("AWS::Lambda::EventInvokeConfig").values()
    assert invocations["FunctionName"] == {"Ref": "CountViewsFunction"}
    assert invocations["DestinationConfig"]["OnFailure"] == {
        "Destination": {"Fn::GetAtt": ["FailedEventsBucket", "Arn"]}
    }


def test_the_destination_is_that_of_the_alias_which_play_invokes(stack):
    (invocations,) = stack.of_type("AWS::Lambda::EventInvokeConfig").values()
    assert invocations["Qualifier"] == stack.resources["CountViewsFunctionAliaslive"]["Properties"]["Name"]
    variables = stack.functions["PlayFunction"]["Environment"]["Variables"]
    assert variables["COUNT_VIEWS_FUNCTION"] == {"Ref": "CountViewsFunctionAliaslive"}


def test_lambda_retries_as_long_as_it_can(stack):
    (invocations,) = stack.of_type("AWS::Lambda::EventInvokeConfig").values()
    assert (invocations["MaximumEventAgeInSeconds"], invocations["MaximumRetryAttempts"]) == (6 * 60 * 60, 2)


def test_the_bucket_outlives_its_stack_and_keeps_an_event_while_it_can_be_counted(stack):
    bucket = stack.resources["FailedEventsBucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["ExpirationInDays"] > RECOVERABLE_DAYS


def test_the_bucket_is_private_and_encrypted(stack):
    (bucket,) = stack.of_type("AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_count_views_may_write_failed_events_and_queue_what_it_can_not_count(stack):
    """Lambda itself writes with the role of the function, and refuses a destination that the role can't list."""
    assert stack.allowed["CountViews"] >= {
        ("s3:ListBucket", "FailedEventsBucket.Arn"),
        ("s3:PutObject", "FailedEventsBucket.Arn/*"),
        ("sqs:SendMessage", "EventsQueue.Arn"),
    }
    assert stack.functions["CountViewsFunction"]["Environment"]["Variables"]["EVENTS_QUEUE_URL"] == {
        "Ref": "EventsQueue"
    }
