"""The alarms of the deployed system go off, and watch what is really counted.

The emulated AWS evaluates alarms over a metric's name, and counts invocations and errors of functions by itself. What
queues count is put there as SQS would, and what functions log as metrics is read from their log, as CloudWatch would.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from article_pipeline.keys import clean_key
from local.stack import Stack

from .conftest import wait_until
from .test_deployed import article_queue, written

ALARMS = {
    "ArticlesGivenUp",
    "ArticlesWaiting",
    "FunctionFailing",
    "FunctionThrottled",
    "ManyRejected",
    "ManyMostlyRemoved",
    "RulesFileRefused",
    "BackfillFailing",
    "BackfillThrottled",
    "BackfillGivingUp",
}
THROTTLED = ("FunctionThrottled", "BackfillThrottled")
FAILING = {"FunctionFailing": "function", "BackfillFailing": "backfill_function"}  # fmt: skip
STORY = b"The night ferry returns in spring, said the harbour board on Tuesday.\n"


def alarm(stack: Stack, name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [each for each in stack.cloudwatch.describe_alarms()["MetricAlarms"] if f"-{name}-" in each["AlarmName"]]
    return found


def dimensions(found: dict[str, Any]) -> dict[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in found["Dimensions"]}


@pytest.mark.parametrize(("name", "function"), FAILING.items())
def test_a_function_that_fails_sets_off_its_alarm(stack: Stack, name: str, function: str) -> None:
    stack.lambda_.invoke(FunctionName=getattr(stack.outputs, function), Payload=b'{"of": "no kind"}')
    # The emulated AWS looks at its alarms when a metric is put, whichever.
    stack.cloudwatch.put_metric_data(Namespace="Other", MetricData=[{"MetricName": "Other", "Value": 1}])
    assert alarm(stack, name)["StateValue"] == "ALARM"


# Two of a name go off together here.
@pytest.mark.parametrize(
    "names", [THROTTLED, *((name,) for name in sorted(ALARMS - FAILING.keys() - {*THROTTLED}))], ids=" and ".join
)
def test_an_alarm_goes_off_over_its_threshold_and_not_at_it(stack: Stack, names: tuple[str, ...]) -> None:
    found = [alarm(stack, name) for name in names]

    def count(more: int) -> set[str]:
        for each in found:
            value = each["Threshold"] + more
            metric = {"MetricName": each["MetricName"], "Dimensions": each["Dimensions"], "Value": value}
            stack.cloudwatch.put_metric_data(Namespace=each["Namespace"], MetricData=[metric])
        return {alarm(stack, name)["StateValue"] for name in names}

    assert count(0) == {"OK"}
    assert count(1) == {"ALARM"}


@pytest.mark.parametrize("name", ["ManyRejected", "ManyMostlyRemoved"])
def test_what_an_alarm_watches_is_what_the_function_counts(stack: Stack, name: str) -> None:
    began = time.time() - 1
    for key, body in {"counted.txt": STORY, "rejected.txt": b""}.items():
        stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key=key, Body=body)
    wait_until(lambda: {clean_key("counted.txt"), "rejected/rejected.txt.json"} <= written(stack))
    found = alarm(stack, name)
    watched = (found["Namespace"], found["MetricName"], frozenset(dimensions(found).items()))
    wait_until(lambda: watched in counted(stack, began), seconds=5)


def counted(stack: Stack, since: float) -> set[tuple[str, str, frozenset[tuple[str, str]]]]:
    """Namespace, name and dimensions of each metric in the function's log, in CloudWatch's embedded metric format."""
    found = set()
    for line in stack.function_log(since=since):
        entry = json.loads(line) if line.startswith('{"_aws"') else {"_aws": {"CloudWatchMetrics": []}}
        for group in entry["_aws"]["CloudWatchMetrics"]:
            for names in group["Dimensions"]:
                of = frozenset((name, entry[name]) for name in names)
                found |= {(group["Namespace"], metric["Name"], of) for metric in group["Metrics"]}
    return found


def test_alarms_of_queues_and_of_functions_watch_the_deployed_ones(stack: Stack) -> None:
    queues = {name: url.rpartition("/")[2] for name, url in (
        ("ArticlesWaiting", article_queue(stack)), ("ArticlesGivenUp", stack.outputs.dead_letter_queue),
    )}  # fmt: skip
    for name, queue in queues.items():
        assert dimensions(alarm(stack, name)) == {"QueueName": queue}
    for name in ("FunctionFailing", "FunctionThrottled"):
        assert dimensions(alarm(stack, name)) == {"FunctionName": stack.outputs.function}
    for name in ("BackfillFailing", "BackfillThrottled"):
        assert dimensions(alarm(stack, name)) == {"FunctionName": stack.outputs.backfill_function}


def test_every_alarm_is_tried(stack: Stack) -> None:
    deployed = {each["AlarmName"].split("-")[-2] for each in stack.cloudwatch.describe_alarms()["MetricAlarms"]}
    assert deployed == ALARMS


def test_the_dashboard_shows_every_alarm(stack: Stack) -> None:
    (dashboard,) = stack.cloudwatch.list_dashboards()["DashboardEntries"]
    body = json.loads(stack.cloudwatch.get_dashboard(DashboardName=dashboard["DashboardName"])["DashboardBody"])
    shown = {arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", [])}
    assert shown == {each["AlarmArn"] for each in stack.cloudwatch.describe_alarms()["MetricAlarms"]}
