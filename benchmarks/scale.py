"""`python -m benchmarks.scale`: docs/scale.md, from what the benchmark measured and what AWS asks and allows.

No figure of that document is typed: those of the benchmark are in results.json, those of AWS, with where they are from,
in prices.json, and what follows from them is computed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

HERE = Path(__file__).parent
RESULTS, PRICES, DOCUMENT = HERE / "results.json", HERE / "prices.json", HERE.parent / "docs" / "scale.md"

# What the function asks of S3 for a new article; tests/functions/test_start_up.py counts them.
GETS = 3  # the source; and whether there is a rejection of it, before and after
PUTS = 2  # the report, and the article
# By the template's defaults.
BATCH = 10
MEGABYTES = 1024
CONCURRENCY = 10

_MILLION = 1_000_000
_BILLION = 1000 * _MILLION
_PACKED_ARTICLES = 10_000  # in a file of JSON lines
_PART_BYTES = 8 << 20  # of such a file, in a request


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to have articles cleaned: how long one takes, and what it costs, in dollars, by what that is asked for."""

    name: str
    milliseconds: float
    costs: Mapping[str, float]

    @property
    def million(self) -> float:
        """What a million articles cost, in dollars."""
        return sum(self.costs.values()) * _MILLION


def ways(results: Mapping[str, Any], prices: Mapping[str, Any], *, architecture: str = "arm64") -> tuple[Way, ...]:
    """Single objects through the queue; single objects through S3 Batch Operations; and articles packed in files."""
    usd = {name: price["usd"] for name, price in prices["prices"].items()}
    limit = {name: each["value"] for name, each in prices["limits"].items()}
    slowness = max(1.0, limit["megabytes_of_a_processor"] / MEGABYTES)
    gigabytes_second = usd[f"lambda_{architecture}_gb_second"] * MEGABYTES / 1024
    article = results["article"]
    warm = results["start-up"]["warm call"]["processor_milliseconds"]["article-cleanup"]

    # The articles of a batch wait for S3 at the same time. S3 Batch Operations hands them over one by one.
    waiting, busy = (GETS + PUTS) * limit["s3_milliseconds"], (warm + article["milliseconds"]) * slowness
    in_batch, single = waiting / BATCH + busy, waiting + busy
    s3 = {"S3 requests": GETS * usd["s3_get"] + PUTS * usd["s3_put"]}
    second = gigabytes_second / 1000
    # S3 sends a message for each object; a batch of them is asked for once, and once deleted.
    queue = {"SQS": usd["sqs_request"] * (1 + 2 / BATCH)}
    # A GET and two PUTs (articles, and reports) for each part of a file; what else it takes is not worth counting.
    parts = article["bytes"] / _PART_BYTES
    packed = article["milliseconds"] * slowness + 3 * parts * limit["s3_milliseconds"]
    return (
        Way(
            name="single objects, as they arrive",
            milliseconds=in_batch,
            costs=s3 | queue | {"Lambda, time": in_batch * second, "Lambda, requests": usd["lambda_request"] / BATCH},
        ),
        Way(
            name="single objects, by S3 Batch Operations",
            milliseconds=single,
            costs=s3
            | {"Lambda, time": single * second, "Lambda, requests": usd["lambda_request"]}
            | {"S3 Batch Operations": usd["s3_batch_object"]},
        ),
        Way(
            name=f"packed, {_PACKED_ARTICLES:,} in a file",
            milliseconds=packed,
            costs={
                "S3 requests": parts * (usd["s3_get"] + 2 * usd["s3_put"]),
                "Lambda, time": packed * second,
                "Lambda, requests": usd["lambda_request"] / _PACKED_ARTICLES,
                "S3 Batch Operations": usd["s3_batch_object"] / _PACKED_ARTICLES,
            },
        ),
    )


def document(results: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    """The text of docs/scale.md."""
    limit = {name: each["value"] for name, each in prices["limits"].items()}
    found = ways(results, prices)
    single, by_itself, packed = found
    article, start_up = results["article"], results["start-up"]
    cold, warm = start_up["cold start"], start_up["warm call"]
    costs = sorted({name for way in found for name in way.costs})
    cost_table = _table(
        ["", *(way.name for way in found)],
        [
            *_cost_rows(costs, found),
            _sum_row("together", found),
            _sum_row("together, on x86_64", ways(results, prices, architecture="x86_64")),
        ],
    )
    cost_of_puts = PUTS * prices["prices"]["s3_put"]["usd"] / sum(single.costs.values())
    share = MEGABYTES / limit["megabytes_of_a_processor"]
    per_article = (
        f"With {MEGABYTES:,} MB a function has {share:.2f} of a processor. So an article by itself takes "
        f"{by_itself.milliseconds:.0f} ms, {(GETS + PUTS) * limit['s3_milliseconds']:.0f} of them waiting for S3, if "
        f"a request takes {limit['s3_milliseconds']} ms. In a full batch, where {BATCH} wait at the same time, it "
        f"takes {single.milliseconds:.0f} ms, and packed with others {packed.milliseconds:.1f} ms."
    )
    billion = (
        f"A billion articles cost ${single.million * 1000:,.0f} as single objects, and ${packed.million * 1000:,.0f} "
        f"packed. {cost_of_puts:.0%} of the former is for PUTs, which nothing makes cheaper. So pack a back catalogue "
        "before you have it cleaned, if you can."
    )
    memory = (
        "`MemorySize` buys processor time, and waiting for S3 costs memory all the while: single objects are cheapest "
        f"with little of it. Packed ones cost about the same with {limit['megabytes_of_a_processor']:,} MB, and take "
        f"{share:.0%} of the time."
    )
    return f"""# The path to a billion

`make scale` makes this page: from [what `make benchmark` measured](../benchmarks/results.json), and from
[what AWS asks and allows](../benchmarks/prices.json). What AWS does by itself (retries, empty polls, logs, traces,
storage) is not in it. Before a large bill, clean a hundred thousand articles, and compare.

## One article

| | |
|---|---:|
| bytes of a mean article | {article["bytes"]:,} |
| ms of a processor to clean it, on the machine of the benchmark | {article["milliseconds"]:.1f} |
| ms of a processor that all else of a warm call takes there | {warm["processor_milliseconds"]["article-cleanup"]:.1f} |
| requests to S3: GET or HEAD, and PUT | {GETS} + {PUTS} |
| a cold start, to that of {cold["beside"]} alone | {cold["ratio"]:.2f} |
| a warm call, to {warm["beside"]} with one GET and one PUT | {warm["ratio"]:.2f} |

{_paragraph(per_article)}

A warm call cannot come down to a copy's: where a copy is one GET and one PUT, here two objects are written, and two
looks, one before and one after, see to it that no outcome of another kind is there or stays.

## What it costs

US dollars for a million articles, in {prices["region"]}, on arm64:

{cost_table}

{_paragraph(billion)}

## How fast it goes

| executions at once | articles a second | a billion takes | packed: articles a second | a billion takes |
|---:|---:|---:|---:|---:|
{_speed_rows(single, packed, limit)}

{CONCURRENCY} is the template's default; {limit["lambda_concurrency"]:,} is what an account has until AWS raises it.

## What is full first, and what to turn

{_numbered(_bounds(single, limit))}

Packed files are bound by none of that, but by Lambda's 15 minutes. Make them of {_file_limit(packed):,} articles at
most: one call cleans as many in half of that time.

{_paragraph(memory)}

## Where the figures are from

Gathered in {prices["read"]}. Prices are as others quote them from AWS's pages; that of S3 Batch Operations was not
looked up. They differ by region, and change: before a large bill, see AWS's own.

| | | |
|---|---:|---|
{_source_rows(prices)}
"""


def _bounds(single: Way, limit: Mapping[str, float]) -> Sequence[str]:
    """What bounds single objects, the lowest bound first, and what to do about each."""
    # Where an article's requests meet: two looks for a rejection, and one PUT under each prefix.
    a_second = min(limit["s3_gets_a_second"] / 2, limit["s3_puts_a_second"])
    account = limit["lambda_concurrency"]
    bounds = {
        CONCURRENCY: f"**`MaximumConcurrency`**, by default {CONCURRENCY}: {_a_second(single, CONCURRENCY)} articles a "
        f"second. Raise it, up to {limit['sqs_batches']:,}; the queue's event source gets there by 300 a minute.",
        a_second * single.milliseconds / 1000: f"**S3's request rates**: at {a_second:,.0f} articles a second, with "
        f"{a_second * single.milliseconds / 1000:,.0f} executions, looks for rejections take the GETs and "
        f"HEADs, {limit['s3_gets_a_second']:,} a second, that S3 promises for one partition of a bucket. It parts what "
        "is busy for long, and answers 503 until it has; the function tries again, and after it the queue. Spread keys "
        "over prefixes that differ early, and raise concurrency over an hour rather than at once.",
        account: f"**The account's concurrent executions**, {account:,}, which all functions share: "
        f"{_a_second(single, account)} articles a second. Have them raised. Lambda starts up to "
        f"{limit['lambda_scaling']:,} more every 10 seconds, so starts hold nothing up for long.",
    }
    return [text for _, text in sorted(bounds.items())]


def _numbered(items: Sequence[str]) -> str:
    return "\n".join(_paragraph(f"{number}. {item}", "   ") for number, item in enumerate(items, 1))


def _paragraph(text: str, indent: str = "") -> str:
    return fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    marks = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def _cost_rows(costs: Sequence[str], found: Sequence[Way]) -> list[list[str]]:
    return [[name, *(f"{way.costs.get(name, 0) * _MILLION:,.2f}" for way in found)] for name in costs]


def _sum_row(name: str, found: Sequence[Way]) -> list[str]:
    return [f"**{name}**", *(f"**{way.million:,.2f}**" for way in found)]


def _speed_rows(single: Way, packed: Way, limit: Mapping[str, float]) -> str:
    rows = []
    for concurrency in (CONCURRENCY, 100, int(limit["lambda_concurrency"])):
        cells = [f"{concurrency:,}"]
        for way in (single, packed):
            cells += [_a_second(way, concurrency), _span(_BILLION * way.milliseconds / 1000 / concurrency)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _a_second(way: Way, concurrency: float) -> str:
    return f"{concurrency * 1000 / way.milliseconds:,.0f}"


def _span(seconds: float) -> str:
    days = seconds / 86400
    return f"{days:,.0f} days" if days >= 2 else f"{seconds / 3600:,.1f} hours"


def _file_limit(packed: Way) -> int:
    return int(15 * 60 * 1000 / 2 / packed.milliseconds / 1000) * 1000


def _source_rows(prices: Mapping[str, Any]) -> str:
    asked = [
        f"| {name.replace('_', ' ')} | ${price['usd']:.10f}".rstrip("0") + f" | {price['source']} |"
        for name, price in prices["prices"].items()
    ]
    allowed = [f"| {each['what']} | {each['value']:,} | {each['source']} |" for each in prices["limits"].values()]
    return "\n".join([*asked, *allowed])


def main() -> None:
    """Writes the document."""
    DOCUMENT.write_text(document(json.loads(RESULTS.read_text()), json.loads(PRICES.read_text())))


if __name__ == "__main__":
    main()
