"""docs/scale.md is what its script makes of the benchmark's results, and the figures it starts from are so."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks.__main__ import missed_bars
from benchmarks.growth import SHAPES
from benchmarks.plot import PLOT, drawn
from benchmarks.scale import BATCH, CONCURRENCY, DOCUMENT, MEGABYTES, PRICES, RESULTS, document, ways
from local.template_checks import TEMPLATE, translate

MEASURED: dict[str, Any] = json.loads(RESULTS.read_text())
QUALITY = DOCUMENT.parent / "quality.md"
ASKED: dict[str, Any] = json.loads(PRICES.read_text())


def test_the_document_is_what_its_script_makes() -> None:
    assert DOCUMENT.read_text() == document(MEASURED, ASKED), "run `make scale`"


def test_the_plot_is_that_of_the_results() -> None:
    assert PLOT.read_text() == drawn(MEASURED)
    assert set(SHAPES) <= {text.text for text in ET.fromstring(drawn(MEASURED)).iter() if text.tag.endswith("text")}  # noqa: S314 - made here


def test_the_page_on_quality_tells_the_speeds_of_the_results() -> None:
    name = "millions of characters a second"
    speeds = [found[name] for found in MEASURED["cleaners"].values()]
    (row,) = [line for line in QUALITY.read_text().splitlines() if line.startswith("| speed, to article-cleanup")]
    assert row.strip("| ").split(" | ")[1:] == [f"{speed / speeds[0]:.2g}" for speed in speeds]


def test_a_million_single_objects_cost_what_one_can_work_out_by_hand() -> None:
    results = {
        "article": {"bytes": 5000, "milliseconds": 2.0},
        "start-up": {"warm call": {"processor_milliseconds": {"article-cleanup": 8.0}}},
    }
    single, by_batch, packed = ways(results, ASKED)
    assert single.milliseconds == pytest.approx(5 * 30 / 10 + (2 + 8) * 1769 / 1024)
    assert by_batch.milliseconds == pytest.approx(5 * 30 + (2 + 8) * 1769 / 1024)
    assert single.costs["S3 requests"] == pytest.approx(3 * 0.4e-6 + 2 * 5e-6)
    assert single.costs["Lambda, time"] == pytest.approx(single.milliseconds / 1000 * 0.0000133334)
    assert single.million == pytest.approx(11.2 + 0.43 + 0.02 + 0.48, abs=0.01)
    assert by_batch.costs["S3 Batch Operations"] == 1e-6
    assert packed.million < single.million / 20


def test_it_starts_from_the_template_s_defaults() -> None:
    template = translate(TEMPLATE)
    defaults = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    assert (defaults["MemorySize"], defaults["MaximumConcurrency"]) == (MEGABYTES, CONCURRENCY)
    resources = [each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert [each["Properties"]["BatchSize"] for each in resources] == [BATCH]


def test_ratios_that_are_not_as_they_must_be_are_named() -> None:
    worse = deepcopy(MEASURED)
    worse["cleaners"]["jusText"]["millions of characters a second"] = 1e6
    worse["growth"] = [{"shape": "a hedge", "bytes": 10**9, "to_short": 9.0, "memory_to_text": 9.0}]
    worse["start-up"]["cold start"]["processor_ratio"] = 9.0
    assert len(list(missed_bars(worse))) == 4
