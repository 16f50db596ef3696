"""The handler: which object a task of S3 Batch Operations names, one call for it, and the answer that S3 wants.

S3 tries again what failed for now, and writes the others into the job's report, with a sentence for each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from article_pipeline.keys import decode_key
from article_pipeline.limits import Deadline, seconds_to_work, time_limit
from article_pipeline.model import ObjectRef, Outcome
from article_pipeline.objects import ObjectStore, connect
from article_pipeline.processing import process
from article_pipeline.rules_files import RulesFiles
from article_pipeline.settings import Settings, SettingsError
from article_pipeline.telemetry import Telemetry, describe

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Answer = dict[str, Any]
Code = Literal["Succeeded", "TemporaryFailure", "PermanentFailure"]


class UnknownRequest(ValueError):
    """A request of another shape than S3 Batch Operations sends. The message tells what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What S3 is told of a task."""

    code: Code
    text: str


def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
    """Cleans the object that a task names. Raises `UnknownRequest` for what is no request of S3 Batch Operations."""
    return _warm_handler()(event, context)


@cache
def _warm_handler() -> Callable[[dict[str, Any], LambdaContext], Answer]:
    """What one warm function keeps. It is made at the first call: importing this module reads and makes nothing."""
    store, telemetry = connect(), Telemetry()
    rules = RulesFiles(store, Settings.from_environment(os.environ), telemetry)

    @telemetry.metrics.log_metrics
    @telemetry.logger.inject_lambda_context(clear_state=True)
    def handle(event: dict[str, Any], context: LambdaContext) -> Answer:
        try:
            tasks = read_tasks(event)
        except UnknownRequest as error:
            telemetry.not_understood(error)
            raise
        deadline = Deadline(seconds_to_work(context))
        results = []
        for done, (task_id, ref) in enumerate(tasks.items()):
            result = _clean(ref, deadline.share(len(tasks) - done), store, rules, telemetry)
            results.append({"taskId": task_id, "resultCode": result.code, "resultString": result.text})
        return {
            "invocationSchemaVersion": event["invocationSchemaVersion"],
            "invocationId": event["invocationId"],
            "treatMissingKeysAs": "TemporaryFailure",
            "results": results,
        }

    return handle


def read_tasks(event: Mapping[str, Any]) -> dict[str, ObjectRef]:
    """The objects that a request names, by task. S3 sends one a request. Raises `UnknownRequest`.

    Version 1.0 of the request has the bucket's ARN, and version 2.0 its name.
    """
    try:
        if not event["invocationSchemaVersion"] or not event["invocationId"]:
            raise KeyError("invocationId")
        return {
            task["taskId"]: ObjectRef(
                bucket=task.get("s3Bucket") or task["s3BucketArn"].rpartition(":")[2],
                key=decode_key(task["s3Key"]),
                version_id=task.get("s3VersionId"),
            )
            for task in event["tasks"]
        }
    except (KeyError, TypeError, AttributeError) as error:
        what = f"nothing at {error}" if isinstance(error, KeyError) else "something of another kind than it has there"
        raise UnknownRequest(f"This is no request of S3 Batch Operations: it has {what}.") from None


def _clean(ref: ObjectRef, seconds: float, store: ObjectStore, rules: RulesFiles, telemetry: Telemetry) -> Result:
    try:
        with time_limit(seconds):
            settings = rules.settings_for(ref.key)
            if ref.bucket != settings.input_bucket:
                raise SettingsError(
                    f"This cleans objects of {settings.input_bucket!r} only, and not of {ref.bucket!r}."
                )
            outcome = process(ref, store, settings)
    except Exception as error:  # noqa: BLE001 - S3 is to be answered, whatever it is
        telemetry.failed(ref, error)
        if isinstance(error, SettingsError):
            return Result(code="PermanentFailure", text=str(error))
        return Result(code="TemporaryFailure", text=f"Failed for now: {describe(error)}. The function's log says more.")
    telemetry.processed(ref, outcome)
    return describe_outcome(ref, outcome)


def describe_outcome(ref: ObjectRef, outcome: Outcome) -> Result:
    """What S3 is told of what became of an object."""
    if outcome.status == "rejected":
        return Result(code="PermanentFailure", text=f"Rejected ({outcome.reason}): {outcome.message}")
    if outcome.status == "skipped":
        return _SKIPPED.get(outcome.reason or "", _BUSY)
    return Result(code="Succeeded", text=" ".join([_describe_cleaned(outcome), *_describe_version(ref, outcome)]))


_SKIPPED = {
    "folder": Result(code="Succeeded", text="Skipped: it is a folder."),
    "gone": Result(code="Succeeded", text="Skipped: it was deleted, and keeps the outcome that it has."),
}
_BUSY = Result(
    code="TemporaryFailure", text="It took too much time or memory this time, and keeps the outcome that it has."
)


def _describe_cleaned(outcome: Outcome) -> str:
    removed = max(0, outcome.characters_in - outcome.characters_out)
    parts = [f"Cleaned: {removed:,} of {outcome.characters_in:,} characters removed."]
    if outcome.articles != 1 or outcome.passed_through:
        parts.append(f"{outcome.articles:,} articles.")
    if outcome.passed_through:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(outcome.passed_through.items()))
        parts.append(f"Lines passed through: {reasons}.")
    if outcome.mostly_removed:
        parts.append(f"Mostly removed: {outcome.mostly_removed:,}. Look at it.")
    return " ".join(parts)


def _describe_version(ref: ObjectRef, outcome: Outcome) -> list[str]:
    """A clean article is that of the latest version, whichever the manifest names."""
    if ref.version_id is None or ref.version_id == outcome.version_id:
        return []
    return [f"This is of the latest version, {outcome.version_id}, and not of {ref.version_id}."]
