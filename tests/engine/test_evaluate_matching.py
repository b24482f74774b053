"""Which statements speak of a request: its action and its resource against patterns, part by part."""

from __future__ import annotations

import pytest

from policies.engine.evaluate import Decision
from tests.engine.deciding import (
    ALL,
    ALLOWED,
    DENIED,
    ME,
    NOT_ALLOWED,
    QUEUE,
    READ,
    decided,
)
from tests.services.statements import allow, deny, document


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        ("sqs:receivemessage", READ, True),
        ("SQS:Receive*", READ, True),
        ("sqs:*Message", READ, True),
        ("sqs:ReceiveMessag?", READ, True),
        ("*", READ, True),
        ("s3:*", READ, False),
        ("sqs:Receive", READ, False),
        ("sqs:?", READ, False),
        ("*:*", READ, True),
    ],
)
def test_actions_have_no_case(pattern: str, action: str, matches: bool) -> None:
    found = decided(action=action, identity_policies=[document(allow(action=pattern))])
    assert (found is ALLOWED) is matches


@pytest.mark.parametrize(
    ("pattern", "resource", "matches"),
    [
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b/c", True),
        ("arn:aws:s3:::B/*", "arn:aws:s3:::b/a", False),
        ("arn:aws:s3:::b/?", "arn:aws:s3:::b/ab", False),
        ("arn:aws:sqs:*:jobs", QUEUE, True),
        ("arn:aws:sqs:e*1:jobs", QUEUE, False),
        ("arn:aws:sqs:eu-*:jobs", QUEUE, True),
        ("arn:aws:sqs:*2:jobs", QUEUE, False),
        ("arn:aws:sqs:*:jobs2", QUEUE, False),
        ("arn:*:jobs", QUEUE, True),
        ("arn:aws:sqs:e?-*:jobs", QUEUE, True),
        ("arn:aws:sqs:*:*:jobs", QUEUE, True),
        ("arn:aws:logs:*:*:*", f"arn:aws:logs:eu-west-1:{ME}:log-group:x:y", True),
        ("arn:aws:sqs", QUEUE, True),
        ("*", "*", True),
        ("arn:aws:sqs:*:*:*", "*", False),
        ("arn:aws:s3:::b", "*", False),
        ("arn:aws:s3:::a*a*a*a*a*b", "arn:aws:s3:::" + "a" * 50_000, False),
    ],
)
def test_resources_are_matched_part_by_part(pattern: str, resource: str, matches: bool) -> None:
    found = decided(resource=resource, identity_policies=[document(allow(resource=pattern))])
    assert (found is ALLOWED) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", True),
        ("**", True),
        ("arn:*", True),
        ("arn:*:*:*:*:*", True),
        ("arn:aws:ec2:*:*:*", False),
        ("arn:aws:ec2:*:*:instance/*", False),
    ],
)
@pytest.mark.parametrize("resource", ["*", "arn:aws:ec2:eu-west-1:123456789012:instance/i"])
def test_an_action_that_takes_no_resource_matches_only_everything(pattern: str, matches: bool, resource: str) -> None:
    policies = [document(allow(action="ec2:DescribeInstances", resource=pattern))]
    found = decided(action="ec2:describeinstances", resource=resource, identity_policies=policies)
    assert (found is ALLOWED) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", True),
        ("arn:aws:s3:::*", True),
        ("arn:*:s3:::*", True),
        ("arn:aws:s3:::b*", False),
        ("arn:aws:s3:::b/*", False),
        ("arn:aws-cn:s3:::*", False),
        ("arn:aws:sqs:*:*:*", False),
    ],
)
@pytest.mark.parametrize("action", ["s3:ListAllMyBuckets", "s3:GetAccountPublicAccessBlock"])
def test_actions_of_s3_that_take_no_resource_match_all_buckets_too(action: str, pattern: str, matches: bool) -> None:
    """IAM User Guide, "IAM JSON policy elements: Statement", allows s3:ListAllMyBuckets on arn:aws:s3:::*."""
    policies = [document(allow(action=action, resource=pattern))]
    assert (decided(action=action, resource="*", identity_policies=policies) is ALLOWED) is matches
    denied = [ALL, document(deny(action="s3:*", resource=pattern))]
    assert (decided(action=action, resource="*", identity_policies=denied) is DENIED) is matches


def test_not_action_and_not_resource_only_except() -> None:
    but_iam = document({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})
    assert decided(identity_policies=[ALL, but_iam]) is DENIED
    assert decided(action="iam:GetUser", resource="*", identity_policies=[ALL, but_iam]) is ALLOWED
    assert decided(action="iam:GetUser", resource="*", identity_policies=[but_iam]) is NOT_ALLOWED
    elsewhere = document({"Effect": "Allow", "Action": "*", "NotResource": QUEUE})
    assert decided(identity_policies=[elsewhere]) is NOT_ALLOWED
    assert decided(resource=QUEUE + "2", identity_policies=[elsewhere]) is ALLOWED


@pytest.mark.parametrize(
    ("resource", "context", "expected"),
    [
        ("arn:aws:s3:::b/${aws:username}/*", {}, ALLOWED),
        ("arn:aws:s3:::b/${aws:PrincipalTag/x}/*", {}, NOT_ALLOWED),
        ("arn:aws:s3:::b/${aws:PrincipalTag/x, 'dana'}/*", {}, ALLOWED),
        ("arn:aws:s3:::b/${aws:PrincipalTag/x}/*", {"aws:PrincipalTag/x": "*"}, NOT_ALLOWED),
        ("arn:aws:s3::${aws:PrincipalAccount}:b/*", {}, NOT_ALLOWED),
    ],
)
def test_variables_in_resources(resource: str, context: dict[str, str], expected: Decision) -> None:
    found = decided(
        action="s3:GetObject",
        resource="arn:aws:s3:::b/dana/x",
        context=context,
        identity_policies=[document(allow(resource=resource))],
    )
    assert found is expected


def test_a_variable_without_a_value_excepts_nothing() -> None:
    policy = document({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::${aws:PrincipalTag/x}"})
    assert decided(identity_policies=[policy]) is ALLOWED
