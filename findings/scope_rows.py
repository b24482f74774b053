"""The rows of some scopes, brought in line with what was found there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from accounts import audit
from accounts.models import AwsAccount
from findings.endings import RowBefore
from findings.models import Finding, FindingSeverity, ScopeLook, SourceLook
from findings.services import OpenedFindings, tell_opened
from findings.sources import FindingSource, Found
from findings.states import DECISION, STATE, RuleSettings, settle
from sync import clock

_WRITTEN = ("scope", "found_severity", "name", "sentence", "evidence", "last_seen", "mended_at", *{*STATE, *DECISION})
_AT_ONCE = 500
_LONGEST_SENTENCE, _LONGEST_NAME = 600, 256


def write_scopes(
    aws_account: AwsAccount,
    source: FindingSource,
    found: Mapping[str, Sequence[Found]],
    stamps: Mapping[str, str],
    began_at: datetime,
) -> None:
    """In the caller's transaction. A scope without a stamp is gone: nothing is found there any more.

    Scopes that somebody looked at who began later are left alone.
    """
    look = SourceLook.objects.select_for_update().get(aws_account=aws_account, source=source.name)
    looks = ScopeLook.objects.filter(aws_account=aws_account, source=source.name, scope__in=list(found))
    newer = set(looks.filter(began_at__gt=began_at).values_list("scope", flat=True))
    mine = {scope: some for scope, some in found.items() if scope not in newer}
    opened = _write_findings(aws_account, source, mine, clock.now())
    looks.filter(scope__in=[scope for scope in mine if scope not in stamps]).delete()
    ScopeLook.objects.bulk_create(
        [
            ScopeLook(aws_account=aws_account, source=source.name, scope=scope, stamp=stamps[scope], began_at=began_at)
            for scope in mine
            if scope in stamps
        ],
        update_conflicts=True,
        unique_fields=["aws_account", "source", "scope"],
        update_fields=["stamp", "began_at"],
    )
    tell_opened(OpenedFindings(aws_account, opened, is_first_look=look.looked_at is None))


def _write_findings(
    aws_account: AwsAccount, source: FindingSource, found: Mapping[str, Sequence[Found]], now: datetime
) -> list[Finding]:
    """Returns those that somebody has to act on from now: new ones, and those that are open again."""
    wanted = {each.fingerprint: (scope, each) for scope, some in found.items() for each in some}
    unknown = {each.rule for _, each in wanted.values()} - source.rules.keys()
    if unknown:
        raise LookupError(f"The source {source.name} has no rules {', '.join(sorted(unknown))}.")
    settings = RuleSettings.of(aws_account)
    rows = {row.fingerprint: row for row in _rows(aws_account, source, found.keys(), wanted.keys())}
    before = {row.pk: RowBefore.of(row) for row in rows.values()}
    changed = [row for row in rows.values() if row.fingerprint in wanted or row.state != Finding.State.MENDED]
    for row in changed:
        if row.fingerprint in wanted:
            _found_again(row, *wanted[row.fingerprint], now)
            settle(row, settings, now)
        else:
            row.state, row.state_since, row.mended_at = Finding.State.MENDED, now, now
    ended = [before[row.pk].ended(row, aws_account) for row in changed]
    audit.record_all(filter(None, ended))
    Finding.objects.bulk_update(changed, _WRITTEN, batch_size=_AT_ONCE)
    new = [
        _made(aws_account, source, scope, each, settings, now)
        for fingerprint, (scope, each) in wanted.items()
        if fingerprint not in rows
    ]
    back = [row for row in changed if before[row.pk].is_reopened(row)]
    made = Finding.objects.bulk_create(new, batch_size=_AT_ONCE)
    return [*back, *(row for row in made if row.state == Finding.State.OPEN)]


def _rows(
    aws_account: AwsAccount, source: FindingSource, scopes: Collection[str], fingerprints: Collection[str]
) -> Iterator[Finding]:
    """All of the scopes, and those that were found elsewhere before; locked, since somebody may mute them now."""
    rows = Finding.objects.filter(aws_account=aws_account)
    pks = set(rows.filter(source=source.name, scope__in=list(scopes)).values_list("pk", flat=True))
    for some in _parts(sorted(fingerprints)):
        pks.update(rows.filter(fingerprint__in=some).values_list("pk", flat=True))
    for part in _parts(sorted(pks)):
        yield from Finding.objects.locked(part)


T = TypeVar("T")


def _parts(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(listed), _AT_ONCE):
        yield listed[first : first + _AT_ONCE]


def _found_again(row: Finding, scope: str, found: Found, now: datetime) -> None:
    """One that was mended reopens, also where it was accepted; a mute that hasn't ended goes on. So does one that was
    accepted as less grave than it is now."""
    was_worse = FindingSeverity(row.found_severity or row.severity).rank <= found.severity.rank
    row.scope, row.found_severity, row.name = scope, found.severity, found.name[:_LONGEST_NAME]
    row.sentence, row.evidence, row.last_seen = found.sentence[:_LONGEST_SENTENCE], dict(found.evidence), now
    if row.state == Finding.State.MENDED or not was_worse:
        row.is_accepted = False
    row.mended_at = None


def _made(
    aws_account: AwsAccount, source: FindingSource, scope: str, found: Found, settings: RuleSettings, now: datetime
) -> Finding:
    row = Finding(
        aws_account=aws_account,
        source=source.name,
        scope=scope,
        rule=found.rule,
        severity=found.severity,
        found_severity=found.severity,
        kind=found.kind,
        object_id=found.object_id,
        region=found.region,
        name=found.name[:_LONGEST_NAME],
        sentence=found.sentence[:_LONGEST_SENTENCE],
        fingerprint=found.fingerprint,
        evidence=dict(found.evidence),
        state_since=now,
        first_seen=now,
        last_seen=now,
    )
    settle(row, settings, now)
    return row
