"""What access it changes to make, rename and delete objects, and what is told beside it."""

from __future__ import annotations

import pytest

from access.plans.check import AccessCheck
from accounts.models import AwsAccount
from identities import operations as ops
from policies.operations.managed import create_policy, delete_policy
from sync.operations import PlannedStep, StepSpec, registry
from tests.access.mirrored import OTHER, arn, managed, role, user
from tests.access.test_measure_plan import described, findings, measured
from tests.services.rows import attach, join, make_group
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
EC2 = {"Service": "ec2.amazonaws.com"}


def test_a_new_user_has_nothing_yet(aws_account: AwsAccount) -> None:
    assert described(aws_account, ops.create_user(aws_account, "dana")) == {}


def test_a_deleted_user_loses_what_it_had(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana", allow("s3:GetObject"))
    assert described(aws_account, *ops.delete_whole(dana)) == {"dana": {"lost": ["s3:GetObject"]}}


def test_a_deleted_group_takes_from_its_members(aws_account: AwsAccount) -> None:
    group = make_group(aws_account)
    attach(group, managed(aws_account, "reports", [allow("s3:GetObject")]))
    join(user(aws_account, "dana"), group)
    assert described(aws_account, *ops.delete_whole(group)) == {"dana": {"lost": ["s3:GetObject"]}}


def test_a_deleted_group_without_members_takes_nothing(aws_account: AwsAccount) -> None:
    group = make_group(aws_account)
    attach(group, managed(aws_account, "reports", [allow("s3:GetObject")]))
    assert described(aws_account, *ops.delete_whole(group)) == {}


def test_renaming_gives_and_takes_nothing(aws_account: AwsAccount) -> None:
    group = make_group(aws_account)
    attach(group, managed(aws_account, "reports", [allow("s3:GetObject")]))
    dana = user(aws_account, "dana", allow("sqs:SendMessage"))
    join(dana, group)
    steps = [ops.rename(dana, "dana.okafor", "/"), ops.rename(group, "reporters", "/")]
    assert described(aws_account, *steps) == {}


def test_what_is_given_under_the_new_name_is_told_under_it(aws_account: AwsAccount) -> None:
    reports = managed(aws_account, "reports", [allow("s3:GetObject")])
    dana, new = user(aws_account, "dana"), arn("user/dana.okafor")
    given = StepSpec("iam.user.attach", {"arn": new, "policy_arn": reports.arn})
    steps = [
        PlannedStep(number, registry[spec.kind], registry[spec.kind].parse(spec.params), "", None)
        for number, spec in enumerate([ops.rename(dana, "dana.okafor", "/"), given], start=1)
    ]
    found = AccessCheck().measure(aws_account, steps, [])
    assert found is not None
    assert [each["who"][0][0] for each in found.kept["effects"]] == [new]


def test_a_new_role_says_who_may_assume_it(aws_account: AwsAccount) -> None:
    trust = document_text({"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "sts:AssumeRole"})
    step = ops.create_role(aws_account, "auditors", trust)
    (opened,) = measured(aws_account, step)["trusts"]
    assert "gained" in opened
    assert [found.code for found in findings(aws_account, step)] == ["OPENS_ROLE_TO_ACCOUNT"]


def test_a_deleted_role_says_who_may_no_longer_assume_it(aws_account: AwsAccount) -> None:
    exporter = role(aws_account, "exporter", trusts=EC2)
    (closed,) = measured(aws_account, *ops.delete_whole(exporter))["trusts"]
    assert (closed["role"], "lost" in closed) == (exporter.arn, True)


def test_a_new_policy_is_for_whoever_gets_it(aws_account: AwsAccount) -> None:
    step = create_policy(arn("policy/reports"), document_text(allow("s3:GetObject")))
    (effect,) = measured(aws_account, step)["effects"]
    assert (effect["of"], effect["count"]) == (arn("policy/reports"), 0)


def test_a_policy_deleted_with_all_that_have_it(aws_account: AwsAccount) -> None:
    reports = managed(aws_account, "reports", [allow("s3:GetObject")])
    dana = user(aws_account, "dana")
    attach(dana, reports)
    steps = [ops.detach(dana, reports.arn), delete_policy(reports.arn)]
    assert described(aws_account, *steps) == {"dana": {"lost": ["s3:GetObject"]}}


def test_a_policy_that_nobody_has_takes_nothing(aws_account: AwsAccount) -> None:
    reports = managed(aws_account, "reports", [allow("s3:GetObject")])
    assert described(aws_account, delete_policy(reports.arn)) == {}


def test_credentials_are_told_of_their_user(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana")
    (fact,) = measured(aws_account, StepSpec("iam.key.create", {"arn": dana.arn}))["facts"]
    line = {"gives": True, "words": "Has a new access key"}
    assert fact == {"who": dana.arn, "aws_id": dana.aws_id, "lines": [line]}


def test_to_the_deleted_nothing_is_allowed_again(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana", allow("s3:GetObject"), deny("s3:PutObject"))
    assert described(aws_account, *ops.delete_whole(dana)) == {"dana": {"lost": ["s3:GetObject"]}}


def test_of_the_deleted_no_credentials_are_told_one_by_one(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana")
    steps = [StepSpec("iam.key.create", {"arn": dana.arn}), ops.delete(dana)]
    planned = [
        PlannedStep(number, registry[spec.kind], registry[spec.kind].parse(spec.params), "", None)
        for number, spec in enumerate(steps, start=1)
    ]
    found = AccessCheck().measure(aws_account, planned, [])
    assert found is not None
    assert [line["words"] for line in found.kept["facts"][0]["lines"]] == [
        "Is deleted, with all that it could sign in with"
    ]
