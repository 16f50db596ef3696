"""What the template promises, read off what CloudFormation gets once SAM has translated it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from article_pipeline import telemetry
from article_pipeline.keys import clean_key, page_key, rejected_key, report_key
from article_pipeline.settings import Settings
from local.backfill import REPORT_PREFIX
from local.template_checks import TEMPLATE, translate

BUCKETS = ("InputBucket", "OutputBucket", "RulesBucket")
QUEUES = ("ArticleQueue", "DeadLetterQueue")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return translate(TEMPLATE)


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return {name: resource["Properties"] for name, resource in template["Resources"].items()}


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return [statement for statement in policy["PolicyDocument"]["Statement"] if "Fn::If" not in statement]


@pytest.mark.parametrize("name", BUCKETS)
def test_buckets_are_private_versioned_and_outlive_the_stack(template: dict[str, Any], name: str) -> None:
    bucket = template["Resources"][name]
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", BUCKETS)
def test_buckets_are_encrypted_with_the_owner_s_key_or_with_s3_s(resources: dict[str, Any], name: str) -> None:
    (rule,) = resources[name]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == {"Fn::If": ["HasKmsKey", "aws:kms", "AES256"]}


@pytest.mark.parametrize("name", [*BUCKETS, *QUEUES])
def test_nothing_is_reached_without_tls(resources: dict[str, Any], name: str) -> None:
    (denial,) = [each for each in statements(resources[f"{name}Policy"]) if each["Effect"] == "Deny"]
    assert denial["Principal"] == "*"
    assert denial["Action"] in {"s3:*", "sqs:*"}
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_input_bucket_of_this_account_sends_to_the_queue(resources: dict[str, Any]) -> None:
    (allowed,) = [each for each in statements(resources["ArticleQueuePolicy"]) if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    sender = json.dumps(allowed["Condition"]["ArnEquals"]["aws:SourceArn"])
    assert "article-cleanup-input-" in sender
    assert "*" not in sender


def test_only_the_article_queue_gives_up_messages_to_the_dead_letter_queue(resources: dict[str, Any]) -> None:
    policy = resources["DeadLetterQueue"]["RedriveAllowPolicy"]
    (source,) = [json.dumps(each) for each in policy["sourceQueueArns"]]
    assert policy["redrivePermission"] == "byQueue"
    assert json.dumps(resources["ArticleQueue"]["QueueName"]).removeprefix('{"Fn::Sub": ["') in source
    assert not [each for each in statements(resources["DeadLetterQueuePolicy"]) if each["Effect"] == "Allow"]


def test_a_key_of_the_owner_s_may_be_used_where_there_is_one(resources: dict[str, Any]) -> None:
    (policy,) = resources["CleanArticleRole"]["Policies"]
    (choice,) = [each["Fn::If"] for each in policy["PolicyDocument"]["Statement"] if "Fn::If" in each]
    assert choice == [
        "HasKmsKey",
        {
            "Sid": "UseTheKey",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": {"Ref": "KmsKeyArn"},
        },
        {"Ref": "AWS::NoValue"},
    ]


def test_the_bucket_is_told_of_every_way_in_which_an_article_comes(resources: dict[str, Any]) -> None:
    configurations = resources["InputBucket"]["NotificationConfiguration"]["QueueConfigurations"]
    assert {each["Event"] for each in configurations} == {"s3:ObjectCreated:*", "s3:ObjectRestore:Completed"}
    assert "NotificationConfiguration" not in resources["OutputBucket"]


def test_a_message_stays_hidden_for_six_times_the_function_s_timeout(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    assert resources["CleanArticleFunction"]["Timeout"] == {"Ref": "TimeoutSeconds"}
    assert resources["ArticleQueue"]["VisibilityTimeout"] == {
        "Fn::FindInMap": ["VisibilityTimeout", {"Ref": "TimeoutSeconds"}, "Seconds"]
    }
    allowed = template["Parameters"]["TimeoutSeconds"]["AllowedValues"]
    seconds = {timeout: row["Seconds"] for timeout, row in template["Mappings"]["VisibilityTimeout"].items()}
    assert seconds == {str(timeout): 6 * timeout for timeout in allowed}


def test_ten_articles_that_take_their_time_fit_into_the_function_s(template: dict[str, Any]) -> None:
    seconds = {int(timeout): int(row["Seconds"]) for timeout, row in template["Mappings"]["ArticleTime"].items()}
    assert seconds.keys() == set(template["Parameters"]["TimeoutSeconds"]["AllowedValues"])
    assert all(10 * article + 5 <= timeout for timeout, article in seconds.items())


def test_a_packed_file_that_takes_its_time_leaves_some_for_its_rejection(template: dict[str, Any]) -> None:
    seconds = {int(timeout): int(row["Seconds"]) for timeout, row in template["Mappings"]["PackedTime"].items()}
    assert seconds.keys() == set(template["Parameters"]["TimeoutSeconds"]["AllowedValues"])
    assert all(packed + 8 <= timeout for timeout, packed in seconds.items())


@pytest.mark.parametrize("name", BUCKETS)
def test_uploads_that_nobody_finished_are_given_up(resources: dict[str, Any], name: str) -> None:
    rules = resources[name]["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if "AbortIncompleteMultipartUpload" in rule]
    assert rule["Status"] == "Enabled"


def test_the_queue_hands_over_what_fails_and_only_that(template: dict[str, Any], resources: dict[str, Any]) -> None:
    mapping = resources["CleanArticleFunctionArticles"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert resources["ArticleQueue"]["RedrivePolicy"]["maxReceiveCount"] == 5
    allowed = template["Parameters"]["MaximumConcurrency"]["AllowedValues"]
    batches = {text: row["Batches"] for text, row in template["Mappings"]["Concurrency"].items()}
    assert batches == {str(value): value for value in allowed}
    assert resources["DeadLetterQueue"]["MessageRetentionPeriod"] == 14 * 24 * 60 * 60


def test_the_function_may_do_what_it_does_and_no_more(resources: dict[str, Any]) -> None:
    (policy,) = resources["CleanArticleRole"]["Policies"]
    assert "ManagedPolicyArns" not in resources["CleanArticleRole"]
    allowed = {statement["Sid"]: statement for statement in statements(policy)}
    assert not [action for each in allowed.values() for action in [each["Action"]] if "*" in str(action)]
    assert [sid for sid, each in allowed.items() if each["Resource"] == "*"] == ["WriteTraces"]
    assert allowed["ReadArticles"]["Action"] == "s3:GetObject"
    written = {
        each["Fn::Sub"].removeprefix("${OutputBucket.Arn}/") for each in allowed["WriteWhatCameOfThem"]["Resource"]
    }
    assert written == {name("x").split("/")[0] + "/*" for name in (clean_key, report_key, page_key, rejected_key)}
    given_up = {each["Fn::Sub"].removeprefix("${OutputBucket.Arn}/") for each in allowed["GiveUpUploads"]["Resource"]}
    assert given_up == {name("x.jsonl").split("/")[0] + "/*" for name in (clean_key, report_key)}


def test_the_back_catalogue_s_function_may_do_with_objects_just_what_the_other_may(resources: dict[str, Any]) -> None:
    roles = [resources[name]["Policies"][0]["PolicyDocument"] for name in ("CleanArticleRole", "BackfillArticlesRole")]
    own = {"TakeFromTheQueue", "WriteLogs"}
    one, other = ([each for each in role["Statement"] if each.get("Sid") not in own] for role in roles)
    assert one == other
    variables = [
        {
            name: value
            for name, value in resources[function]["Environment"]["Variables"].items()
            if "SERVICE" not in name
        }
        for function in ("CleanArticleFunction", "BackfillArticlesFunction")
    ]
    assert variables[0] == variables[1]


def test_every_version_of_a_rules_file_is_kept_and_the_function_may_read_it(resources: dict[str, Any]) -> None:
    rules = resources["RulesBucket"]["LifecycleConfiguration"]["Rules"]
    assert not [rule for rule in rules if "NoncurrentVersionExpiration" in rule]
    (policy,) = resources["CleanArticleRole"]["Policies"]
    allowed = [each for each in statements(policy) if "RulesBucket" in json.dumps(each["Resource"])]
    assert {action for each in allowed for action in each["Action"]} == {
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
    }


def test_a_job_may_list_call_and_report_and_only_s3_batch_operations_takes_its_role(resources: dict[str, Any]) -> None:
    (trust,) = resources["BackfillJobRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "batchoperations.s3.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    (policy,) = resources["BackfillJobRole"]["Policies"]
    assert {each["Action"]: each["Resource"] for each in statements(policy)} == {
        "lambda:InvokeFunction": {"Fn::GetAtt": ["BackfillArticlesFunction", "Arn"]},
        "s3:PutInventoryConfiguration": {"Fn::GetAtt": ["InputBucket", "Arn"]},
        "s3:PutObject": {"Fn::Sub": f"${{OutputBucket.Arn}}/{REPORT_PREFIX}/*"},
    }


def test_the_function_logs_in_json_into_a_group_that_forgets(resources: dict[str, Any]) -> None:
    function = resources["CleanArticleFunction"]
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert function["LoggingConfig"]["LogGroup"] == {"Ref": "CleanArticleLogs"}
    assert resources["CleanArticleLogs"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert function["TracingConfig"] == {"Mode": "Active"}


def test_the_function_is_told_just_what_it_asks_for(template: dict[str, Any], resources: dict[str, Any]) -> None:
    variables = resources["CleanArticleFunction"]["Environment"]["Variables"]
    asked: set[str] = set()

    class Environment(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            asked.add(name)
            known = {"CLEANUP_OPTIONS": "{}", "WRITE_PAGES": "true"}
            values = known if name.endswith(("BUCKET", "OPTIONS", "PAGES")) else {name: "1"}
            return values.get(name, name) or default

    Settings.from_environment(Environment())
    ours = {name for name in variables if not name.startswith("POWERTOOLS_")}
    assert ours == {name for name in asked if not name.startswith("AWS_")}
    assert template["Parameters"]["Architecture"]["Default"] == "arm64"
    assert resources["CleanArticleFunction"]["Runtime"] == "python3.13"


def test_nothing_is_tied_to_a_region_a_partition_or_an_account(template: dict[str, Any]) -> None:
    text = json.dumps(template["Resources"])
    assert not re.search(r"arn:aws[a-z-]*:", text.replace("arn:${AWS::Partition}:", ""))
    assert not re.search(r"\b[a-z]{2}-[a-z]+-\d\b", text)
    assert not re.search(r"\b\d{12}\b", text)


def shown(resources: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Metrics on the dashboard: namespace, name, and of what. `.` stands for what the row above has."""
    body = json.loads(re.sub(r"\$\{([\w.:]+)\}", r"\1", resources["Dashboard"]["DashboardBody"]["Fn::Sub"]))
    found = set()
    for widget in body["widgets"]:
        above = ["", "", "", ""]
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], str) and row[0] != "...":
                above = [before if cell == "." else cell for before, cell in zip(above, row[:4], strict=True)]
                found.add((above[0], above[1], above[3]))
    return found


def of_what(alarm: dict[str, Any]) -> str:
    """The one dimension of what an alarm watches: a service, or something that the template makes."""
    (dimension,) = alarm["Dimensions"]
    value = dimension["Value"]
    return str(value) if isinstance(value, str) else value.get("Ref") or ".".join(value["Fn::GetAtt"])


def alarms(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def test_the_dashboard_shows_metrics_that_the_function_emits(resources: dict[str, Any]) -> None:
    ours = {name for namespace, name, _ in shown(resources) if namespace == "ArticleCleanup"}
    emitted = set(re.findall(r'"([A-Z]\w+)"', Path(telemetry.__file__).read_text()))
    assert ours
    assert ours <= emitted


def test_the_dashboard_shows_whatever_an_alarm_watches(template: dict[str, Any], resources: dict[str, Any]) -> None:
    watched = {(alarm["Namespace"], alarm["MetricName"], of_what(alarm)) for alarm in alarms(template).values()}
    assert watched <= shown(resources)
    arns = resources["Dashboard"]["DashboardBody"]["Fn::Sub"]
    assert all(f"${{{name}.Arn}}" in arns for name in alarms(template))


def test_every_alarm_tells_the_owner_s_topic_and_is_at_rest_where_nothing_happens(template: dict[str, Any]) -> None:
    assert alarms(template)
    for name, alarm in alarms(template).items():
        assert alarm["AlarmActions"] == {
            "Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
        }, name
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold", name


def test_outputs_name_what_a_caller_needs(template: dict[str, Any]) -> None:
    assert set(template["Outputs"]) == {"InputBucket", "OutputBucket", "DeadLetterQueue", "CleanArticleFunction"} | {
        "RulesBucket",
        "BackfillArticlesFunction",
        "BackfillJobRole",
    }


def test_parameters_that_do_not_explain_themselves_are_described(template: dict[str, Any]) -> None:
    plain = {"Architecture", "LogLevel", "LogRetentionDays"}
    assert {name for name, each in template["Parameters"].items() if "Description" not in each} <= plain
