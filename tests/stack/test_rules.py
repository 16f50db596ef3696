"""Rules files in the deployed system: put into its bucket, they are in force without a deployment."""

from __future__ import annotations

import json
import time
from itertools import count

from article_pipeline.rules_files import LOOK_AGAIN_SECONDS
from local.stack import Stack

from .conftest import wait_until
from .test_alarms import alarm, counted, dimensions

STORY = "The night ferry returns in spring, said the harbour board on Tuesday.\n"
PROMOS = {"quiz": "Our quiz: ten questions\n", "games": "Our games: ten of them\n"}


def rules(word: str) -> bytes:
    """A rules file by which the line goes that begins with that word of theirs."""
    entry = {"rule": "site-promo", "line": [f"our {word} …"], "strips": [f"Our {word} now"], "spares": ["A boy won."]}
    return json.dumps([entry]).encode()


def test_rules_are_picked_up_within_a_minute_and_broken_ones_are_refused(stack: Stack) -> None:
    numbers = count()

    def left() -> set[str]:
        """Which promos the deployed function leaves in an article now."""
        key = f"own-rules/{next(numbers)}.txt"
        body = STORY + "".join(PROMOS.values())
        stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key=key, Body=body.encode())
        place = {"bucket": {"name": stack.outputs.input_bucket}, "object": {"key": key}}
        event = {"Records": [{"eventSource": "aws:s3", "s3": place}]}
        answer = stack.lambda_.invoke(FunctionName=stack.outputs.function, Payload=json.dumps(event).encode())
        assert "FunctionError" not in answer
        clean = stack.s3.get_object(Bucket=stack.outputs.output_bucket, Key=f"clean/{key}")["Body"].read().decode()
        assert clean.startswith(STORY)
        return {word for word, line in PROMOS.items() if line.strip() in clean}

    def put(body: bytes) -> None:
        stack.s3.put_object(Bucket=stack.outputs.rules_bucket, Key="own-rules/rules.json", Body=body)

    assert left() == {"quiz", "games"}
    put(rules("quiz"))
    time.sleep(LOOK_AGAIN_SECONDS + 5)
    assert [left() for _ in range(3)] == [{"games"}] * 3  # whichever of the function's processes it was
    began = time.time()
    put(rules("games").replace(b"Our games now", b"Their games"))
    watched = alarm(stack, "RulesFileRefused")
    metric = (watched["Namespace"], watched["MetricName"], frozenset(dimensions(watched).items()))

    def is_refused() -> bool:
        assert left() == {"games"}
        return metric in counted(stack, began)

    wait_until(is_refused)
    assert any('"rules refused"' in line and "Their games" in line for line in stack.function_log(since=began))
    put(rules("games"))
    wait_until(lambda: left() == {"quiz"})
    stack.s3.delete_object(Bucket=stack.outputs.rules_bucket, Key="own-rules/rules.json")
