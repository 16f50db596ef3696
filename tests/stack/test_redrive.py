"""`make redrive`, against the deployed system: what was given up is tried again, and nothing is lost on the way."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from article_pipeline.keys import clean_key
from local.emulator import LocalStackError, without_aws
from local.redrive import move
from local.stack import Stack

from .conftest import wait_until
from .test_deployed import dead_letters, written

ROOT = Path(__file__).parents[2]
STORY = b"The night ferry returns in spring, said the harbour board on Tuesday.\n"


def redrive(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The command, as a person types it into a shell with this environment."""
    return subprocess.run(
        ["make", "redrive"],
        cwd=ROOT,
        env=without_aws(os.environ) | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def give_up(stack: Stack, keys: list[str]) -> None:
    """Puts messages into the dead-letter queue as they come there, of objects that are in the input bucket."""
    for key in keys:
        entity = {"bucket": {"name": stack.outputs.input_bucket}, "object": {"key": key}}
        event = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": entity}]}
        stack.sqs.send_message(QueueUrl=stack.outputs.dead_letter_queue, MessageBody=json.dumps(event))


def test_what_was_given_up_is_tried_again(stack: Stack) -> None:
    keys = [f"given-up-{number}.txt" for number in range(12)]
    for key in keys:
        stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key=key, Body=STORY)
    clean = {clean_key(key) for key in keys}
    wait_until(lambda: clean <= written(stack))
    for key in clean:
        stack.s3.delete_object(Bucket=stack.outputs.output_bucket, Key=key)
    give_up(stack, keys)
    done = redrive(stack.emulator.client_environment())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("12 dead letters went from")
    assert dead_letters(stack) == 0
    wait_until(lambda: clean <= written(stack))


def test_without_dead_letters_nothing_is_done(stack: Stack) -> None:
    assert redrive(stack.emulator.client_environment()).stdout.startswith("0 dead letters went from")


def test_what_the_queue_does_not_take_stays_a_dead_letter(stack: Stack) -> None:
    queue = stack.sqs.create_queue(QueueName="takes-little", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    letters = stack.sqs.create_queue(QueueName="letters")["QueueUrl"]
    for body in ("short", "long" * 1024):
        stack.sqs.send_message(QueueUrl=letters, MessageBody=body)
    with pytest.raises(LocalStackError, match="1 dead letters were moved"):
        move(stack.sqs, letters, queue)
    counts = stack.sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "1"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "region"),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "credentials"),
    ],
)
def test_an_environment_that_leads_nowhere_is_told_in_words(environment: dict[str, str], words: str) -> None:
    refused = redrive(environment)
    assert refused.returncode != 0
    assert words in refused.stderr
    assert "make up" in refused.stderr
    assert "Traceback" not in refused.stderr
