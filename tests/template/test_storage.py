"""Storage: tables that outlive their stack, and queues that keep a view until it is counted."""

from tests.template import template
from tests.template.conftest import Stack

DAY = 24 * 60 * 60
LONGEST_RETENTION = 14 * DAY


def test_each_table_outlives_its_stack_and_can_be_restored(stack):
    tables = {name: found for name, found in stack.resources.items() if found["Type"] == "AWS::DynamoDB::Table"}
    assert len(tables) == 6
    for name, table in tables.items():
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name


def test_whatever_may_hold_a_view_that_is_not_counted_outlives_the_stack(stack):
    """The logs have the views that nothing else took."""
    holders = [*stack.of_type("AWS::SQS::Queue"), "FailedEventsBucket", "PlayLog", "CountViewsLog"]
    assert len(holders) == 6
    for name in holders:
        found = stack.resources[name]
        assert (found.get("DeletionPolicy"), found.get("UpdateReplacePolicy")) == ("Retain", "Retain"), name


def test_each_queue_is_encrypted(stack):
    """Stands in for CKV_AWS_27, which knows keys of customers only."""
    queues = stack.of_type("AWS::SQS::Queue")
    assert queues
    assert [name for name, queue in queues.items() if queue.get("SqsManagedSseEnabled") is not True] == []


def test_each_queue_keeps_its_messages_as_long_as_sqs_can(stack):
    retention = {name: queue["MessageRetentionPeriod"] for name, queue in stack.of_type("AWS::SQS::Queue").items()}
    assert retention == dict.fromkeys(retention, LONGEST_RETENTION)


def test_the_events_queue_hides_a_batch_for_six_timeouts_and_the_longest_batching_window(stack):
    queue = stack.resources["EventsQueue"]["Properties"]
    window = template.written()["Parameters"]["BatchingWindowSeconds"]["MaxValue"]
    assert queue["VisibilityTimeout"] >= 6 * stack.functions["CountViewsFunction"]["Timeout"] + window


def test_the_trigger_collects_batches_as_the_parameters_say():
    stack = Stack(template.processed(BatchSize="100", BatchingWindowSeconds="10"))
    (trigger,) = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    assert trigger["EventSourceArn"] == {"Fn::GetAtt": ["EventsQueue", "Arn"]}
    assert (trigger["BatchSize"], trigger["MaximumBatchingWindowInSeconds"]) == ("100", "10")


def test_a_view_survives_an_outage_of_a_day_before_it_is_dead_lettered(stack):
    """Each failed receive brings a message back after the visibility timeout and counts towards the maximum."""
    queue = stack.resources["EventsQueue"]["Properties"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] > DAY


def test_poison_messages_and_dead_letters_have_queues_of_their_own(stack):
    variables = stack.functions["CountViewsFunction"]["Environment"]["Variables"]
    assert variables["POISON_QUEUE_URL"] == {"Ref": "PoisonQueue"}
    assert ("sqs:SendMessage", "PoisonQueue.Arn") in stack.allowed["CountViews"]
    redrive = stack.resources["EventsQueue"]["Properties"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert stack.functions["HealthFunction"]["Environment"]["Variables"]["DEAD_LETTER_QUEUE_URL"] == {
        "Ref": "DeadLetterQueue"
    }


def test_the_trigger_reports_single_messages_and_is_limited(stack):
    (trigger,) = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 2 <= trigger["ScalingConfig"]["MaximumConcurrency"] <= 1000
