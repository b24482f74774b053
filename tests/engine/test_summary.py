"""What a document allows and denies, service by service."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel
from policies.engine.summary import ConditionSummary, ServiceAccess, level_of, summary
from tests.engine.lint_cases import BUCKET, ME, allow, deny
from tests.engine.test_lint_traps import documents


def of(*statements: dict[str, Any]) -> dict[str, ServiceAccess]:
    return {each.prefix: each for each in summary({"Statement": list(statements)}).allows}


def levels(service: ServiceAccess) -> dict[str, bool]:
    return {each.level.value: each.is_full for each in service.levels}


def test_tells_levels_full_and_limited() -> None:
    found = of(allow(["kms:List*", "kms:DescribeKey", "kms:Encrypt"], "*"))["kms"]
    assert levels(found) == {"List": True, "Read": False, "Write": False}
    assert found.name == "AWS Key Management Service"
    assert not found.is_full


def test_a_service_is_full_when_all_its_levels_are() -> None:
    found = of(allow("sqs:*", "*"))["sqs"]
    assert found.is_full
    assert found.on_everything
    assert not of(allow(["sqs:List*"], "*"))["sqs"].is_full


def test_everything_is_all_services() -> None:
    found = of(allow("*", "*"))
    assert found.keys() == {name.partition(":")[0] for name in catalogue.all_actions()}
    assert all(each.is_full for each in found.values())


def test_not_action_is_all_others() -> None:
    found = of({"Effect": "Allow", "NotAction": ["iam:*", "sqs:SendMessage"], "Resource": "*"})
    assert "iam" not in found
    assert not found["sqs"].is_full
    assert found["s3"].is_full


def test_resources_are_shown_with_the_service_that_takes_them() -> None:
    queue = f"arn:aws:sqs:eu-west-1:{ME}:jobs"
    found = of(allow(["s3:GetObject", "sqs:SendMessage"], [f"{BUCKET}/*", queue]))
    assert found["s3"].resources == (f"{BUCKET}/*",)
    assert found["sqs"].resources == (queue,)
    but = of({"Effect": "Allow", "Action": "s3:*", "NotResource": BUCKET})["s3"]
    assert (but.resources, but.excepts) == ((), (BUCKET,))


def test_conditions_hold_only_where_every_statement_has_some() -> None:
    secure = {"Bool": {"aws:SecureTransport": True}}
    found = of(allow("s3:GetObject", "*", Condition=secure))["s3"]
    assert found.conditions == (ConditionSummary("Bool", "aws:SecureTransport", ("true",)),)
    assert found.is_conditional
    assert not of(allow("s3:GetObject", "*", Condition=secure), allow("s3:PutObject", "*"))["s3"].is_conditional


def test_what_is_denied_stands_apart() -> None:
    found = summary({"Statement": [allow("s3:*", "*"), deny("s3:DeleteBucket", "*")]})
    assert [each.prefix for each in found.allows] == [each.prefix for each in found.denies] == ["s3"]
    assert found.denies[0].levels[0].actions == ("s3:DeleteBucket",)


def test_names_what_means_nothing() -> None:
    assert summary({"Statement": allow(["s3:Nothing", "nothing:*", "s3:GetObject"])}).unknown == (
        "s3:Nothing",
        "nothing:*",
    )


def test_each_action_is_of_one_level() -> None:
    assert level_of("s3:PutBucketTagging") is AccessLevel.TAGGING
    assert level_of("iam:PutRolePolicy") is AccessLevel.PERMISSIONS
    assert level_of("s3:PutObject") is AccessLevel.WRITE


@given(documents)
@settings(max_examples=100)
def test_any_document_has_a_summary(document: dict[str, Any]) -> None:
    summary(document)
