"""Settings of an AWS account; its owners change them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.access import FROM_A_FILE, may, who_may, with_roles
from accounts.models import ApprovalRule, AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE

audit.register(
    {
        "aws_account.changed": "changed the settings of {object}",
        "aws_account.writes_on": "turned writes on for {object}",
        "aws_account.writes_off": "turned writes off for {object}",
        "aws_account.rests": "asks nothing of {object} any more: {why}",
        "aws_account.rests_no_more": "asks {object} again",
    }
)


@transaction.atomic
def change(
    *, actor: Operator, aws_account: AwsAccount, before: dict[str, object], request: HttpRequest | None = None
) -> None:
    """Saves what was edited on `aws_account`; `before` holds the old values of the fields that may have been.

    Raises ValueError on a field of the connection: `sync.connect.reconnect` changes those.
    """
    _require_owner(actor, aws_account)
    if connection := set(before) & set(AwsAccount.CONNECTION_FIELDS):
        raise ValueError(f"No settings, but of the connection: {', '.join(sorted(connection))}")
    changes = audit.differences(before, {field: getattr(aws_account, field) for field in before})
    if changes:
        aws_account.save(update_fields=list(changes))
        audit.record(
            "aws_account.changed",
            actor=actor,
            aws_account=aws_account,
            obj=_named(aws_account),
            data={"changes": changes},
            request=request,
        )


@transaction.atomic
def turn_writes(
    *, actor: Operator, aws_account: AwsAccount, on: bool, reason: str = "", request: HttpRequest | None = None
) -> None:
    """Whether the console may change anything in this AWS account; the client of AWS enforces it."""
    _require_owner(actor, aws_account)
    if on and not aws_account.is_connected:
        raise PermissionDenied(FROM_A_FILE)
    if aws_account.writes_enabled == on:
        return
    aws_account.writes_enabled = on
    aws_account.save(update_fields=["writes_enabled"])
    audit.record(
        "aws_account.writes_on" if on else "aws_account.writes_off",
        actor=actor,
        aws_account=aws_account,
        obj=_named(aws_account),
        reason=reason,
        request=request,
    )


@transaction.atomic
def follow_resting(*, aws_account: AwsAccount, resting: str) -> None:
    """Its organization says so: `resting` is one of `AwsAccount.Resting`, "" where it is active.

    One that left its organization is read-only: should it come back, an owner turns writes on again.
    """
    before, aws_account.resting = aws_account.resting, resting
    aws_account.rests_since = timezone.now() if resting else None
    values: dict[str, Any] = {"resting": resting, "rests_since": aws_account.rests_since}
    if resting == AwsAccount.Resting.LEFT:
        values["writes_enabled"] = aws_account.writes_enabled = False
    if not AwsAccount.objects.filter(pk=aws_account.pk, resting=before).update(**values):
        return  # another pull was quicker
    verb = "aws_account.rests" if resting else "aws_account.rests_no_more"
    data = {"why": AwsAccount.Resting(resting).label} if resting else {}
    audit.record(verb, actor=None, aws_account=aws_account, obj=_named(aws_account), data=data)


def _require_owner(actor: Operator, aws_account: AwsAccount) -> None:
    if not may(actor, ADMINISTER, aws_account):
        raise PermissionDenied("Only its owners change the settings of an AWS account.")


def _named(aws_account: AwsAccount) -> tuple[str, object, str]:
    return ("aws_account", aws_account.account_id, str(aws_account))


# ---- Approval rules ------------------------------------------------------------------------------------------------
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
    _require_owner_of_rules(actor, rule.aws_account)
    rule.full_clean()
    rule.save()
    _record("approval_rule.made", actor, rule, request)
    return rule


@transaction.atomic
def remove(*, actor: Operator, rule: ApprovalRule, request: HttpRequest | None = None) -> None:
    _require_owner_of_rules(actor, rule.aws_account)
    _record("approval_rule.removed", actor, rule, request)
    rule.delete()


def _require_owner_of_rules(actor: Operator, aws_account: AwsAccount) -> None:
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
