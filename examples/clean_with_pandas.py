"""Clean the articles in a file of JSON lines with pandas, and count what was removed.

    python examples/clean_with_pandas.py articles.jsonl clean.jsonl

It needs pandas and article-cleanup: `pip install . pandas`.
"""

from __future__ import annotations

import sys

import pandas as pd

from article_cleanup import clean


def main(source: str, target: str) -> None:
    """Cleans the column `text`, and adds `removed`: what went of each article, with the rule and the reason."""
    articles = pd.read_json(source, lines=True)
    cleaned = articles["text"].map(clean)
    articles["text"] = cleaned.map(lambda article: article.text)
    articles["removed"] = cleaned.map(
        lambda article: [{"rule": each.rule, "reason": each.reason, "text": each.text} for each in article.removals]
    )
    articles.to_json(target, orient="records", lines=True, force_ascii=False)
    rules = articles["removed"].explode().dropna().map(lambda removal: removal["rule"])
    print(rules.value_counts().to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
