"""The handler: which objects an event speaks of, one call for each, and an answer that names what failed.

Logs carry keys, counts and names of rules. What an exception says is left out of them: it can quote an article.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import ClientError

from article_pipeline.limits import Deadline, time_limit
from article_pipeline.model import ObjectRef, Outcome
from article_pipeline.objects import ObjectStore, connect
from article_pipeline.processing import process
from article_pipeline.settings import Settings, SettingsError

from .events import UnknownEvent, is_queue_batch, object_refs, object_refs_in

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Answer = dict[str, Any]

# The metrics. The template names their namespace, and the one dimension that each has: `service`.
ARTICLES_CLEANED = "ArticlesCleaned"
ARTICLES_MOSTLY_REMOVED = "ArticlesMostlyRemoved"  # cleaned and little left, or rejected as nothing is: to be looked at
ARTICLES_REJECTED = "ArticlesRejected"
OBJECTS_SKIPPED = "ObjectsSkipped"  # folders, and what is gone and has its outcome
OBJECTS_FAILED = "ObjectsFailed"  # a fault that may pass: these come again, or end in the dead-letter queue
CHARACTERS_IN = "CharactersIn"  # of the articles cleaned; what share was removed is the ratio of the next to this
CHARACTERS_REMOVED = "CharactersRemoved"
REMOVALS = "Removals"
EVENTS_NOT_UNDERSTOOD = "EventsNotUnderstood"
EVENTS_WITH_NOTHING_TO_CLEAN = "EventsWithNothingToClean"
_OF_STATUS = {"cleaned": ARTICLES_CLEANED, "rejected": ARTICLES_REJECTED, "skipped": OBJECTS_SKIPPED}

_RESERVE_SECONDS = 2.0  # of the function's time: for the answer, the metrics, and what cannot be interrupted


class ObjectsFailed(Exception):
    """Some objects of an event could not be processed now. The message counts them, the log names each."""


def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
    """Cleans every object that `event` speaks of.

    A batch from a queue is answered with the messages to send again. Any other event can only be sent again whole: a
    failure in it is raised, when all the rest is done.
    """
    return _warm_handler()(event, context)


@cache
def _warm_handler() -> Callable[[dict[str, Any], LambdaContext], Answer]:
    """What one warm function keeps. It is made at the first call: importing this module reads and makes nothing."""
    cleaning = _Cleaning(Settings.from_environment(os.environ), connect(), Logger(), Metrics())

    @cleaning.metrics.log_metrics
    @cleaning.logger.inject_lambda_context(clear_state=True)
    def handle(event: dict[str, Any], context: LambdaContext) -> Answer:
        if is_queue_batch(event):
            return cleaning.answer_queue(event, context)
        cleaning.clean_all(lambda: object_refs(event), Deadline(_seconds_left(context)))
        return {}

    return handle


class _Cleaning:
    """The work on the objects of an event, and what logs and metrics tell of it."""

    def __init__(self, settings: Settings, store: ObjectStore, logger: Logger, metrics: Metrics) -> None:
        self.settings = settings
        self.store = store
        self.logger = logger
        self.metrics = metrics

    def answer_queue(self, event: dict[str, Any], context: LambdaContext) -> Answer:
        """Cleans what each message of a batch speaks of. Returns which messages are to come again.

        Powertools has this, too, but brings asyncio and the events of every other source: to import them would take as
        long as the whole of the cleanup.
        """
        messages = event["Records"]
        deadline = Deadline(_seconds_left(context))
        failed = []
        for done, message in enumerate(messages):
            try:
                own = Deadline(deadline.share(len(messages) - done))
                self.clean_all(partial(object_refs_in, message["body"]), own)
            except Exception:  # noqa: BLE001 - whatever it was, it is logged, and the other messages are fine
                failed.append({"itemIdentifier": message["messageId"]})
        return {"batchItemFailures": failed}

    def clean_all(self, find: Callable[[], Sequence[ObjectRef]], deadline: Deadline) -> None:
        """Each object succeeds or fails alone, and has its share of the time until the deadline.

        Raises `ObjectsFailed` at the end if any failed, or `UnknownEvent`.
        """
        try:
            refs = find()
        except UnknownEvent as error:
            self.logger.error("event not understood", reason=str(error))  # noqa: TRY400 - the reason says it all
            self._count(EVENTS_NOT_UNDERSTOOD)
            raise
        if not refs:
            self.logger.info("nothing to clean", reason="the event speaks of no new object")
            self._count(EVENTS_WITH_NOTHING_TO_CLEAN)
        failed = sum(not self._clean(ref, deadline.share(len(refs) - done)) for done, ref in enumerate(refs))
        if failed:
            raise ObjectsFailed(f"{failed} of {len(refs)} objects failed; the log names them.")

    def _clean(self, ref: ObjectRef, seconds: float) -> bool:
        try:
            with time_limit(seconds):
                outcome = process(ref, self.store, self.settings)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other objects are not to suffer from it
            details = _describe(error)
            self.logger.error("object failed", bucket=ref.bucket, key=ref.key, **details)  # noqa: TRY400 - see above
            self._count(OBJECTS_FAILED)
            return False
        self._tell(ref, outcome)
        return True

    def _tell(self, ref: ObjectRef, outcome: Outcome) -> None:
        self.logger.info(
            "object processed",
            status=outcome.status,
            bucket=ref.bucket,
            key=ref.key,
            reason=outcome.reason,
            removals_by_rule=outcome.removals_by_rule,
            characters_in=outcome.characters_in,
            characters_out=outcome.characters_out,
            mostly_removed=outcome.is_mostly_removed,
        )
        self._count(_OF_STATUS[outcome.status])
        self._count(ARTICLES_MOSTLY_REMOVED, int(outcome.is_mostly_removed))
        if outcome.status == "cleaned":
            self._count(REMOVALS, sum(outcome.removals_by_rule.values()))
            self._count(CHARACTERS_IN, outcome.characters_in)
            self._count(CHARACTERS_REMOVED, max(0, outcome.characters_in - outcome.characters_out))

    def _count(self, name: str, value: int = 1) -> None:
        self.metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def _seconds_left(context: LambdaContext) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000 - _RESERVE_SECONDS


def _describe(error: Exception) -> dict[str, Any]:
    """What an exception is and where it came from. Only what certainly quotes no article is told in full."""
    frames = traceback.extract_tb(error.__traceback__)
    described: dict[str, Any] = {
        "error": type(error).__name__,
        "raised_at": [f"{'/'.join(Path(at.filename).parts[-2:])}:{at.lineno} in {at.name}" for at in frames],
    }
    if isinstance(error, SettingsError):
        described["what_to_do"] = str(error)
    if isinstance(error, ClientError):
        described |= {"operation": error.operation_name, "code": error.response.get("Error", {}).get("Code")}
    return described
