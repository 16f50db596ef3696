"""The sample events of events/: what they are, what they need, what must come of them."""

from __future__ import annotations

import base64
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .emulator import ROOT, LocalStackError
from .stack import Stack

EVENTS = ROOT / "events"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A sample event, as events/cases.toml describes it."""

    name: str
    about: str
    put: Mapping[str, str] = field(default_factory=dict)
    cleaned: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    raises: str | None = None
    results: tuple[str, ...] = ()

    @property
    def is_backfill(self) -> bool:
        """Whether it is for the function of S3 Batch Operations, and not for the one of events."""
        return self.name.startswith("batch-")

    @property
    def objects(self) -> dict[str, bytes]:
        """The objects that must be in the input bucket first, by key. One without a file is empty."""
        return {key: ROOT.joinpath(file).read_bytes() if file else b"" for key, file in self.put.items()}

    def event(self, *, input_bucket: str, output_bucket: str) -> dict[str, Any]:
        """The event, for two buckets."""
        return read_event(EVENTS / f"{self.name}.json", input_bucket=input_bucket, output_bucket=output_bucket)


def read_cases() -> dict[str, Case]:
    """Every sample event, by name."""
    with (EVENTS / "cases.toml").open("rb") as file:
        return {name: _read_case(name, case) for name, case in tomllib.load(file).items()}


def _read_case(name: str, case: dict[str, Any]) -> Case:
    unknown = case.keys() - {"about", "put", "cleaned", "rejected", "failed", "raises", "results"}
    if unknown:
        raise LocalStackError(f"events/cases.toml: [{name}] has {', '.join(sorted(unknown))}, which means nothing.")
    return Case(
        name=name,
        about=case["about"],
        put=case.get("put", {}),
        cleaned=tuple(case.get("cleaned", ())),
        rejected=tuple(case.get("rejected", ())),
        failed=tuple(case.get("failed", ())),
        raises=case.get("raises"),
        results=tuple(case.get("results", ())),
    )


def read_event(path: Path, *, input_bucket: str, output_bucket: str) -> dict[str, Any]:
    """The event in a file, with two buckets' names where it has INPUT_BUCKET and OUTPUT_BUCKET."""
    text = path.read_text().replace("INPUT_BUCKET", input_bucket).replace("OUTPUT_BUCKET", output_bucket)
    try:
        event: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError as error:
        raise LocalStackError(f"{path} is not JSON: {error}.") from None
    return event


def invoke(stack: Stack, path: Path) -> dict[str, Any]:
    """Sends an event to the deployed function. Returns what to show: what was put first, the answer, and the log.

    Raises `LocalStackError` when the function failed, unless the sample is there to show that.
    """
    outputs = stack.outputs
    case = read_cases().get(path.stem) if path.resolve().parent == EVENTS else None
    shown: dict[str, Any] = {f"Event: {path}": case.about if case else "not one of the samples"}
    if case:
        for key, content in case.objects.items():
            stack.s3.put_object(Bucket=outputs.input_bucket, Key=key, Body=content)
            shown[f"Put first: s3://{outputs.input_bucket}/{key}"] = case.put[key] or "(empty)"
    event = read_event(path, input_bucket=outputs.input_bucket, output_bucket=outputs.output_bucket)
    function = outputs.backfill_function if case and case.is_backfill else outputs.function
    response = stack.lambda_.invoke(FunctionName=function, Payload=json.dumps(event).encode(), LogType="Tail")
    answer = json.loads(response["Payload"].read())
    shown["Answer"] = answer
    shown["Log"] = base64.b64decode(response.get("LogResult", "")).decode(errors="replace").strip()
    expected = case.raises if case else None
    if response.get("FunctionError") and expected is None:
        raise LocalStackError(f"The function failed: {answer.get('errorType')}: {answer.get('errorMessage')}")
    return shown
