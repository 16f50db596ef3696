"""Having the articles that were given up tried again, in whichever AWS the environment leads to.

It takes and sends messages itself, where SQS has a task for that: the emulated AWS does not have it, and what was tried
there should be what is done to real articles.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .emulator import ROOT, LocalStackError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10  # SQS's limit
# So long nobody else sees a message that is being moved. One that was not moved is a dead letter again after that.
_HIDDEN_SECONDS = 60
_WAIT_SECONDS = 1  # SQS then asks all of its servers, and not some


def redrive() -> str:
    """Moves all dead letters of the deployed stack back to its queue. Returns in a sentence what was done.

    The account and region are those of the environment, as for any AWS client. Raises `LocalStackError` when they lead
    nowhere, or when the queue did not take some messages: those stay where they are.
    """
    with (ROOT / "samconfig.toml").open("rb") as file:
        stack = tomllib.load(file)["default"]["global"]["parameters"]["stack_name"]
    try:
        dead_letters, queue = (_queue(stack, name) for name in ("DeadLetterQueue", "ArticleQueue"))
        moved = move(boto3.client("sqs"), dead_letters, queue)
    except (BotoCoreError, ClientError) as error:
        raise LocalStackError(
            f"The dead letters of the stack {stack!r} could not be moved: {error}\nThis goes to the AWS account of "
            "your profile; or to a local AWS, in a shell that was told of it with the lines that `make up` prints."
        ) from None
    return f"{moved} dead letter{'' if moved == 1 else 's'} went from\n  {dead_letters}\nback to\n  {queue}"


def move(sqs: SQSClient, source: str, target: str) -> int:
    """Moves all messages of a queue to another. Returns how many.

    Each is sent before it is deleted, so none is lost. One can come twice, and an article that is cleaned twice comes
    out the same. Raises `LocalStackError` when `target` does not take one.
    """
    moved = 0
    while messages := sqs.receive_message(
        QueueUrl=source,
        MaxNumberOfMessages=_BATCH,
        VisibilityTimeout=_HIDDEN_SECONDS,
        WaitTimeSeconds=_WAIT_SECONDS,
    ).get("Messages", []):
        answer = sqs.send_message_batch(
            QueueUrl=target,
            Entries=[{"Id": str(number), "MessageBody": each["Body"]} for number, each in enumerate(messages)],
        )
        sent = [messages[int(entry["Id"])]["ReceiptHandle"] for entry in answer.get("Successful", [])]
        if sent:
            sqs.delete_message_batch(
                QueueUrl=source,
                Entries=[{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(sent)],
            )
        moved += len(sent)
        if len(sent) < len(messages):
            raise LocalStackError(f"{moved} dead letters were moved, and then the queue did not take some. Try again.")
    return moved


def _queue(stack: str, name: str) -> str:
    found = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=name)
    return found["StackResourceDetail"]["PhysicalResourceId"]
