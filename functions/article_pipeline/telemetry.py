"""What logs and metrics tell of objects.

Logs carry keys, counts and names of rules. What an exception says is left out of them: it can quote an article.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import ClientError

from .model import ObjectRef, Outcome
from .settings import SettingsError

# The metrics. The template names their namespace, and the one dimension that each has: `service`.
ARTICLES_CLEANED = "ArticlesCleaned"
ARTICLES_MOSTLY_REMOVED = "ArticlesMostlyRemoved"  # cleaned and little left, or rejected as nothing is: to be looked at
ARTICLES_REJECTED = "ArticlesRejected"
LINES_PASSED_THROUGH = "LinesPassedThrough"  # of packed files: those that are no article that could be cleaned
OBJECTS_SKIPPED = "ObjectsSkipped"  # folders, and what is gone and has its outcome
OBJECTS_FAILED = "ObjectsFailed"  # a fault that may pass: these are tried again
CHARACTERS_IN = "CharactersIn"  # of the articles cleaned; what share was removed is the ratio of the next to this
CHARACTERS_REMOVED = "CharactersRemoved"
REMOVALS = "Removals"
RULES_REFUSED = "RulesRefused"  # rules files that cannot be used, each time that they are looked at
EVENTS_NOT_UNDERSTOOD = "EventsNotUnderstood"
EVENTS_WITH_NOTHING_TO_CLEAN = "EventsWithNothingToClean"
# A line of the log has its limits. `article-cleanup rules check` tells of the others.
_MAX_PROBLEMS = 100
_OF_STATUS = {"cleaned": ARTICLES_CLEANED, "rejected": ARTICLES_REJECTED, "skipped": OBJECTS_SKIPPED}


class Telemetry:
    """The log and the metrics of a function."""

    def __init__(self) -> None:
        self.logger = Logger()
        self.metrics = Metrics()

    def processed(self, ref: ObjectRef, outcome: Outcome) -> None:
        """Tells what became of an object."""
        self.logger.info(
            "object processed",
            status=outcome.status,
            bucket=ref.bucket,
            key=ref.key,
            reason=outcome.reason,
            removals_by_rule=outcome.removals_by_rule,
            articles=outcome.articles,
            passed_through=outcome.passed_through,
            characters_in=outcome.characters_in,
            characters_out=outcome.characters_out,
            mostly_removed=outcome.mostly_removed,
        )
        self.count(_OF_STATUS[outcome.status], outcome.articles)
        self.count(ARTICLES_MOSTLY_REMOVED, outcome.mostly_removed)
        if outcome.status == "cleaned":
            self.count(REMOVALS, sum(outcome.removals_by_rule.values()))
            self.count(CHARACTERS_IN, outcome.characters_in)
            self.count(CHARACTERS_REMOVED, max(0, outcome.characters_in - outcome.characters_out))
            self.count(LINES_PASSED_THROUGH, sum(outcome.passed_through.values()))

    def failed(self, ref: ObjectRef, error: Exception) -> None:
        """Tells that an object could not be processed now, and why."""
        self.logger.error("object failed", bucket=ref.bucket, key=ref.key, **_described(error))
        self.count(OBJECTS_FAILED)

    def rules_loaded(self, bucket: str, key: str, version_id: str | None, *, rules_version: str) -> None:
        """Tells which rules file the reports mean that name a version of the rules."""
        self.logger.info("rules loaded", bucket=bucket, key=key, version_id=version_id, rules_version=rules_version)

    def rules_refused(
        self, bucket: str, key: str, version_id: str | None, *, problems: Sequence[str], in_force: str | None
    ) -> None:
        """Tells what is wrong with a version of a rules file, and which older one is `in_force`, if any."""
        self.logger.error(
            "rules refused",
            bucket=bucket,
            key=key,
            version_id=version_id,
            problems=problems[:_MAX_PROBLEMS],
            problem_count=len(problems),
            version_in_force=in_force,
        )
        self.count(RULES_REFUSED)

    def rules_misnamed(self, bucket: str, keys: Sequence[str], *, name: str) -> None:
        """Tells of files among the rules files that are called otherwise, and so are for no article."""
        self.logger.warning(
            "rules misnamed",
            bucket=bucket,
            keys=keys[:_MAX_PROBLEMS],
            key_count=len(keys),
            what_to_do=f"Only files called {name} are read. Upload rules as {name}, in the folder that they are for.",
        )

    def not_understood(self, error: Exception) -> None:
        """Tells of an event that nobody sends, as far as is known here."""
        self.logger.error("event not understood", reason=str(error))
        self.count(EVENTS_NOT_UNDERSTOOD)

    def count(self, name: str, value: int = 1) -> None:
        """Adds to a metric."""
        self.metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def describe(error: Exception) -> str:
    """What an exception is, in a few words that certainly quote no article."""
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, ClientError):
        return f"{error.response.get('Error', {}).get('Code')} at {error.operation_name}"
    return type(error).__name__


def _described(error: Exception) -> dict[str, Any]:
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
