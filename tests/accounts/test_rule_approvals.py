"""Approval rules on the settings page of an AWS account."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db.models import ProtectedError
from django.test import Client

from accounts.models import ApprovalRule, AuditEntry, AwsAccount, Grant, Operator

PAGE = "/accounts/123456789012/"


def make(client: Client, **posted: object) -> str:
    data = {"risk": "destructive", "approvals": 1, "by": "anybody", **posted}
    return client.post(f"{PAGE}approvals/", data, follow=True).content.decode()


def test_an_owner_makes_and_removes_one(alices: Client, anton: Operator) -> None:
    html = make(alices, by="role:approver")
    rule = ApprovalRule.objects.get()
    assert (rule.risk, rule.approvals, rule.role, rule.group) == ("destructive", 1, "approver", None)
    assert "1 approval by approvers" in html
    alices.post(f"{PAGE}approvals/{rule.pk}/remove/")
    assert not ApprovalRule.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "approval_rule.made",
        "approval_rule.removed",
    ]


def test_a_group_whose_members_may_approve_can_be_asked(alices: Client, anton: Operator) -> None:
    security, others = Group.objects.create(name="security"), Group.objects.create(name="others")
    anton.groups.add(security)
    html = make(alices, by=f"group:{security.pk}")
    assert "1 approval by the group security" in html
    assert "The group others" not in html
    assert "Select a valid choice" in make(alices, by=f"group:{others.pk}")


def test_what_could_never_be_met_is_refused(alices: Client, anton: Operator) -> None:
    assert "Only 1 operator could approve so here" in make(alices, approvals=2, by="role:approver")
    assert not ApprovalRule.objects.exists()


@pytest.mark.parametrize("bad", [{"approvals": 0}, {"approvals": 99}, {"risk": "mild"}, {"by": "role:viewer"}])
def test_bad_inputs_get_a_sentence(alices: Client, bad: dict[str, object]) -> None:
    assert "form-error" in make(alices, **bad)
    assert not ApprovalRule.objects.exists()


def test_the_same_rule_twice_is_refused(alices: Client, alice: Operator) -> None:
    make(alices)
    assert "This approval rule already exists." in make(alices)
    assert ApprovalRule.objects.count() == 1


def test_only_of_ones_own_aws_account(alices: Client, other_account: AwsAccount) -> None:
    rule = ApprovalRule.objects.create(aws_account=other_account, risk="high", approvals=1)
    assert alices.post(f"{PAGE}approvals/{rule.pk}/remove/").status_code == 404


def test_a_group_that_a_rule_asks_stays(aws_account: AwsAccount) -> None:
    group = Group.objects.create(name="security")
    ApprovalRule.objects.create(aws_account=aws_account, risk="high", approvals=1, group=group)
    Grant.objects.create(aws_account=aws_account, group=group, role="approver")
    with pytest.raises(ProtectedError):
        group.delete()
