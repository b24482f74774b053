"""Approval rules of an AWS account: its owners make and remove them. One isn't edited: it is removed, and made anew."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.access import may, who_may, with_roles
from accounts.models import ApprovalRule, AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE

audit.register(
    {
        "approval_rule.made": "asked for {approvals} in {aws_account}, for steps of the risk class {risk}",
        "approval_rule.removed": "asks no longer for {approvals} in {aws_account}, for steps of the risk class {risk}",
    }
)


def who_counts(aws_account: AwsAccount, *, role: str, group_id: int | None) -> QuerySet[Operator]:
    """Those whose approvals meet a rule that asks for this role, this group, or (neither) anybody who may approve."""
    found = who_may(APPROVE, aws_account)
    if group_id is not None:
        return found.filter(groups=group_id)
    return found.filter(pk__in=with_roles([role], aws_account).values("pk")) if role else found


@transaction.atomic
def make(*, actor: Operator, rule: ApprovalRule, request: HttpRequest | None = None) -> ApprovalRule:
    """Raises PermissionDenied unless the actor owns the AWS account, ValidationError when there is such a rule."""
    _require_owner(actor, rule.aws_account)
    rule.full_clean()
    rule.save()
    _record("approval_rule.made", actor, rule, request)
    return rule


@transaction.atomic
def remove(*, actor: Operator, rule: ApprovalRule, request: HttpRequest | None = None) -> None:
    _require_owner(actor, rule.aws_account)
    _record("approval_rule.removed", actor, rule, request)
    rule.delete()


def _require_owner(actor: Operator, aws_account: AwsAccount) -> None:
    if not may(actor, ADMINISTER, aws_account):
        raise PermissionDenied("Only its owners change what plans in an AWS account need.")


def _record(verb: str, actor: Operator, rule: ApprovalRule, request: HttpRequest | None) -> None:
    audit.record(
        verb,
        actor=actor,
        aws_account=rule.aws_account,
        obj=("aws_account", rule.aws_account.account_id, str(rule.aws_account)),
        data={"approvals": rule.words, "risk": rule.risk},
        request=request,
    )
