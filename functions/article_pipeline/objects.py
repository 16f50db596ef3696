"""The one module that calls S3.

A fault that may pass (throttling, a timeout, a permission that is not there yet) leaves here as the `botocore`
exception it came as, so that the queue tries again.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

from .model import ObjectVersion, OutputObject, SourceObject, StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef, PutObjectRequestTypeDef

_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"})
# What S3 answers when a write's condition does not hold: another object stands there, or none, or one is being written.
_CONDITION_FAILED = frozenset({"PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict"})


class Overtaken(Exception):
    """Something else stands where an object was to be replaced: another invocation was quicker."""


class ObjectStore:
    """Objects of S3, by bucket and key."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def read(self, bucket: str, key: str, *, max_bytes: int) -> SourceObject | None:
        """The latest version of an object, which may be later than the one an event speaks of. None if it is gone.

        A body of more than `max_bytes` is left unread.
        """
        try:
            response = self._client.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            if _code(error) == "InvalidObjectState":
                return self._read_archived(bucket, key)
            raise
        with response["Body"] as stream:
            body = stream.read() if response["ContentLength"] <= max_bytes else None
        return _source(bucket, key, response, body=body)

    def _read_archived(self, bucket: str, key: str) -> SourceObject:
        return _source(bucket, key, self._client.head_object(Bucket=bucket, Key=key), body=None, archived=True)

    def look(self, bucket: str, key: str) -> StoredObject | None:
        """What stands at a key now, or None when nothing does."""
        try:
            response = self._client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            raise
        return StoredObject(version=_version(response), metadata=response["Metadata"])

    def write(self, bucket: str, output: OutputObject, *, replaces: StoredObject | None) -> None:
        """Puts an object in the place of the one that was seen there, or where there was none.

        Raises `Overtaken`, and changes nothing, when that is not what stands there any more.
        """
        request: PutObjectRequestTypeDef = {
            "Bucket": bucket,
            "Key": output.key,
            "Body": output.body,
            "ContentType": output.content_type,
            "Metadata": output.metadata,
        }
        if output.content_encoding:
            request["ContentEncoding"] = output.content_encoding
        if replaces:
            request["IfMatch"] = f'"{replaces.version.etag}"'
        else:
            request["IfNoneMatch"] = "*"
        try:
            self._client.put_object(**request)
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
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
    return ObjectStore(cast("S3Client", get_session().create_client("s3", config=config)))


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
