"""The handler at work on a packed file that is made as it is read and forgotten as it is written.

`python -m tests.functions.generated_file MEGABYTES WORDS LINE_BYTES` writes what that took, as JSON. An article has so
many words, saved twice, and beside them in its line what crawls save besides. S3 is a client that holds nothing.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import time
from collections import Counter
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from article_pipeline.objects import ObjectStore
from clean_article import app

_KEY = "big.jsonl"
_SENTENCE = "The night ferry between Port Ellery and the outer islands returns in week {}, said harbour master {}."


def line(number: int, words: int, length: int) -> bytes:
    """An article of that many words in a line of that many bytes."""
    sentences = [_SENTENCE.format(number + at, number * 7 + at) for at in range(max(1, words // 18))]
    text = "\n".join([*sentences, "Video", *sentences])
    record = json.dumps({"id": number, "text": text, "html": ""})[:-2]
    return (record + "x" * (length - len(record) - 3) + '"}\n').encode()


class GeneratedFile:
    """A client of an S3 that has one file in it, all of whose lines are of one length."""

    def __init__(self, size: int, words: int, line_bytes: int) -> None:
        self.words, self.line_bytes = words, line_bytes
        self.size = size // line_bytes * line_bytes
        self.written: Counter[str] = Counter()
        self.completed: set[str] = set()
        self.tail = b""

    def head_object(self, *, Key: str, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        if Key != _KEY:
            raise ClientError({"Error": {"Code": "404", "Message": ""}}, "HeadObject")
        return {"ETag": '"e"', "VersionId": "1", "Metadata": {}, "ContentLength": self.size}

    def get_object(self, *, Range: str, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        first, last = map(int, Range.removeprefix("bytes=").split("-"))
        numbers = range(first // self.line_bytes, min(last, self.size - 1) // self.line_bytes + 1)
        content = b"".join(line(number, self.words, self.line_bytes) for number in numbers)
        start = first - numbers[0] * self.line_bytes
        content = content[start : start + min(last, self.size - 1) - first + 1]
        return {"Body": StreamingBody(io.BytesIO(content), len(content))}

    def create_multipart_upload(self, *, Key: str, **_: object) -> dict[str, str]:  # noqa: N803 - boto3's
        return {"UploadId": Key}

    def upload_part(self, *, Key: str, Body: bytes, **_: object) -> dict[str, str]:  # noqa: N803 - boto3's
        self.written[Key] += len(Body)
        self.tail = Body[-1000:] if Key.startswith("reports/") else self.tail
        return {"ETag": "e"}

    def put_object(self, *, Key: str, Body: bytes, **_: object) -> None:  # noqa: N803 - boto3's
        self.upload_part(Key=Key, Body=Body)
        self.completed.add(Key)

    def complete_multipart_upload(self, *, Key: str, **_: object) -> None:  # noqa: N803 - boto3's
        self.completed.add(Key)


class Context:
    """What Lambda hands over with an event."""

    function_name = "clean-article"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:clean-article"
    aws_request_id = "c2f4b0a4-0d0c-4a68-9a2f-6e5f0c1d2e3f"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000_000


def main(megabytes: int, words: int, line_bytes: int) -> None:
    os.environ |= {
        "INPUT_BUCKET": "in",
        "OUTPUT_BUCKET": "out",
        "MAX_ARTICLE_BYTES": "5242880",
        "MAX_PACKED_SECONDS": "9000",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(Context.memory_limit_in_mb),
        "POWERTOOLS_SERVICE_NAME": "clean-article",
        "POWERTOOLS_METRICS_NAMESPACE": "ArticleCleanup",
    }
    client = GeneratedFile(megabytes << 20, words, line_bytes)
    event = {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "in"}, "object": {"key": _KEY}}}]}
    began, used = time.monotonic(), time.process_time()
    with patch.object(app, "connect", lambda: ObjectStore(client)):  # type: ignore[arg-type]
        app.handler(event, Context())  # type: ignore[arg-type]
    summary = json.loads(client.tail.splitlines()[-1])
    took = {
        "bytes": client.size,
        "articles": summary["articles"],
        "changed": summary["changed"],
        "written": {key: client.written[key] for key in sorted(client.completed)},
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "seconds": round(time.monotonic() - began, 1),
        "processor_seconds": round(time.process_time() - used, 1),
    }
    sys.stdout.write(json.dumps(took) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
