"""Nothing is lost: each object ends as one of a clean article, a rejection, or a message in the dead-letter queue.

In moto, in this process: another emulated AWS than that of `tests/stack`, which does the same with the deployed system.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError

from article_pipeline.keys import clean_key, rejected_key
from clean_article.app import handler
from clean_article.events import object_refs_in
from tests.law import Outcomes, put_all
from tests.objects import SEED, Sample, samples

from .conftest import INPUT, OUTPUT, Buckets
from .test_handler import Context

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

ARN = "arn:aws:sqs:us-east-1:123456789012"
MAX_BYTES = 100_000  # as `deployed` sets it


class Killed(BaseException):
    """The function's process ended."""


@dataclass(frozen=True)
class Deployment:
    """Both buckets, the queue between them as the template has it, and what Lambda does with it."""

    buckets: Buckets
    sqs: SQSClient
    queue: str
    dead_letters: str
    is_killed: Event = field(default_factory=Event)

    def run(self) -> None:
        """Hands over messages until none is left, as often as the queue allows."""
        ours = set(threading.enumerate())
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            records = [
                {"eventSource": "aws:sqs", "messageId": message["MessageId"], "body": message["Body"]}
                for message in messages
            ]
            try:
                failed = handler({"Records": records}, Context())["batchItemFailures"]  # type: ignore[arg-type]
            except Killed:
                for thread in set(threading.enumerate()) - ours:
                    thread.join()
                self.is_killed.clear()
                continue
            again = {failure["itemIdentifier"] for failure in failed}
            for message in messages:
                if message["MessageId"] not in again:
                    self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def shuffle(self, chance: random.Random) -> None:
        """Changes the order of the messages, and sends a few of them twice."""
        messages = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in chance.sample(messages, len(messages)):
            for _ in range(chance.choice((1, 1, 1, 2))):
                self.sqs.send_message(QueueUrl=self.queue, MessageBody=message["Body"])
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def redrive(self) -> set[str]:
        """Puts what is in the dead-letter queue into the queue again. Returns the keys that it speaks of."""
        keys = set()
        while messages := self.sqs.receive_message(QueueUrl=self.dead_letters).get("Messages"):
            for message in messages:
                self.sqs.send_message(QueueUrl=self.queue, MessageBody=message["Body"])
                self.sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=message["ReceiptHandle"])
                keys |= {ref.key for ref in object_refs_in(message["Body"])}
        return keys


@pytest.fixture
def deployment(deployed: Buckets) -> Deployment:
    sqs = boto3.client("sqs", region_name="us-east-1")
    dead_letters = sqs.create_queue(QueueName="dead-letters", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    redrive = {"deadLetterTargetArn": f"{ARN}:dead-letters", "maxReceiveCount": 5}
    attributes: dict[QueueAttributeNameType, str] = {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps(redrive)}
    queue = sqs.create_queue(QueueName="articles", Attributes=attributes)["QueueUrl"]
    deployed.s3.put_bucket_notification_configuration(
        Bucket=INPUT,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": f"{ARN}:articles", "Events": ["s3:ObjectCreated:*"]}]
        },
    )
    return Deployment(deployed, sqs, queue, dead_letters)


@contextmanager
def faults(deployment: Deployment, chance: random.Random) -> Iterator[None]:
    """Storage that fails, and a function that is killed, before and after S3 has done what it is asked for."""

    def fail(**_: Any) -> None:  # noqa: ANN401
        dice = chance.random()
        if dice < 0.02:
            deployment.is_killed.set()
        if deployment.is_killed.is_set():  # with all its threads
            raise Killed
        if dice < 0.1:
            raise ReadTimeoutError(endpoint_url="s3")

    events = deployment.buckets.s3.meta.events
    moments = [f"{moment}.s3.{call}" for moment in ("before-call", "after-call") for call in CALLS]
    for moment in moments:
        events.register(moment, fail, moment)
    try:
        yield
    finally:
        for moment in moments:
            events.unregister(moment, unique_id=moment)


CALLS = ("GetObject", "HeadObject", "PutObject", "DeleteObject")


def test_of_objects_of_all_kinds_each_has_its_outcome(deployment: Deployment) -> None:
    put = samples(150, max_bytes=MAX_BYTES)
    versions = put_all(deployment.buckets.s3, INPUT, put, at_once=1)
    deployment.run()
    Outcomes(deployment.buckets.s3, OUTPUT).check(put, versions)
    assert not deployment.redrive()


def test_whatever_is_put_again_or_deleted_ends_as_its_newest_version(deployment: Deployment) -> None:
    s3, chance = deployment.buckets.s3, random.Random(SEED)  # noqa: S311 - the same ones on every run
    last: dict[str, Sample] = {}
    versions: dict[str, str | None] = {}
    put = samples(100, max_bytes=MAX_BYTES)
    for round_ in range(6):
        for key in ("a.txt", "b.txt", "c.txt", "d.txt", "e.json", "f.jsonl"):
            kinds = [sample for sample in put if sample.ending in ("", key.removeprefix(key[0]))]
            last[key] = replace(chance.choice([sample for sample in kinds if sample.ending] or kinds), key=key)
            versions |= put_all(s3, INPUT, [last[key]], at_once=1)
            if chance.random() < 0.2:
                s3.delete_object(Bucket=INPUT, Key=key)
                versions[key] = None
        deployment.shuffle(chance)
        if round_ % 2:
            deployment.run()
    Outcomes(s3, OUTPUT).check([sample for sample in last.values() if versions[sample.key]], versions)
    for key in versions:
        assert len({clean_key(key), rejected_key(key)} & deployment.buckets.written()) == 1


@pytest.mark.filterwarnings(
    "ignore:No application metrics"
)  # Powertools' last words, which a killed process does not say
def test_whatever_faults_there_are_nothing_is_lost(deployment: Deployment) -> None:
    put = samples(120, max_bytes=MAX_BYTES)
    versions = put_all(deployment.buckets.s3, INPUT, put, at_once=1)
    with faults(deployment, random.Random(SEED)):  # noqa: S311 - the same ones on every run
        deployment.run()
    written = deployment.buckets.written()
    unfinished = {sample.key for sample in put if not {clean_key(sample.key), rejected_key(sample.key)} & written}
    dead = deployment.redrive()
    assert dead
    assert unfinished <= dead
    deployment.run()
    Outcomes(deployment.buckets.s3, OUTPUT).check(put, versions)
    assert not deployment.redrive()
