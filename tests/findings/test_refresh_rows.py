"""Rows of findings follow what sources find: new, unchanged, mended, found again, and not looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from findings import refresh, services
from findings.models import AccountRefresh, Finding, FindingSeverity, ScopeLook, SourceLook
from findings.rules import Rule, rules_of
from findings.scope_rows import write_scopes
from findings.services import OpenedFindings
from findings.sources import FindingSource, Found, register
from sync import clock
from sync.models import Change, Run

pytestmark = pytest.mark.django_db


class Source(FindingSource):
    """What `there` says: of each scope its stamp, and what is found there; None: it can't be looked at."""

    name = "test"
    title = "Test"
    rules: Mapping[str, Rule] = rules_of(Rule("test.bad", "Bad."))

    def __init__(self, **there: tuple[str, Sequence[Found] | None]) -> None:
        self.there: dict[str, tuple[str, Sequence[Found] | None]] = dict(there)
        self.looked_at: list[str] = []
        self.before: Callable[[], object] = lambda: None

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        return {scope: stamp for scope, (stamp, _) in self.there.items()}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        self.looked_at += scopes
        self.before()
        return {scope: found for scope in scopes if (found := self.there[scope][1]) is not None}


def bad(object_id: str = "AIDA1", *key: str, severity: FindingSeverity = FindingSeverity.HIGH, **more: Any) -> Found:
    return Found("test.bad", severity, "iam.user", object_id, **{"name": "dana", "sentence": "Bad.", **more}, key=key)


def look(aws_account: AwsAccount, source: FindingSource) -> bool:
    return refresh.refresh(aws_account, sources=[source])


def states() -> list[tuple[str, str]]:
    return list(Finding.objects.values_list("object_id", "state"))


def test_what_is_no_longer_found_is_mended_and_reopens(aws_account: AwsAccount) -> None:
    source = Source(a=("1", [bad()]), b=("1", [bad("AIDA2")]))
    look(aws_account, source)
    source.there["a"] = ("2", [])
    look(aws_account, source)
    assert states() == [("AIDA1", "mended"), ("AIDA2", "open")]
    source.there["a"] = ("3", [bad(name="renamed")])
    look(aws_account, source)
    found = Finding.objects.get(object_id="AIDA1")
    assert (found.state, found.mended_at, found.name) == ("open", None, "renamed")
    assert found.first_seen < found.last_seen


def test_only_what_differs_is_looked_at(aws_account: AwsAccount) -> None:
    source = Source(a=("1", [bad()]), b=("1", []))
    look(aws_account, source)
    source.there["b"] = ("2", [bad("AIDA2")])
    look(aws_account, source)
    assert source.looked_at == ["a", "b", "b"]


def test_an_object_that_is_gone_is_mended(aws_account: AwsAccount) -> None:
    source = Source(a=("1", [bad()]))
    look(aws_account, source)
    del source.there["a"]
    look(aws_account, source)
    assert states() == [("AIDA1", "mended")]
    assert not ScopeLook.objects.exists()


def test_what_could_not_be_looked_at_stays(aws_account: AwsAccount) -> None:
    source = Source(a=("1", [bad()]))
    look(aws_account, source)
    source.there["a"] = ("2", None)
    look(aws_account, source)
    assert states() == [("AIDA1", "open")]
    look(aws_account, source)
    assert source.looked_at == ["a", "a", "a"]  # and is looked at again


def test_one_scope_that_breaks_keeps_none_of_the_others(aws_account: AwsAccount) -> None:
    class Broken(Source):
        def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
            if "a" in scopes:
                raise ValueError("no such thing")
            return super().look(aws_account, scopes)

    assert look(aws_account, Broken(a=("1", []), b=("1", [bad()])))
    assert states() == [("AIDA1", "open")]
    kept = SourceLook.objects.get()
    assert (kept.error, kept.looked_at) == ("ValueError: no such thing", None)
    look(aws_account, Source(a=("1", []), b=("1", [bad()])))
    kept.refresh_from_db()
    assert (kept.error, kept.failing_since) == ("", None)
    assert kept.looked_at


def test_equal_evidence_is_one_row(aws_account: AwsAccount) -> None:
    look(aws_account, Source(a=("1", [bad(), bad(), bad("AIDA1", "other")])))
    assert len(states()) == 2


def test_a_rule_that_the_source_does_not_have_is_refused(aws_account: AwsAccount) -> None:
    look(aws_account, Source(a=("1", [Found("test.other", FindingSeverity.LOW, "iam.user", "AIDA1", "dana", "Bad.")])))
    assert "test.other" in SourceLook.objects.get().error
    assert states() == []


def test_a_name_or_a_rule_is_registered_once() -> None:
    class Other(Source):
        name = "another"
        rules: Mapping[str, Rule] = rules_of(Rule("lint.MISSING_VERSION", "Taken."))

    with pytest.raises(ValueError, match=r"lint\.MISSING_VERSION"):
        register(Other())


def test_of_two_at_once_the_one_that_began_last_decides(aws_account: AwsAccount) -> None:
    source = Source(a=("2", []))
    earlier = clock.now()
    look(aws_account, source)
    write_scopes(aws_account, source, {"a": [bad()]}, {"a": "1"}, earlier)
    assert states() == []
    assert ScopeLook.objects.get().stamp == "2"


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_each_finding_once(aws_account: AwsAccount) -> None:
    together = Barrier(2, timeout=20)

    def work() -> None:
        source = Source(a=("1", [bad(str(number)) for number in range(50)]))
        source.before = together.wait
        try:
            look(aws_account, source)
            assert SourceLook.objects.get().error == ""
        finally:
            connection.close()

    SourceLook.objects.create(aws_account=aws_account, source="test")
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(work) for _ in range(2)]:
            done.result()
    assert Finding.objects.count() == 50


# ---- Muted meanwhile -------------------------------------------------------------------------------------------
def muted(alice: Operator, days: int = 60) -> Finding:
    finding = Finding.objects.get()
    services.mute(finding=finding, reason="Known.", until=timezone.now() + timedelta(days=days), actor=alice)
    finding.refresh_from_db()
    return finding


def test_a_mute_outlives_mending(aws_account: AwsAccount, alice: Operator) -> None:
    source = Source(a=("1", [bad()]))
    look(aws_account, source)
    muted(alice)
    source.there["a"] = ("2", [])
    look(aws_account, source)
    assert states() == [("AIDA1", "mended")]
    source.there["a"] = ("3", [bad()])
    look(aws_account, source)
    assert states() == [("AIDA1", "muted")]


def test_a_mute_of_what_becomes_critical_ends_earlier(aws_account: AwsAccount, alice: Operator) -> None:
    source = Source(a=("1", [bad()]))
    look(aws_account, source)
    before = muted(alice)
    source.there["a"] = ("2", [bad(severity=FindingSeverity.CRITICAL)])
    look(aws_account, source)
    found = Finding.objects.get()
    assert before.muted_at and found.muted_until == before.muted_at + timedelta(days=30)


# ---- When ------------------------------------------------------------------------------------------------------
@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    pks: list[int] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk, *more: pks.append(pk))
    return pks


def test_it_is_due_after_a_pull_a_change_and_an_hour(
    aws_account: AwsAccount, alice: Operator, woken: list[int]
) -> None:
    def is_due() -> bool:
        return bool(refresh.wake_due())

    assert not is_due()  # nothing was pulled
    Run.objects.create(
        aws_account=aws_account, source="iam.details", trigger="schedule", state="done", finished_at=timezone.now()
    )
    assert is_due()
    assert refresh.work(aws_account.pk)
    assert not is_due()
    change = Change.objects.create(
        aws_account=aws_account, title="x", requested_by=alice, digest="", expires_at=timezone.now(), state="applied"
    )
    Change.objects.filter(pk=change.pk).update(finished_at=timezone.now())
    assert is_due()
    refresh.work(aws_account.pk)
    AccountRefresh.objects.update(looked_at=timezone.now() - timedelta(hours=2))
    Change.objects.update(finished_at=None)
    assert is_due()
    assert set(woken) == {aws_account.pk}


def test_one_worker_at_a_time(aws_account: AwsAccount) -> None:
    AccountRefresh.objects.create(aws_account=aws_account, claimed_until=timezone.now() + timedelta(seconds=60))
    assert refresh.work(aws_account.pk)
    assert AccountRefresh.objects.get().looked_at is None


def test_what_was_mended_long_ago_is_forgotten(aws_account: AwsAccount) -> None:
    source = Source(a=("1", [bad()]))
    look(aws_account, source)
    source.there = {}
    look(aws_account, source)
    assert refresh.forget_mended() == 0
    Finding.objects.update(mended_at=timezone.now() - timedelta(days=401))
    assert refresh.forget_mended() == 1


def test_a_nul_that_a_document_spells_out_ends_no_look(aws_account: AwsAccount) -> None:
    """PostgreSQL takes none: the findings of all other documents would go with it."""
    look(aws_account, Source(a=("1", [bad(sentence="AWS has no key aws:\x00.", evidence={"\x00": ["\ud800"]})])))
    row = Finding.objects.get()
    assert (row.sentence, row.evidence) == ("AWS has no key aws:\ufffd.", {"\ufffd": ["?"]})


def test_who_listens_is_told_of_what_is_new_or_there_again(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[OpenedFindings] = []
    monkeypatch.setattr(services, "_opened_listeners", [told.append])
    source = Source(a=("1", [bad(), bad("AIDA2")]))
    look(aws_account, source)
    source.there["a"] = ("2", [bad(), bad("AIDA3")])
    look(aws_account, source)
    source.there["a"] = ("3", [bad(), bad("AIDA2"), bad("AIDA3")])
    look(aws_account, source)
    said = [(sorted(each.object_id for each in one.findings), one.is_first_look) for one in told]
    assert said == [(["AIDA1", "AIDA2"], True), (["AIDA3"], False), (["AIDA2"], False)]
    assert all(each.pk for one in told for each in one.findings)


def test_what_was_accepted_is_not_opened_again_in_silence(
    aws_account: AwsAccount, alice: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More at once than somebody can pick: some were mended and are there again, the others have got worse."""
    ids = [f"AIDA{number}" for number in range(300)]
    source = Source(a=("1", [bad(each) for each in ids]))
    look(aws_account, source)
    services.accept_all(findings=list(Finding.objects.all()), reason="Known.", actor=alice)
    told: list[OpenedFindings] = []
    monkeypatch.setattr(services, "_opened_listeners", [told.append])
    source.there["a"] = ("2", [bad(each) for each in ids[:20]])
    look(aws_account, source)
    assert not told and set(Finding.objects.values_list("state", flat=True)) == {"accepted", "mended"}
    worse = [bad(each, severity=FindingSeverity.CRITICAL) for each in ids[:20]]
    source.there["a"] = ("3", [*worse, *(bad(each) for each in ids[20:])])
    look(aws_account, source)
    assert set(Finding.objects.values_list("state", "mute_reason")) == {("open", "")}
    assert sorted(each.object_id for each in told[0].findings) == sorted(ids)
    entries = AuditEntry.objects.filter(verb="finding.acceptance_ended")
    said = Counter(entry.data["why"] for entry in entries)
    assert said == {"was mended, and is there again": 280, "is graver than what was accepted": 20}


def test_a_mute_that_ends_by_a_look_is_in_the_trail(
    aws_account: AwsAccount, alice: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Graver findings are muted for less time; one that was mended while its mute ended is open when it is back."""
    source = Source(a=("1", [bad(severity=FindingSeverity.LOW), bad("AIDA2")]))
    look(aws_account, source)
    for row in Finding.objects.all():
        services.mute(finding=row, reason="Known.", until=timezone.now() + timedelta(days=80), actor=alice)
    source.there["a"] = ("2", [bad(severity=FindingSeverity.LOW)])
    look(aws_account, source)
    long_ago = {"muted_at": timezone.now() - timedelta(days=60), "muted_until": timezone.now() + timedelta(days=20)}
    Finding.objects.filter(object_id="AIDA1").update(**long_ago)
    Finding.objects.filter(object_id="AIDA2").update(muted_until=timezone.now() - timedelta(days=1))
    told: list[OpenedFindings] = []
    monkeypatch.setattr(services, "_opened_listeners", [told.append])
    source.there["a"] = ("3", [bad(severity=FindingSeverity.CRITICAL), bad("AIDA2")])
    look(aws_account, source)
    assert set(Finding.objects.values_list("state", "muted_until")) == {("open", None)}
    assert [each.object_id for each in told[0].findings] == ["AIDA1", "AIDA2"]
    assert AuditEntry.objects.filter(verb="finding.mute_ended").count() == 2


def test_who_listens_isnt_told_of_what_comes_back_muted(
    aws_account: AwsAccount, alice: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(a=("1", [bad()]))
    look(aws_account, source)
    until = timezone.now() + timedelta(days=9)
    services.mute(finding=Finding.objects.get(), reason="Known.", until=until, actor=alice)
    told: list[OpenedFindings] = []
    monkeypatch.setattr(services, "_opened_listeners", [told.append])
    for stamp, found in (("2", []), ("3", [bad()])):
        source.there["a"] = (stamp, found)
        look(aws_account, source)
    assert not told


def test_a_source_that_raises_is_noted_and_the_others_go_on(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, well = Source(a=("1", [bad()])), Source(a=("1", [bad()]))
    monkeypatch.setattr(broken, "name", "broken", raising=False)
    monkeypatch.setattr(broken, "scopes", lambda aws_account: 1 / 0)
    assert refresh.refresh(aws_account, sources=[broken, well])
    assert states() == [("AIDA1", "open")]
    [said] = AccountRefresh.objects.get().broken
    assert (said["source"], said["error"]) == ("broken", "ZeroDivisionError: division by zero")
