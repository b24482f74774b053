"""What a user may do without MFA, beyond setting it up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from access.index import index_of
from accounts.models import AwsAccount
from guides.account.without_mfa import allowed_without_mfa
from policies.engine.truth import MAYBE, NO, YES, Truth
from policies.gallery.catalogue import TEMPLATES
from policies.gallery.parameters import Place
from policies.organizations.sources import MEMBERSHIP
from tests.access.mirrored import ID, managed, user
from tests.services.organization_rows import EVERYTHING, complete, make_control_policy, member_of
from tests.services.statements import allow, document_text

pytestmark = pytest.mark.django_db
WITHOUT = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
WITH = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
ENROLLING = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "sts:GetSessionToken"]
TEMPLATE = json.loads(TEMPLATES["own-credentials-with-mfa"].document({}, Place("aws", ID)))["Statement"]
BUCKET = "arn:aws:s3:::reports/*"


def all_but(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "NotAction": list(actions), "Resource": resource, "Condition": WITHOUT}


def answer(aws_account: AwsAccount, *statements: dict[str, Any], **fields: Any) -> Truth:
    complete(aws_account, MEMBERSHIP)
    return answer_in(aws_account, *statements, **fields)


def answer_in(aws_account: AwsAccount, *statements: dict[str, Any], **fields: Any) -> Truth:
    row = user(aws_account, "ben", *statements, **fields)
    index = index_of(aws_account)
    [holder] = [each for each in index.holders if each.row == row.pk]
    return allowed_without_mfa(holder, index.surroundings)


def allowing(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize("action", ["*", "s3:*", "s3:GetObject", "ec2:Describe*", "iam:CreateAccessKey"])
def test_what_nothing_denies_is_allowed(aws_account: AwsAccount, action: str) -> None:
    assert answer(aws_account, allow(action)) == YES


@pytest.mark.parametrize("action", ["*", "s3:*", "s3:GetObject", "ec2:Describe*", "iam:CreateAccessKey"])
def test_the_template_leaves_nothing_but_setting_up(aws_account: AwsAccount, action: str) -> None:
    assert answer(aws_account, allow(action), *TEMPLATE) == NO


def test_an_exception_is_a_way(aws_account: AwsAccount) -> None:
    assert answer(aws_account, allow("*"), all_but(*ENROLLING, "s3:Get*")) == YES


def test_an_exception_that_perhaps_nothing_allows_is_unknown(aws_account: AwsAccount) -> None:
    assert answer(aws_account, allow("ec2:*"), all_but(*ENROLLING, "s3:Get*")) == MAYBE


def test_a_denial_on_some_resources_leaves_others(aws_account: AwsAccount) -> None:
    denial = all_but(*ENROLLING, resource="arn:aws:s3:::reports/A*")
    assert answer(aws_account, allowing("s3:*", BUCKET), denial) in (YES, MAYBE)


def test_what_is_allowed_with_mfa_alone_isnt_allowed_without(aws_account: AwsAccount) -> None:
    assert answer(aws_account, allowing("s3:*", Condition=WITH)) == NO


def test_one_statement_of_several_without_the_condition_counts(aws_account: AwsAccount) -> None:
    statements = allowing("s3:*", Condition=WITH), allowing("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:a")
    assert answer(aws_account, *statements) == YES


def test_what_hangs_on_an_address_is_unknown(aws_account: AwsAccount) -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    assert answer(aws_account, allowing("s3:*", Condition=office)) == MAYBE


@pytest.mark.parametrize(("variable", "expected"), [("${aws:username}", YES), ("${aws:PrincipalTag/team}", MAYBE)])
def test_variables(aws_account: AwsAccount, variable: str, expected: Truth) -> None:
    assert answer(aws_account, allowing("s3:*", f"arn:aws:s3:::homes/{variable}/*")) == expected


def test_nothing_is_nothing(aws_account: AwsAccount) -> None:
    assert answer(aws_account, allow("iam:ListMFADevices")) == NO


def test_what_isnt_read_is_unknown(aws_account: AwsAccount) -> None:
    row = user(aws_account, "ben", allow("iam:ListMFADevices"))
    index = index_of(aws_account)
    [holder] = [each for each in index.holders if each.row == row.pk]
    assert bool(holder.not_read) is (allowed_without_mfa(holder, index.surroundings) == MAYBE)


# ---- Boundary and service control policies ---------------------------------------------------------------------------
def bounded(aws_account: AwsAccount, *statements: dict[str, Any]) -> dict[str, str]:
    return {"boundary_arn": managed(aws_account, "limit", list(statements)).arn}


def test_a_boundary_that_allows_some_of_all_leaves_that(aws_account: AwsAccount) -> None:
    limit = bounded(aws_account, allow(["ec2:*", "s3:*", "iam:*", "sts:*"]))
    assert answer(aws_account, allow("*"), **limit) == MAYBE


def test_a_boundary_that_denies_all_but_some_leaves_that(aws_account: AwsAccount) -> None:
    limit = bounded(aws_account, allow("*"), {"Effect": "Deny", "NotAction": ["s3:*"], "Resource": "*"})
    assert answer(aws_account, allow("*"), **limit) == YES


def test_the_template_counts_within_a_boundary(aws_account: AwsAccount) -> None:
    assert answer(aws_account, allow("*"), *TEMPLATE, **bounded(aws_account, allow(["ec2:*", "iam:*"]))) == NO


def test_a_control_policy_that_allows_some_of_all_leaves_that(aws_account: AwsAccount) -> None:
    root, own = member_of(aws_account)
    make_control_policy(aws_account, "full", root, document=EVERYTHING)
    make_control_policy(aws_account, "some", own, document=document_text(allow("s3:*")))
    assert answer_in(aws_account, allow("*")) == MAYBE
