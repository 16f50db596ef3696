"""The deployed system, from the outside: objects go into one bucket, and come out of the other."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from article_pipeline.keys import clean_key, rejected_key, report_key
from local.emulator import LocalStackError
from local.sample_events import Case, read_cases
from local.stack import STACK_NAME, Stack

from .conftest import wait_until

CASES = read_cases()
STORY = "The night ferry returns to Tromsø in spring — at last, said the harbour board on Tuesday.\n"


def written(stack: Stack) -> set[str]:
    pages = stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.outputs.output_bucket)
    return {entry["Key"] for page in pages for entry in page.get("Contents", [])}


def dead_letters(stack: Stack) -> int:
    return sum(_messages(stack, stack.outputs.dead_letter_queue))


def waiting(stack: Stack) -> int:
    return sum(_messages(stack, article_queue(stack)))


def article_queue(stack: Stack) -> str:
    resources = stack.cloudformation.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId="ArticleQueue")
    return resources["StackResourceDetail"]["PhysicalResourceId"]


def _messages(stack: Stack, queue: str) -> list[int]:
    counts = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return [int(counts["ApproximateNumberOfMessages"]), int(counts["ApproximateNumberOfMessagesNotVisible"])]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_deployed_function_answers_each_sample_event(stack: Stack, case: Case) -> None:
    outputs = stack.outputs
    for key, content in case.objects.items():
        stack.s3.put_object(Bucket=outputs.input_bucket, Key=key, Body=content)
    event = case.event(input_bucket=outputs.input_bucket, output_bucket=outputs.output_bucket)
    function = outputs.backfill_function if case.is_backfill else outputs.function
    response = stack.lambda_.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    answer = json.loads(response["Payload"].read())
    assert ("FunctionError" in response) == bool(case.raises)
    if case.is_backfill and not case.raises:
        assert tuple(result["resultCode"] for result in answer["results"]) == case.results
    elif not case.raises:
        failed = [{"itemIdentifier": message} for message in case.failed]
        assert answer == ({"batchItemFailures": failed} if case.name.startswith("sqs-") else {})
    names = {name for key in case.cleaned for name in (clean_key(key), report_key(key))}
    assert names | {rejected_key(key) for key in case.rejected} <= written(stack)


@contextmanager
def function_may_not_write(stack: Stack) -> Iterator[None]:
    """Takes the output bucket away from the function, as a wrong key policy would, and then gives it back."""
    bucket = stack.outputs.output_bucket
    before = stack.s3.get_bucket_policy(Bucket=bucket)["Policy"]
    policy = json.loads(before)
    policy["Statement"].append(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    )
    stack.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    try:
        yield
    finally:
        stack.s3.put_bucket_policy(Bucket=bucket, Policy=before)


@contextmanager
def quick_retries(stack: Stack, *, seconds: int = 1) -> Iterator[None]:
    """So many seconds instead of minutes between the tries of a message."""
    queue = article_queue(stack)
    before = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": str(seconds)})
    try:
        yield
    finally:
        stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": before["VisibilityTimeout"]})


def test_a_fault_that_passes_is_tried_again_until_it_has_passed(stack: Stack) -> None:
    began = time.time()
    with quick_retries(stack):
        with function_may_not_write(stack):
            stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key="later.txt", Body=STORY.encode())
            wait_until(lambda: any('"code":"AccessDenied"' in line for line in stack.function_log(since=began)))
            assert not written(stack) & {"clean/later.txt", "rejected/later.txt.json"}
        wait_until(lambda: "clean/later.txt" in written(stack))
    assert dead_letters(stack) == 0


def test_a_fault_that_stays_ends_in_the_dead_letter_queue_and_can_be_redriven(stack: Stack) -> None:
    queue = stack.outputs.dead_letter_queue
    with quick_retries(stack):
        with function_may_not_write(stack):
            stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key="stuck.txt", Body=STORY.encode())
            wait_until(lambda: dead_letters(stack) == 1)
            assert not written(stack) & {"clean/stuck.txt", "rejected/stuck.txt.json"}
        (message,) = stack.sqs.receive_message(QueueUrl=queue)["Messages"]
        stack.sqs.send_message(QueueUrl=article_queue(stack), MessageBody=message["Body"])
        stack.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        wait_until(lambda: "clean/stuck.txt" in written(stack))
    assert dead_letters(stack) == 0


def test_a_deployment_with_one_bucket_for_both_is_refused(stack: Stack) -> None:
    with pytest.raises(LocalStackError, match="must differ"):
        stack.deploy({"InputBucketName": "one-and-the-same", "OutputBucketName": "one-and-the-same"})


def test_the_emulated_aws_can_be_reached_from_this_machine_only(stack: Stack) -> None:
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    for endpoint in (stack.emulator.endpoint, stack.emulator.plain_endpoint):
        port = int(endpoint.rpartition(":")[2])
        assert [there for _, there, _, state, *_ in sockets if state == "0A" and there.endswith(f":{port:04X}")] == [
            f"0100007F:{port:04X}"
        ]
