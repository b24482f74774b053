"""What access somebody else changed under a step that was not sent, for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities import operations as ops
from policies.operations import plan_update
from sync.models import Attempt, Change, Step
from sync.operations import StepSpec
from tests.access.mirrored import ID, OTHER, arn, managed, role, user
from tests.services.changing import propose
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, join, make_document, make_group
from tests.services.statements import allow, document_text, trusting

ClientOf = Callable[..., Client]


@pytest.fixture
def said(aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf) -> Callable[..., str]:
    """What the page says of one step that found the part so in AWS."""

    def told(specs: Any, **found: Any) -> str:
        change = propose(aws_account, erin, specs if isinstance(specs, list) else [specs])
        step = change.steps.get()
        conflict(step, {**(step.expects or {}), **found})
        change.refresh_from_db()
        return text_of(get(client_of(bob), "change_conflict_access", pk=change.pk))

    return told


def conflict(step: Step, part: Any) -> None:
    Attempt.objects.create(step=step, number=1, snapshot={"part": part})
    Step.objects.filter(pk=step.pk).update(state=Step.State.CONFLICTED)
    Change.objects.filter(pk=step.change_id).update(state=Change.State.CONFLICTED)


def test_of_a_policy_for_who_has_it(aws_account: AwsAccount, said: Callable[..., str]) -> None:
    policy = managed(aws_account, "reports", [allow("s3:GetObject")], [allow("s3:PutObject")])
    attach(user(aws_account, "dana"), policy)
    policy.default_version = "v1"
    policy.save()
    text = said(plan_update(policy, document_text(allow("s3:List*"))), default="v2")
    assert "dana + Gains s3:PutObject on * − Loses s3:GetObject on *" in text


def test_of_an_inline_and_of_a_trust_policy(aws_account: AwsAccount, said: Callable[..., str]) -> None:
    dana = user(aws_account, "dana", allow("s3:GetObject"))
    theirs = make_document(document_text(allow("sqs:*"))).canonical_hash
    assert "dana + Gains sqs:* on *" in said(
        ops.put_inline(dana, "own", document_text(allow("ec2:*"))), document=theirs
    )
    assert "dana − Loses s3:GetObject" in said(ops.put_inline(dana, "own", document_text(allow("s3:*"))), document=None)
    exporter = role(aws_account, "exporter", trusts={"Service": "ec2.amazonaws.com"})
    theirs = make_document(trusting({"AWS": OTHER})).canonical_hash
    text = said(ops.update_trust(exporter, trusting({"AWS": ID})), trust=theirs)
    assert f"AWS account {OTHER} may assume exporter." in text


def test_of_attachments_groups_and_boundaries(aws_account: AwsAccount, said: Callable[..., str]) -> None:
    reports, group = managed(aws_account, "reports", [allow("s3:GetObject")]), make_group(aws_account)
    dana = user(aws_account, "dana", allow("sqs:*"))
    assert "dana + Gains s3:GetObject" in said(ops.attach(dana, reports.arn), attached=True)
    attach(group, reports)
    assert "dana + Gains s3:GetObject" in said(ops.add_member(dana, group), member=True)
    assert "dana − Loses sqs:* on *" in said(ops.put_boundary(dana, reports.arn), boundary=reports.arn)
    join(dana, group)


def test_what_cant_be_told_is_said(aws_account: AwsAccount, said: Callable[..., str]) -> None:
    dana = user(aws_account, "dana")
    assert "another object of that name" in said(ops.attach(dana, arn("policy/x", account="aws")), object="AIDAOTHER")
    unknown = said(ops.put_inline(dana, "own", document_text(allow("s3:*"))), document="0" * 64)
    assert "doesn’t say what access that changed" in unknown
    tagged = said(StepSpec("iam.user.tag", {"arn": dana.arn, "key": "a", "value": "b"}), value="c")
    assert "doesn’t say what access that changed" in tagged


def test_the_page_of_the_change_asks_for_it(
    aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    reports = managed(aws_account, "reports", [allow("s3:GetObject")])
    change = propose(aws_account, erin, [ops.attach(user(aws_account, "dana"), reports.arn)])
    panel = address("change_conflict_access", pk=str(change.pk))
    assert panel not in get(client_of(bob), "change", pk=change.pk)
    assert "doesn’t say" in text_of(get(client_of(bob), "change_conflict_access", pk=change.pk))
    step = change.steps.get()
    conflict(step, {**(step.expects or {}), "attached": True})
    Step.objects.filter(pk=step.pk).update(error={"class": "Conflicted", "sentence": "It is attached already."})
    assert f'hx-get="{panel}"' in get(client_of(bob), "change", pk=change.pk)
