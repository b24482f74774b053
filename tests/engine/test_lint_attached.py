"""What has no place in the policy of a resource: actions, ARNs and sizes by the service that the policy is about."""

from __future__ import annotations

from typing import Any

import pytest

from policies.engine.lint import lint
from policies.engine.structure import DocumentType
from tests.engine.lint_cases import BUCKET, IDENTITY, ME, RESOURCE, ROLE, allow, document, to, where

KEY = f"arn:aws:kms:eu-west-1:{ME}:key/1"
OBJECTS = f"{BUCKET}/*"
ACTION, ARN = "UNSUPPORTED_ACTION_IN_POLICY", "UNSUPPORTED_RESOURCE_ARN_IN_POLICY"
_FITTING = ("ACTION_FITS_NO_RESOURCE", "RESOURCE_FITS_NO_ACTION", ACTION, ARN)


def found(action: Any, resource: Any, kind: DocumentType = RESOURCE) -> list[tuple[str, str]]:
    """(code, path) of what is said about fitting."""
    statement = to({"AWS": ROLE}, action=action, resource=resource) if kind is RESOURCE else allow(action, resource)
    return [(each.code, each.path) for each in lint(document(statement), kind, ME) if each.code in _FITTING]


def test_an_action_beside_the_resources_of_another_service() -> None:
    assert found(["s3:GetObject", "kms:Decrypt"], OBJECTS) == [(ACTION, "Statement[0].Action[1]")]


def test_a_resource_beside_the_actions_of_another_service() -> None:
    assert found("s3:GetObject", [OBJECTS, KEY]) == [(ARN, "Statement[0].Resource[1]")]


def test_where_nothing_fits_it_is_the_resource() -> None:
    assert found("s3:GetObject", KEY) == [(ARN, "Statement[0].Resource")]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("*", KEY),
        ("s3:*", OBJECTS),
        ("kms:Decrypt", "*"),
        ("s3:Nothing", KEY),
        (["s3:GetObject", "kms:Decrypt"], [OBJECTS, KEY]),
        ("s3:GetObject", "arn:aws:s3*:::reports/*"),
        ("cloudtrail-data:PutAuditEvents", f"arn:aws:cloudtrail:eu-west-1:{ME}:channel/1"),
        ("backup:UpdateRecoveryPointLifecycle", "arn:aws:ec2:eu-west-1::snapshot/*"),
    ],
)
def test_what_may_belong_together_is_left(action: Any, resource: Any) -> None:
    assert found(action, resource) == []


def test_a_resource_of_the_same_service_is_only_warned_of() -> None:
    assert found("s3:GetObject", [OBJECTS, BUCKET]) == [("RESOURCE_FITS_NO_ACTION", "Statement[0].Resource[1]")]


def test_services_of_one_family_share_actions() -> None:
    namespace = f"arn:aws:redshift-serverless:eu-west-1:{ME}:namespace/1"
    assert ARN not in [code for code, _ in found("redshift:CreateInboundIntegration", namespace)]


def test_policies_of_identities_may_be_about_anything() -> None:
    assert found("s3:GetObject", KEY, IDENTITY) == [
        ("ACTION_FITS_NO_RESOURCE", "Statement[0].Action"),
        ("RESOURCE_FITS_NO_ACTION", "Statement[0].Resource"),
    ]


@pytest.mark.parametrize(
    ("action", "characters", "is_too_long"),
    [
        ("sqs:SendMessage", 9_000, True),
        ("s3:GetObject", 9_000, False),
        ("s3:GetObject", 21_000, True),
        ("kms:Decrypt", 21_000, False),
        ("kms:Decrypt", 33_000, True),
    ],
)
def test_the_quota_is_that_of_the_service(action: str, characters: int, is_too_long: bool) -> None:
    text = document(to({"AWS": ROLE}, action=action, resource="*", Sid="x" * characters))
    codes = [each.code for each in lint(text, RESOURCE, ME)]
    assert ("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA" in codes) is is_too_long


@pytest.mark.parametrize(
    ("key", "is_one"),
    [("s3tables:KMSKeyArn", True), ("sagemaker:VolumeKmsKey", True), ("ec2:KmsKeyId", False), ("kms:KeySpec", False)],
)
def test_keys_that_hold_the_arn_of_a_kms_key(key: str, is_one: bool) -> None:
    for value, is_wrong in (("alias/mine", is_one), (KEY, False), ("arn:aws:kms:*", False)):
        codes = [each.code for each in lint(document(where("StringLike", key, value)), IDENTITY, ME)]
        assert ("INVALID_KMS_KEY_VALUE" in codes) is is_wrong
