"""Mends the findings of Acme as its people would from the inbox: their fixes are staged, several as one change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import Operator
from emulator.process import Emulator
from findings import staging
from findings.fixes import fix_of
from findings.models import Finding
from findings.staging import FixPlan
from identities.posture.credential_rules import OLD_KEY
from sync import changes
from sync.models import Change
from tests.services.changing import carry_out, worked

_LATER = timedelta(days=40)  # than any wait of a rotation
_MEETS = "Another fix of this plan changes the same object"


def mend(findings: Sequence[Finding], emulator: Emulator, operator: Operator) -> list[Finding]:
    """Those whose fix was carried out. What several fixes write is staged once the one before is applied."""
    mended = list(_rotated([each for each in findings if each.rule == OLD_KEY], emulator, operator))
    left: Sequence[Finding] = [each for each in findings if each not in mended]
    while plans := [each for each in staging.plans_of(left, operator) if each.planned]:
        for plan in plans:
            _carried_out(plan, operator)
        mended += [each.finding for plan in plans for each in plan.planned]
        left = [each.finding for plan in plans for each in plan.left_out if _MEETS in each.why_not]
    return mended


def _carried_out(plan: FixPlan, operator: Operator) -> Change:
    change = staging.stage(plans=[plan], title="", reason="Inbox", actor=operator)
    assert isinstance(change, Change)
    change = carry_out(change, operator)
    assert not change.error or change.state == Change.State.SCHEDULED, (str(plan.aws_account), change.error)
    return change


# ---- Rotations: each waits for who uses the key ----------------------------------------------------------------------
def _rotated(findings: Iterable[Finding], emulator: Emulator, operator: Operator) -> Iterator[Finding]:
    for each in findings:
        fix = fix_of(each)
        if fix is not None and "rotate" in fix.url and staging.plans_of([each], operator)[0].planned:
            [plan] = staging.plans_of([each], operator)
            _to_its_end(_carried_out(plan, operator), emulator)
            yield each


def _to_its_end(change: Change, emulator: Emulator) -> None:
    """Its new key is used, and the old one no more."""
    now, account = timezone.now(), change.aws_account.account_id
    old = change.steps.get(kind="iam.key.deactivate").params["key"]
    emulator.activity("key", change.steps.get(position=1).result["id"], at=now.isoformat(), account_id=account)
    emulator.activity("key", old, at=(now - _LATER).isoformat(), account_id=account)
    for _ in range(3):
        change.steps.filter(finished_at__isnull=False).update(finished_at=F("finished_at") - _LATER)
        Change.objects.filter(pk=change.pk).update(not_before=timezone.now())
        changes.sweep_due()
        change = worked(change)
    assert change.state == Change.State.APPLIED, change.error
