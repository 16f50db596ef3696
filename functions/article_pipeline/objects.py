"""The one module that calls S3.

A fault that may pass (throttling, a timeout, a permission that is not there yet) leaves here as the `botocore`
exception it came as, so that the queue tries again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Self, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.handlers import add_expect_header
from botocore.session import get_session

from .model import ListedObject, ObjectVersion, OutputObject, SourceObject, StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, GetObjectOutputTypeDef, HeadObjectOutputTypeDef

_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"})
# What S3 answers when a write's condition does not hold: another object stands there, or none, or one is being written.
_CONDITION_FAILED = frozenset({"PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict", "NoSuchUpload"})
# S3 takes 10,000 parts of 5 MiB or more, so this is enough for 80 GB.
PART_BYTES = 8 << 20
_CHUNK_BYTES = 4 << 20
_CHUNK_TRIES = 3


class Overtaken(Exception):
    """Something else stands where an object was to be replaced, or was being read: another invocation was quicker."""


class Archived(Exception):
    """An object is in an archive, from which S3 reads nothing."""


class Upload:
    """An object that is written bit by bit, and comes to be as a whole when it is completed, or else never.

    No more of it is held here than a part. It is a context: what was not completed at its end is given up.
    """

    def __init__(self, client: S3Client, bucket: str, output: OutputObject) -> None:
        self._client = client
        self._output = output
        self._place: dict[str, Any] = {"Bucket": bucket, "Key": output.key}
        self._held = bytearray(output.body)
        self._parts: list[CompletedPartTypeDef] = []
        self._id: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # What S3 does not give up now, a rule of the bucket has it give up in a day.
        if self._id is not None:
            with suppress(ClientError, BotoCoreError):
                self._client.abort_multipart_upload(**self._place, UploadId=self._id)

    def write(self, content: bytes) -> None:
        """Adds to the object."""
        self._held += content
        while len(self._held) >= PART_BYTES:
            self._send(self._held[:PART_BYTES])
            del self._held[:PART_BYTES]

    def complete(self, condition: Mapping[str, Any]) -> None:
        """Has the object come to be, if the condition holds."""
        if self._id is None:
            self._client.put_object(**_described(self._output), **self._place, Body=bytes(self._held), **condition)
            return
        if self._held:
            self._send(self._held)
        self._client.complete_multipart_upload(
            **self._place, UploadId=self._id, MultipartUpload={"Parts": self._parts}, **condition
        )
        self._id = None

    def _send(self, part: bytearray) -> None:
        if self._id is None:
            self._id = self._client.create_multipart_upload(**_described(self._output), **self._place)["UploadId"]
        number = len(self._parts) + 1
        sent = self._client.upload_part(**self._place, UploadId=self._id, PartNumber=number, Body=bytes(part))
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        if "ChecksumCRC32" in sent:
            self._parts[-1]["ChecksumCRC32"] = sent["ChecksumCRC32"]


class ObjectStore:
    """Objects of S3, by bucket and key."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def read(self, bucket: str, key: str, *, max_bytes: int, version_id: str | None = None) -> SourceObject | None:
        """The latest version of an object, which may be later than the one an event speaks of. None if it is gone.

        With `version_id` it is that version. A body of more than `max_bytes` is left unread.
        """
        version: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        try:
            response = self._client.get_object(Bucket=bucket, Key=key, **version)
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            if _code(error) == "InvalidObjectState":
                head = self._head(bucket, key, **version)
                return head and _source(bucket, key, head, body=None, archived=True)
            raise
        with response["Body"] as stream:
            body = stream.read() if response["ContentLength"] <= max_bytes else None
        return _source(bucket, key, response, body=body)

    def describe(self, bucket: str, key: str) -> SourceObject | None:
        """The latest version of an object, but unread. None if it is gone."""
        response = self._head(bucket, key)
        return response and _source(bucket, key, response, body=None)

    def read_chunks(self, source: SourceObject) -> Iterator[bytes]:
        """The bytes of that version of an object, in chunks. Each is a request of its own: S3 waits for no slow reader.

        Raises `Overtaken` when that version is not the latest any more, and `Archived`.
        """
        for start in range(0, source.size, _CHUNK_BYTES):
            yield self._read_chunk(source, start)

    def _read_chunk(self, source: SourceObject, start: int) -> bytes:
        for tries_left in reversed(range(_CHUNK_TRIES)):
            try:
                response = self._client.get_object(
                    Bucket=source.bucket,
                    Key=source.key,
                    IfMatch=f'"{source.version.etag}"',
                    Range=f"bytes={start}-{start + _CHUNK_BYTES - 1}",
                )
                with response["Body"] as stream:
                    return stream.read()
            except ClientError as error:
                if _code(error) in _CONDITION_FAILED | _GONE:
                    raise Overtaken from None
                if _code(error) == "InvalidObjectState":
                    raise Archived from None
                raise
            except (HTTPClientError, IncompleteReadError):
                # botocore tries a request again, but not the reading of what it was answered.
                if not tries_left:
                    raise
        raise AssertionError("unreachable")

    def list_objects(self, bucket: str) -> Iterator[ListedObject]:
        """All that lies in a bucket."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for each in page.get("Contents", []):
                yield ListedObject(key=each["Key"], etag=each["ETag"], modified=each["LastModified"])

    def older_versions(self, bucket: str, key: str, *, than: str | None, at_most: int) -> Iterator[str]:
        """The versions of an object that came before one, the latest first, back to when it was last deleted."""
        listed = self._client.list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=at_most)
        deleted = [each["LastModified"] for each in listed.get("DeleteMarkers", []) if each["Key"] == key]
        versions = iter([each for each in listed.get("Versions", []) if each["Key"] == key])
        for each in versions:
            if each["VersionId"] == than:
                break
        for each in versions:
            # S3 lists deletions apart from versions, and tells times of both by the second.
            if deleted and each["LastModified"] <= max(deleted):
                return
            yield each["VersionId"]

    def look(self, bucket: str, key: str) -> StoredObject | None:
        """What stands at a key now, or None when nothing does."""
        response = self._head(bucket, key)
        return response and StoredObject(version=_version(response), metadata=response["Metadata"])

    def _head(
        self,
        bucket: str,
        key: str,
        **version: Any,  # noqa: ANN401 - as boto3 has it
    ) -> HeadObjectOutputTypeDef | None:
        try:
            return self._client.head_object(Bucket=bucket, Key=key, **version)
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            raise

    def upload(self, bucket: str, output: OutputObject) -> Upload:
        """An object that begins with the body of `output`, to be written bit by bit, and then with `write`."""
        return Upload(self._client, bucket, output)

    def write(self, bucket: str, output: OutputObject | Upload, *, replaces: StoredObject | None) -> None:
        """Puts an object in the place of the one that was seen there, or where there was none.

        Raises `Overtaken`, and changes nothing, when that is not what stands there any more.
        """
        upload = output if isinstance(output, Upload) else self.upload(bucket, output)
        try:
            upload.complete({"IfMatch": f'"{replaces.version.etag}"'} if replaces else {"IfNoneMatch": "*"})
        except ClientError as error:
            if _code(error) in _CONDITION_FAILED:
                raise Overtaken from None
            raise

    def remove(self, bucket: str, key: str) -> None:
        """Removes an object. In a bucket with versions the old ones stay.

        Only for what is there: S3 would put a delete marker where nothing ever was.
        """
        self._client.delete_object(Bucket=bucket, Key=key)


@cache
def connect() -> ObjectStore:
    """The store that one warm function keeps. The client retries by itself what may pass within seconds.

    S3 answers within a fraction of a second, or not at all. By default botocore would wait for a minute, and in four
    tries for longer than a function may run. Here a connection that hangs leaves time for another try in the seconds
    that one object of a full batch has.

    The client is botocore's own. boto3's is the same one, with what moves large files in parts and threads around it:
    importing that takes a fifth of the time of a cold start, and nothing here uses it.
    """
    # botocore's own name, made anew for each request, takes a seventh of the time of all that is done for an article.
    config = Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 4},
        user_agent="article-cleanup",
    )
    with _nothing_collected():
        client = get_session().create_client("s3", config=config)
    # Writes would ask whether they may, and wait for the answer. No more than a part is ever sent in vain.
    client.meta.events.unregister("before-call.s3", add_expect_header)
    return ObjectStore(cast("S3Client", client))


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Makes what stays for good, as all that botocore reads of S3 does, without a search for garbage among it."""
    # Which comes again and again, and takes a quarter of the time.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()


def _described(output: OutputObject) -> dict[str, Any]:
    """What S3 keeps beside an object's bytes."""
    described: dict[str, Any] = {"ContentType": output.content_type, "Metadata": output.metadata}
    return described | {"ContentEncoding": output.content_encoding} if output.content_encoding else described


def _source(
    bucket: str,
    key: str,
    response: GetObjectOutputTypeDef | HeadObjectOutputTypeDef,
    *,
    body: bytes | None,
    archived: bool = False,
) -> SourceObject:
    return SourceObject(
        bucket=bucket,
        key=key,
        version=_version(response),
        size=response["ContentLength"],
        body=body,
        archived=archived,
        content_type=response.get("ContentType", "binary/octet-stream"),
        content_encoding=response.get("ContentEncoding", ""),
        metadata=response["Metadata"],
        missing_metadata=response.get("MissingMeta", 0),
    )


def _version(response: GetObjectOutputTypeDef | HeadObjectOutputTypeDef) -> ObjectVersion:
    version_id = response.get("VersionId")
    return ObjectVersion(etag=response["ETag"].strip('"'), version_id=None if version_id == "null" else version_id)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
