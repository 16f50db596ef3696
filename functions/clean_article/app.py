"""The handler: which objects an event speaks of, one call for each, and an answer that names what failed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from article_pipeline.keys import is_packed
from article_pipeline.limits import Deadline, seconds_to_work, time_limit
from article_pipeline.model import ObjectRef, Outcome
from article_pipeline.objects import ObjectStore, connect
from article_pipeline.processing import TooLargeForCompany, process
from article_pipeline.rules_files import RulesFiles
from article_pipeline.settings import Settings
from article_pipeline.telemetry import EVENTS_WITH_NOTHING_TO_CLEAN, Telemetry

from .events import UnknownEvent, is_queue_batch, object_refs, object_refs_in

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from article_pipeline.concurrency import Run

Answer = dict[str, Any]
Place = tuple[str, str]  # bucket and key


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
        return cleaning.answer(event, context)

    return handle


class _Cleaning:
    """The work on the objects of an event."""

    def __init__(self, rules: RulesFiles, store: ObjectStore, telemetry: Telemetry) -> None:
        self.rules = rules
        self.store = store
        self.telemetry = telemetry

    def answer_queue(self, event: dict[str, Any], context: LambdaContext) -> Answer:
        """Cleans what each message of a batch speaks of. Returns which messages are to come again.

        Powertools has such a loop, too, but with it come asyncio and the events of every other source: to import them
        takes as long as to import the whole of the cleanup.
        """
        deadline = Deadline(seconds_to_work(context))
        found: dict[str, Sequence[ObjectRef]] = {}
        for message in event["Records"]:
            with suppress(Exception):  # whatever it is, the other messages are fine
                found[message["messageId"]] = self.find(partial(object_refs_in, str(message.get("body"))))
        failed = self.clean([ref for refs in found.values() for ref in refs], deadline)
        again = [
            message["messageId"]
            for message in event["Records"]
            if message["messageId"] not in found or failed.intersection(map(_place, found[message["messageId"]]))
        ]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}

    def answer(self, event: dict[str, Any], context: LambdaContext) -> Answer:
        """Cleans what an event speaks of. Raises `ObjectsFailed` at the end if any failed, or `UnknownEvent`."""
        refs = self.find(partial(object_refs, event))
        failed = self.clean(refs, Deadline(seconds_to_work(context)))
        if failed:
            raise ObjectsFailed(f"{len(failed)} of {len(refs)} objects failed; the log names them.")
        return {}

    def find(self, find: Callable[[], Sequence[ObjectRef]]) -> Sequence[ObjectRef]:
        """The objects that an event speaks of. Raises `UnknownEvent`."""
        try:
            refs = find()
        except UnknownEvent as error:
            self.telemetry.not_understood(error)
            raise
        if not refs:
            self.telemetry.logger.info("nothing to clean", reason="the event speaks of no new object")
            self.telemetry.count(EVENTS_WITH_NOTHING_TO_CLEAN)
        return refs

    def clean(self, refs: Sequence[ObjectRef], deadline: Deadline) -> set[Place]:
        """Each object succeeds or fails alone, and has its share of the time until the deadline. Returns what failed.

        Of several events on one object one will do, as all of them mean its latest version. Articles are cleaned at the
        same time, but for large ones, which come after, one by one. Packed files come last, and each may take all the
        time that is left.
        """
        objects = {_place(ref): ref for ref in refs}
        articles = [ref for ref in objects.values() if not is_packed(ref.key)]
        failed: set[Place] = set()
        if len(articles) > 1:
            soon = Deadline(deadline.share(len(objects)) * len(articles))
            articles = self._clean_at_once(articles, soon, failed)
        alone = articles + [ref for ref in objects.values() if is_packed(ref.key)]
        for done, ref in enumerate(alone):
            self._clean_alone(ref, deadline.share(1 if is_packed(ref.key) else len(alone) - done), failed)
        return failed

    def _clean_at_once(self, refs: Sequence[ObjectRef], deadline: Deadline, failed: set[Place]) -> list[ObjectRef]:
        """Returns those that are too large for it."""
        # One article needs no threads, and a cold start waits for all that is imported.
        from article_pipeline.concurrency import do_at_once  # noqa: PLC0415

        def job(ref: ObjectRef, run: Run) -> Outcome:
            return process(ref, self.store, run(partial(self.rules.settings_for, ref.key)), run)

        large = []
        for number, came in do_at_once([partial(job, ref) for ref in refs], deadline):
            if isinstance(came, TooLargeForCompany):
                large.append(number)
            else:
                self._tell(refs[number], came, failed)
        return [refs[number] for number in sorted(large)]

    def _clean_alone(self, ref: ObjectRef, seconds: float, failed: set[Place]) -> None:
        try:
            with time_limit(seconds):
                outcome = process(ref, self.store, self.rules.settings_for(ref.key))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other objects are not to suffer from it
            self._tell(ref, error, failed)
        else:
            self._tell(ref, outcome, failed)

    def _tell(self, ref: ObjectRef, came: Outcome | Exception, failed: set[Place]) -> None:
        if isinstance(came, Exception):
            failed.add(_place(ref))
            self.telemetry.failed(ref, came)
        else:
            self.telemetry.processed(ref, came)


def _place(ref: ObjectRef) -> Place:
    return ref.bucket, ref.key
