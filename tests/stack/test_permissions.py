"""What the deployed roles and policies allow, tried on the emulated AWS, which enforces them as AWS does.

A probe with the function's own role tries each call. What Lambda does in the role's name the emulated AWS does not
enforce: there the probe takes from the queue itself, and IAM's simulator is asked about logs and traces. The statement
for an owner's key of KMS, which the emulated AWS does not enforce either, is read off the template in `tests/template`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from article_pipeline.keys import clean_key
from local.emulator import REGION
from local.stack import Stack

from .conftest import wait_until
from .test_deployed import article_queue

POLICY = "clean-articles"
# What the function needs each statement of its role for: a service, a call, and with what.
NEEDED: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "TakeFromTheQueue": [
        ("sqs", "receive_message", {"QueueUrl": "{queue}"}),
        ("sqs", "delete_message", {"QueueUrl": "{queue}", "ReceiptHandle": "of no message"}),
        ("sqs", "get_queue_attributes", {"QueueUrl": "{queue}"}),
    ],
    "ReadArticles": [
        ("s3", "get_object", {"Bucket": "{input}", "Key": "there.txt"}),
        ("s3", "head_object", {"Bucket": "{input}", "Key": "there.txt"}),
    ],
    "ReadRules": [
        ("s3", "get_object", {"Bucket": "{rules}", "Key": "there.json"}),
        ("s3", "get_object", {"Bucket": "{rules}", "Key": "there.json", "VersionId": "{rules_version}"}),
    ],
    "FindRules": [
        ("s3", "list_objects_v2", {"Bucket": "{rules}"}),
        ("s3", "list_object_versions", {"Bucket": "{rules}"}),
    ],
    "WriteWhatCameOfThem": [
        ("s3", call, {"Bucket": "{output}", "Key": f"{prefix}/there.txt"})
        for prefix in ("clean", "reports", "pages", "rejected")
        for call in ("put_object", "get_object", "delete_object")
    ],
    "GiveUpUploads": [
        ("s3", "abort_multipart_upload", {"Bucket": "{output}", "Key": f"{prefix}/there.txt", "UploadId": "of none"})
        for prefix in ("clean", "reports")
    ],
    "TellMissingFromForbidden": [
        ("s3", "list_objects_v2", {"Bucket": "{input}"}),
        ("s3", "list_objects_v2", {"Bucket": "{output}"}),
    ],
}
# What Lambda does in the role's name, in terms of IAM: the emulated AWS has no traces, and another idea than AWS of the
# name of a log's stream.
NEEDED_BY_LAMBDA: dict[str, list[tuple[str, str]]] = {
    "WriteLogs": [
        ("logs:CreateLogStream", "arn:aws:logs:{region}:{account}:log-group:{logs}:log-stream:a"),
        ("logs:PutLogEvents", "arn:aws:logs:{region}:{account}:log-group:{logs}:log-stream:a"),
    ],
    "WriteTraces": [("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")],
}
# What nobody should get who takes the function over.
FORBIDDEN: list[tuple[str, str, dict[str, Any]]] = [
    ("s3", "get_object", {"Bucket": "{other_bucket}", "Key": "there.txt"}),
    ("s3", "list_objects_v2", {"Bucket": "{other_bucket}"}),
    ("s3", "put_object", {"Bucket": "{other_bucket}", "Key": "clean/there.txt"}),
    ("s3", "list_buckets", {}),
    ("s3", "put_object", {"Bucket": "{input}", "Key": "there.txt"}),
    ("s3", "put_object", {"Bucket": "{input}", "Key": "clean/there.txt"}),
    ("s3", "delete_object", {"Bucket": "{input}", "Key": "there.txt"}),
    ("s3", "delete_object", {"Bucket": "{input}", "Key": "there.txt", "VersionId": "{version}"}),
    ("s3", "put_object_tagging", {"Bucket": "{input}", "Key": "there.txt", "Tagging": {"TagSet": []}}),
    ("s3", "put_object", {"Bucket": "{output}", "Key": "there.txt"}),
    ("s3", "put_object", {"Bucket": "{output}", "Key": "cleaned/there.txt"}),
    ("s3", "get_object", {"Bucket": "{output}", "Key": "there.txt"}),
    ("s3", "delete_object", {"Bucket": "{output}", "Key": "there.txt"}),
    ("s3", "delete_object", {"Bucket": "{output}", "Key": "clean/there.txt", "VersionId": "null"}),
    ("s3", "put_object_acl", {"Bucket": "{output}", "Key": "clean/there.txt", "ACL": "public-read"}),
    ("s3", "abort_multipart_upload", {"Bucket": "{output}", "Key": "rejected/there.txt", "UploadId": "of none"}),
    ("s3", "list_multipart_uploads", {"Bucket": "{output}"}),
    ("s3", "put_bucket_policy", {"Bucket": "{output}", "Policy": "{{}}"}),
    ("s3", "delete_bucket_policy", {"Bucket": "{input}"}),
    ("s3", "put_bucket_versioning", {"Bucket": "{input}", "VersioningConfiguration": {"Status": "Suspended"}}),
    ("s3", "put_object", {"Bucket": "{rules}", "Key": "there.json"}),
    ("s3", "delete_object", {"Bucket": "{rules}", "Key": "there.json"}),
    ("s3", "delete_object", {"Bucket": "{rules}", "Key": "there.json", "VersionId": "{rules_version}"}),
    ("s3", "put_bucket_versioning", {"Bucket": "{rules}", "VersioningConfiguration": {"Status": "Suspended"}}),
    ("sqs", "send_message", {"QueueUrl": "{queue}", "MessageBody": "hello"}),
    ("sqs", "purge_queue", {"QueueUrl": "{queue}"}),
    ("sqs", "receive_message", {"QueueUrl": "{dead_letters}"}),
    ("sqs", "send_message", {"QueueUrl": "{dead_letters}", "MessageBody": "hello"}),
    ("sqs", "receive_message", {"QueueUrl": "{other_queue}"}),
    ("sqs", "send_message", {"QueueUrl": "{other_queue}", "MessageBody": "hello"}),
    ("logs", "filter_log_events", {"logGroupName": "{logs}"}),
    ("logs", "create_log_stream", {"logGroupName": "/of/another", "logStreamName": "probe"}),
    ("iam", "put_role_policy", {"RoleName": "{role}", "PolicyName": "more", "PolicyDocument": "{{}}"}),
    ("lambda", "list_functions", {}),
    ("kms", "list_keys", {}),
]
_ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_PROBE = """
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

def handler(event, context):
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    client = boto3.client(event["service"], endpoint_url=event["endpoint"], config=config)
    try:
        getattr(client, event["call"])(**event["parameters"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""


@dataclass(frozen=True, kw_only=True)
class Places:
    """What calls are made on: names of buckets, groups and the role, and addresses of queues."""

    input: str
    output: str
    other_bucket: str
    version: str
    rules: str
    rules_version: str
    queue: str
    dead_letters: str
    other_queue: str
    logs: str
    role: str


@pytest.fixture(scope="module")
def places(stack: Stack) -> Places:
    """The deployed system's places, and another bucket and queue of the same account."""
    other = "somebody-elses"
    stack.s3.create_bucket(Bucket=other)
    stack.s3.put_object(Bucket=other, Key="there.txt", Body=b"Their diary.")
    stack.logs.create_log_group(logGroupName="/of/another")
    put = stack.s3.put_object(
        Bucket=stack.outputs.input_bucket, Key="there.txt", Body=b"The ferry returns in spring.\n"
    )
    rules = stack.s3.put_object(Bucket=stack.outputs.rules_bucket, Key="there.json", Body=b"[]")
    wait_until(lambda: _is_there(stack, stack.outputs.output_bucket, clean_key("there.txt")))
    function = stack.lambda_.get_function_configuration(FunctionName=stack.outputs.function)
    group = function["LoggingConfig"]["LogGroup"]
    return Places(
        input=stack.outputs.input_bucket,
        output=stack.outputs.output_bucket,
        other_bucket=other,
        version=put["VersionId"],
        rules=stack.outputs.rules_bucket,
        rules_version=rules["VersionId"],
        queue=article_queue(stack),
        dead_letters=stack.outputs.dead_letter_queue,
        other_queue=stack.sqs.create_queue(QueueName=other)["QueueUrl"],
        logs=group,
        role=function["Role"].rpartition("/")[2],
    )


Try = Callable[..., str]


@pytest.fixture(scope="module")
def attempt(stack: Stack, places: Places) -> Iterator[Try]:
    """Makes a call with the role that Lambda gives the function. Returns "allowed", or the code of AWS's refusal."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("probe.py", _PROBE)
    role = stack.iam.get_role(RoleName=places.role)["Role"]["Arn"]
    stack.lambda_.create_function(
        FunctionName="probe",
        Role=role,
        Handler="probe.handler",
        Runtime="python3.13",
        Timeout=30,
        Code={"ZipFile": code.getvalue()},
    )

    def attempt(service: str, call: str, parameters: Mapping[str, Any], endpoint: str | None = None) -> str:
        event = {"service": service, "call": call, "parameters": _filled(parameters, places), "endpoint": endpoint}
        answer = stack.lambda_.invoke(FunctionName="probe", Payload=json.dumps(event).encode())
        payload = answer["Payload"].read()
        assert "FunctionError" not in answer, payload
        return str(json.loads(payload))

    yield attempt
    stack.lambda_.delete_function(FunctionName="probe")


def _filled(value: Any, places: Places) -> Any:  # noqa: ANN401 - the parameters of any call
    if isinstance(value, str):
        return value.format_map(asdict(places))
    if isinstance(value, Mapping):
        return {name: _filled(each, places) for name, each in value.items()}
    return [_filled(each, places) for each in value] if isinstance(value, list) else value


def _is_there(stack: Stack, bucket: str, key: str) -> bool:
    return any(each["Key"] == key for each in stack.s3.list_objects_v2(Bucket=bucket).get("Contents", []))


@contextmanager
def without(stack: Stack, role: str, sid: str) -> Iterator[None]:
    """Takes a statement out of the function's role, and then puts it back."""
    before = stack.iam.get_role_policy(RoleName=role, PolicyName=POLICY)["PolicyDocument"]
    assert isinstance(before, dict)
    less = [statement for statement in before["Statement"] if statement["Sid"] != sid]
    assert len(less) == len(before["Statement"]) - 1
    _put_policy(stack, role, {**before, "Statement": less})
    try:
        yield
    finally:
        _put_policy(stack, role, before)


def _put_policy(stack: Stack, role: str, document: Mapping[str, object]) -> None:
    stack.iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(document))


def is_refused(answer: str) -> bool:
    return answer in {"AccessDenied", "AccessDeniedException", "403"}


@pytest.mark.parametrize("sid", NEEDED)
def test_the_function_may_do_what_a_statement_is_for_and_not_without_it(
    stack: Stack, places: Places, attempt: Try, sid: str
) -> None:
    for service, call, parameters in NEEDED[sid]:
        assert attempt(service, call, parameters) in {
            "allowed",
            "NoSuchUpload",
            "ReceiptHandleIsInvalid",
        }, (call, parameters)
    with without(stack, places.role, sid):
        for service, call, parameters in NEEDED[sid]:
            assert is_refused(attempt(service, call, parameters)), (call, parameters)


@pytest.mark.parametrize("sid", NEEDED_BY_LAMBDA)
def test_lambda_may_do_for_the_function_what_a_statement_is_for_and_not_without_it(
    stack: Stack, places: Places, sid: str
) -> None:
    role = stack.iam.get_role(RoleName=places.role)["Role"]["Arn"]

    def decisions() -> set[str]:
        found: set[str] = set()
        for action, resource in NEEDED_BY_LAMBDA[sid]:
            on = resource.format(region=REGION, account=role.split(":")[4], logs=places.logs)
            asked = stack.iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[on])
            found |= {result["EvalDecision"] for result in asked["EvaluationResults"]}
        return found

    assert decisions() == {"allowed"}
    with without(stack, places.role, sid):
        assert decisions() == {"implicitDeny"}


@pytest.mark.parametrize("sid", ["ReadArticles", "WriteWhatCameOfThem"])
def test_no_article_is_cleaned_without_a_statement_of_the_role(stack: Stack, places: Places, sid: str) -> None:
    entity = {"bucket": {"name": places.input}, "object": {"key": "there.txt"}}
    event = {"Records": [{"eventSource": "aws:s3", "s3": entity}]}

    def fails() -> bool:
        answer = stack.lambda_.invoke(FunctionName=stack.outputs.function, Payload=json.dumps(event).encode())
        return "FunctionError" in answer

    assert not fails()
    with without(stack, places.role, sid):
        assert fails()
    assert not fails()


def test_every_statement_of_the_role_is_tried(stack: Stack, places: Places) -> None:
    document = stack.iam.get_role_policy(RoleName=places.role, PolicyName=POLICY)["PolicyDocument"]
    assert isinstance(document, dict)
    assert {statement["Sid"] for statement in document["Statement"]} == {*NEEDED, *NEEDED_BY_LAMBDA}
    assert stack.iam.list_role_policies(RoleName=places.role)["PolicyNames"] == [POLICY]
    assert not stack.iam.list_attached_role_policies(RoleName=places.role)["AttachedPolicies"]


@pytest.mark.parametrize(
    ("service", "call", "parameters"), FORBIDDEN, ids=[f"{call} {parameters}" for _, call, parameters in FORBIDDEN]
)
def test_the_function_may_do_nothing_else(attempt: Try, service: str, call: str, parameters: dict[str, Any]) -> None:
    assert is_refused(attempt(service, call, parameters))


def test_only_lambda_takes_on_the_function_s_role(stack: Stack, places: Places) -> None:
    role = stack.iam.get_role(RoleName=places.role)["Role"]["Arn"]
    with administrator(stack) as connect, pytest.raises(ClientError, match="AccessDenied"):
        connect("sts").assume_role(RoleArn=role, RoleSessionName="probe")


@pytest.mark.parametrize("sid", ["TakeFromTheQueue", "ReadArticles", "ReadRules", "WriteWhatCameOfThem"])
def test_the_function_reaches_nothing_without_tls(stack: Stack, attempt: Try, sid: str) -> None:
    for service, call, parameters in NEEDED[sid]:
        assert is_refused(attempt(service, call, parameters, stack.emulator.plain_endpoint)), (call, parameters)


@pytest.mark.parametrize(
    ("bucket", "sid"), [("input", "ReadArticles"), ("rules", "ReadRules"), ("output", "WriteWhatCameOfThem")]
)
def test_it_is_the_bucket_s_policy_that_asks_for_tls(
    stack: Stack, places: Places, attempt: Try, bucket: str, sid: str
) -> None:
    name = getattr(places, bucket)
    policy = stack.s3.get_bucket_policy(Bucket=name)["Policy"]
    stack.s3.delete_bucket_policy(Bucket=name)
    try:
        for service, call, parameters in NEEDED[sid]:
            assert attempt(service, call, parameters, stack.emulator.plain_endpoint) == "allowed"
    finally:
        stack.s3.put_bucket_policy(Bucket=name, Policy=policy)


@pytest.mark.parametrize(
    ("service", "call", "parameters"),
    [
        ("s3", "get_object", {"Bucket": "{input}", "Key": "there.txt"}),
        ("s3", "put_object", {"Bucket": "{input}", "Key": "plain.txt"}),
        ("s3", "list_objects_v2", {"Bucket": "{input}"}),
        ("s3", "get_object", {"Bucket": "{output}", "Key": "clean/there.txt"}),
        ("s3", "list_objects_v2", {"Bucket": "{output}"}),
        ("s3", "list_objects_v2", {"Bucket": "{rules}"}),
        ("sqs", "get_queue_attributes", {"QueueUrl": "{queue}"}),
        ("sqs", "get_queue_attributes", {"QueueUrl": "{dead_letters}"}),
    ],
)
def test_not_even_an_administrator_reaches_anything_without_tls(
    stack: Stack, places: Places, service: str, call: str, parameters: dict[str, Any]
) -> None:
    with administrator(stack) as connect:
        if call == "get_object":  # another test may have taken it away again
            connect("s3").put_object(**_filled(parameters, places), Body=b"The ferry returns in spring.\n")
        getattr(connect(service), call)(**_filled(parameters, places))
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(connect(service, stack.emulator.plain_endpoint), call)(**_filled(parameters, places))


@contextmanager
def administrator(stack: Stack) -> Iterator[Callable[..., Any]]:
    """Clients of a user who may do everything that policies of the account's users can allow."""
    stack.iam.create_user(UserName="administrator")
    stack.iam.put_user_policy(
        UserName="administrator", PolicyName="everything", PolicyDocument=json.dumps(_ADMINISTRATOR)
    )
    key = stack.iam.create_access_key(UserName="administrator")["AccessKey"]
    try:
        yield lambda service, endpoint=None: client(
            stack, service, key["AccessKeyId"], key["SecretAccessKey"], endpoint
        )
    finally:
        stack.iam.delete_access_key(UserName="administrator", AccessKeyId=key["AccessKeyId"])
        stack.iam.delete_user_policy(UserName="administrator", PolicyName="everything")
        stack.iam.delete_user(UserName="administrator")


def client(stack: Stack, service: str, key_id: str, secret: str, endpoint: str | None = None) -> Any:  # noqa: ANN401
    return boto3.Session(key_id, secret, region_name=REGION).client(  # type: ignore[call-overload]  # any service
        service,
        endpoint_url=endpoint or stack.emulator.endpoint,
        verify=str(stack.emulator.authority),
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


def test_another_bucket_cannot_send_to_the_queue(stack: Stack, places: Places) -> None:
    def subscribe() -> None:
        queue = stack.sqs.get_queue_attributes(QueueUrl=places.queue, AttributeNames=["QueueArn"])["Attributes"]
        stack.s3.put_bucket_notification_configuration(
            Bucket=places.other_bucket,
            NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": queue["QueueArn"], "Events": ["s3:ObjectCreated:*"]}]
            },
        )

    with pytest.raises(ClientError, match="Unable to validate"):
        subscribe()
    with queue_open_to_every_bucket(stack, places.queue):
        subscribe()
    stack.s3.put_bucket_notification_configuration(Bucket=places.other_bucket, NotificationConfiguration={})


@contextmanager
def queue_open_to_every_bucket(stack: Stack, queue: str) -> Iterator[None]:
    """Takes from the queue's policy the condition that names the one bucket."""
    before = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"]
    policy = json.loads(before)
    (allowed,) = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    del allowed["Condition"]
    stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    try:
        yield
    finally:
        stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": before})


@pytest.mark.parametrize(
    ("service", "call", "parameters"),
    [
        ("s3", "get_object", {"Bucket": "{input}", "Key": "there.txt"}),
        ("s3", "put_object", {"Bucket": "{input}", "Key": "theirs.txt"}),
        ("s3", "get_object", {"Bucket": "{output}", "Key": "clean/there.txt"}),
        ("s3", "get_bucket_policy", {"Bucket": "{output}"}),
        ("s3", "put_object", {"Bucket": "{rules}", "Key": "there.json"}),
        ("sqs", "send_message", {"QueueUrl": "{queue}", "MessageBody": "hello"}),
        ("sqs", "receive_message", {"QueueUrl": "{dead_letters}"}),
    ],
)
def test_another_account_and_strangers_reach_nothing(
    stack: Stack, places: Places, service: str, call: str, parameters: dict[str, Any]
) -> None:
    # The emulated AWS takes an account's number for the key of its root user.
    another = client(stack, service, "999999999999", "test")
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(another, call)(**_filled(parameters, places))
    stranger = boto3.client(
        service,  # type: ignore[call-overload]  # any service
        endpoint_url=stack.emulator.endpoint,
        verify=str(stack.emulator.authority),
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}),
    )
    with pytest.raises(ClientError, match=r"AccessDenied|MissingAuthenticationToken"):
        getattr(stranger, call)(**_filled(parameters, places))
