"""Muting a finding: with a reason and an end, in the audit trail, until that end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, AuditText, AwsAccount, Operator
from findings import services
from findings.forms import MuteForm
from findings.models import Finding
from findings.services import MuteRefused
from sync.changes import free_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def finding(aws_account: AwsAccount) -> Finding:
    return make(aws_account)


def make(aws_account: AwsAccount, **fields: Any) -> Finding:
    now = timezone.now()
    usual = {"source": "test", "rule": "test.bad", "severity": "high", "kind": "iam.user", "object_id": "AIDA1"}
    times = {"state_since": now, "first_seen": now, "last_seen": now}
    found: Finding = Finding.objects.create(
        aws_account=aws_account, name="dana", sentence="Bad.", **{**usual, **times, **fields}
    )
    return found


def mute(finding: Finding, actor: Operator, reason: str = "Ticket 7: gone by May.", days: float = 14) -> Finding:
    services.mute(finding=finding, reason=reason, until=timezone.now() + timedelta(days=days), actor=actor)
    finding.refresh_from_db()
    return finding


def test_it_is_muted_by_somebody_with_a_reason_until_a_day(finding: Finding, alice: Operator) -> None:
    mute(finding, alice)
    assert finding.is_muted
    assert (finding.mute_reason, finding.muted_by) == ("Ticket 7: gone by May.", alice)
    assert Finding.objects.muted_at(timezone.now()).get() == finding
    assert not Finding.objects.counted_at(timezone.now()).exists()


def test_the_trail_holds_a_digest_of_the_reason(finding: Finding, alice: Operator) -> None:
    mute(finding, alice)
    entry = AuditEntry.objects.get(verb="finding.muted")
    assert "Ticket 7" not in str(entry.data)
    assert audit.sentence(entry).endswith("Ticket 7: gone by May.")


def test_who_is_named_in_a_reason_can_be_erased_from_it(finding: Finding, alice: Operator) -> None:
    mute(finding, alice, "Maria asked for it.")
    assert list(free_texts.texts_naming(finding.aws_account, lambda text: "Maria" in text)) == [
        (None, "finding: mute_reason", "Maria asked for it.")
    ]
    free_texts.erase_naming(finding.aws_account, lambda text: "Maria" in text)
    finding.refresh_from_db()
    assert finding.mute_reason == free_texts.ERASED
    assert not AuditText.objects.filter(text__contains="Maria").exists()


@pytest.mark.parametrize(
    ("severity", "reason", "days", "field", "says"),
    [
        ("high", "x", -1, "until", "ends in the future"),
        ("high", "x", 91, "until", "90 days at most"),
        ("critical", "x", 31, "until", "30 days at most"),
        ("high", "  ", 1, "reason", "Say why"),
        ("high", "x" * 10_000, 1, "reason", "10000 characters, and 1000 fit"),
    ],
)
def test_what_is_refused(
    aws_account: AwsAccount, alice: Operator, severity: str, reason: str, days: int, field: str, says: str
) -> None:
    with pytest.raises(MuteRefused, match=says) as refused:
        mute(make(aws_account, severity=severity), alice, reason, days)
    assert refused.value.field == field
    assert not AuditEntry.objects.filter(verb="finding.muted").exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Etc/GMT-14"])  # one of them has another day than UTC at any time
def test_the_ends_of_the_calendar_are_days_like_others(aws_account: AwsAccount, day: str, zone: str) -> None:
    with timezone.override(zone):
        form = MuteForm([make(aws_account)], {"reason": "x", "until": day})
        assert form.is_valid()
        assert (form.ends > timezone.now()) is (day > "2000")


def test_what_was_mended_is_not_muted(aws_account: AwsAccount, alice: Operator) -> None:
    with pytest.raises(MuteRefused, match="mended meanwhile"):
        mute(make(aws_account, state="mended"), alice)


def test_it_ends_by_itself(finding: Finding, alice: Operator) -> None:
    mute(finding, alice)
    assert services.end_mutes() == 0
    Finding.objects.update(muted_until=timezone.now())
    assert Finding.objects.counted_at(timezone.now()).get() == finding  # before the tick, too
    assert services.end_mutes() == 1
    finding.refresh_from_db()
    assert (finding.state, finding.mute_reason, finding.muted_until) == ("open", "", None)
    assert AuditEntry.objects.filter(verb="finding.mute_ended", actor=None).count() == 1


def test_somebody_ends_it(finding: Finding, alice: Operator) -> None:
    mute(finding, alice)
    assert services.unmute(finding=finding, actor=alice)
    assert not services.unmute(finding=finding, actor=alice)
    finding.refresh_from_db()
    assert finding.state == "open"
    assert AuditEntry.objects.filter(verb="finding.unmuted").count() == 1


def test_others_see_nothing_of_it(finding: Finding, charlie: Operator, bob: Operator) -> None:
    assert not Finding.objects.visible_to(charlie).exists()
    assert Finding.objects.visible_to(bob).get() == finding
