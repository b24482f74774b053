"""How the rules of an AWS account are set, by its owners: off, or harsher than the rule is. Never milder."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from findings.models import Finding, FindingSeverity, RuleSetting
from findings.services import LONGEST_REASON, MuteRefused, tell_counted
from findings.sources import all_rules
from findings.states import STATE, RuleSettings, settle
from findings.tallies import recount

audit.register(
    {
        "finding_rule.off": "switched off the rule {object}: {reason}",
        "finding_rule.harsher": "set the rule {object} to {severity} at least: {reason}",
        "finding_rule.reset": "set the rule {object} back to what it is by itself",
    }
)

_AT_ONCE = 500


def set_rule(
    *,
    aws_account: AwsAccount,
    rule: str,
    is_off: bool,
    severity: str,
    reason: str,
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """`severity`: at least, of FindingSeverity; "" as the rule says. Without both it is set back, and needs no reason.

    Raises MuteRefused. What is found already follows in the same transaction.
    """
    _check(rule, severity, is_off=is_off)
    reason, is_set = reason.strip(), is_off or bool(severity)
    if is_set and not reason:
        raise MuteRefused("Say why: who misses a finding, or wonders at its severity, has to know.", "reason")
    if len(reason) > LONGEST_REASON:
        raise MuteRefused(f"The reason has {len(reason)} characters, and {LONGEST_REASON} fit.", "reason")
    with transaction.atomic():
        if is_set:
            said = {"is_off": is_off, "severity": severity, "reason": reason, "set_by": actor, "set_at": timezone.now()}
            RuleSetting.objects.update_or_create(aws_account=aws_account, rule=rule, defaults=said)
        else:
            RuleSetting.objects.filter(aws_account=aws_account, rule=rule).delete()
        verb = f"finding_rule.{'off' if is_off else 'harsher' if severity else 'reset'}"
        audit.record(
            verb,
            actor=actor,
            aws_account=aws_account,
            obj=("finding_rule", rule, rule),
            data={"severity": severity},
            texts=audit.apart(aws_account, ("finding_rule", rule), {"reason": reason}) if is_set else None,
            request=request,
        )
        _follow(aws_account, rule)


def _check(rule: str, severity: str, *, is_off: bool) -> None:
    if rule not in all_rules():
        raise MuteRefused("There is no such rule.")
    if severity and severity not in FindingSeverity.values:
        raise MuteRefused("Choose one of the severities.", "severity")
    if is_off and severity:
        raise MuteRefused("A rule that is off has no severity: choose one of the two.", "severity")


def _follow(aws_account: AwsAccount, rule: str) -> None:
    settings, now = RuleSettings.of(aws_account), timezone.now()
    for some in _rows(aws_account, rule):
        before = {row.pk: (row.state, row.severity) for row in some}
        for row in some:
            settle(row, settings, now)
        changed = [row for row in some if before[row.pk] != (row.state, row.severity)]
        Finding.objects.bulk_update(changed, STATE, batch_size=_AT_ONCE)
        tell_counted(changed)
    recount(aws_account, [rule])


def _rows(aws_account: AwsAccount, rule: str) -> Iterator[list[Finding]]:
    """Those that are there, in parts; locked."""
    there = Finding.objects.filter(aws_account=aws_account, rule=rule).exclude(state=Finding.State.MENDED)
    pks = list(there.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(pks), _AT_ONCE):
        yield list(Finding.objects.locked(pks[first : first + _AT_ONCE]))
