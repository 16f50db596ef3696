"""The handler: which objects an event speaks of, one call for each, and an answer that names what failed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from article_pipeline.keys import is_packed
from article_pipeline.limits import Deadline, seconds_to_work, time_limit
from article_pipeline.model import ObjectRef
from article_pipeline.objects import ObjectStore, connect
from article_pipeline.processing import process
from article_pipeline.rules_files import RulesFiles
from article_pipeline.settings import Settings
from article_pipeline.telemetry import EVENTS_WITH_NOTHING_TO_CLEAN, Telemetry

from .events import UnknownEvent, is_queue_batch, object_refs, object_refs_in

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Answer = dict[str, Any]


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
    telemetry = Telemetry()
    store = connect()
    rules = RulesFiles(store, Settings.from_environment(os.environ), telemetry)
    cleaning = _Cleaning(rules, store, telemetry)

    @telemetry.metrics.log_metrics
    @telemetry.logger.inject_lambda_context(clear_state=True)
    def handle(event: dict[str, Any], context: LambdaContext) -> Answer:
        if is_queue_batch(event):
            return cleaning.answer_queue(event, context)
        cleaning.clean_all(lambda: object_refs(event), Deadline(seconds_to_work(context)))
        return {}

    return handle


class _Cleaning:
    """The work on the objects of an event."""

    def __init__(self, rules: RulesFiles, store: ObjectStore, telemetry: Telemetry) -> None:
        self.rules = rules
        self.store = store
        self.telemetry = telemetry

    def answer_queue(self, event: dict[str, Any], context: LambdaContext) -> Answer:
        """Cleans what each message of a batch speaks of. Returns which messages are to come again.

        Packed files come last, and each may take all the time that is left. What does not find enough comes again.

        Powertools has such a loop, too, but with it come asyncio and the events of every other source: to import them
        takes as long as to import the whole of the cleanup.
        """
        messages = sorted(event["Records"], key=lambda message: _has_packed_file(str(message.get("body"))))
        deadline = Deadline(seconds_to_work(context))
        failed = []
        for done, message in enumerate(messages):
            try:
                body = message["body"]
                own = Deadline(deadline.share(1 if _has_packed_file(body) else len(messages) - done))
                self.clean_all(partial(object_refs_in, body), own)
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
            self.telemetry.not_understood(error)
            raise
        if not refs:
            self.telemetry.logger.info("nothing to clean", reason="the event speaks of no new object")
            self.telemetry.count(EVENTS_WITH_NOTHING_TO_CLEAN)
        failed = sum(not self._clean(ref, deadline.share(len(refs) - done)) for done, ref in enumerate(refs))
        if failed:
            raise ObjectsFailed(f"{failed} of {len(refs)} objects failed; the log names them.")

    def _clean(self, ref: ObjectRef, seconds: float) -> bool:
        try:
            with time_limit(seconds):
                outcome = process(ref, self.store, self.rules.settings_for(ref.key))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other objects are not to suffer from it
            self.telemetry.failed(ref, error)
            return False
        self.telemetry.processed(ref, outcome)
        return True


def _has_packed_file(body: str) -> bool:
    """Whether a message speaks of an object that can take long."""
    try:
        return any(is_packed(ref.key) for ref in object_refs_in(body))
    except UnknownEvent:
        return False
