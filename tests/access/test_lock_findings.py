"""Muting many findings while others mute, and while sources write: one waits for the other, and neither for ever.

On PostgreSQL, where transactions run side by side; SQLite lets one in at a time. Each test holds one row back, so that
both have begun when it lets them go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from access.policy_figures import PolicyFigures
from accounts.models import AwsAccount, Operator
from findings import services
from findings.models import Finding, ScopeLook, SourceLook
from findings.scope_rows import write_scopes
from identities.lint_source import LintSource
from policies.models import ManagedPolicy
from sync import clock
from sync.models import Facet
from tests.access.mirrored import managed
from tests.findings.test_mute_findings import make
from tests.findings.test_refresh_rows import Source, bad
from tests.services.statements import allow
from tests.services.two_writers import both

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]
IDS = ("ANPAA", "ANPAM", "ANPAZ")  # the middle one is held back


@pytest.fixture
def policies(aws_account: AwsAccount) -> None:
    """Three with findings that lint has counted, as their rows don't say yet."""
    for aws_id in IDS:
        managed(aws_account, aws_id, [allow("s3:*")], aws_id=aws_id)
        about = {"kind": ManagedPolicy.kind, "object_id": aws_id, "read_at": timezone.now()}
        Facet.objects.create(aws_account=aws_account, source="details", **about)
        scope = f"{ManagedPolicy.kind}:{aws_id}"
        ScopeLook.objects.create(aws_account=aws_account, source=LintSource.name, scope=scope, began_at=timezone.now())


def hold() -> None:
    Facet.objects.select_for_update().get(object_id=IDS[1])
    ManagedPolicy.objects.select_for_update().get(aws_id=IDS[1])


def findings_of(aws_account: AwsAccount, ids: Sequence[str]) -> list[Finding]:
    kind = ManagedPolicy.kind
    listed = [{"kind": kind, "object_id": each, "fingerprint": f"{Finding.objects.count()} {each}"} for each in ids]
    return [make(aws_account, **each) for each in listed]


def mute(findings: Sequence[Finding], actor: Operator) -> None:
    until = timezone.now() + timedelta(days=7)
    services.mute_all(findings=findings, reason="Known.", until=until, actor=actor)


def muted() -> int:
    return Finding.objects.filter(state=Finding.State.MUTED).count()


def test_two_who_mute_findings_of_the_same_policies(aws_account: AwsAccount, policies: None, alice: Operator) -> None:
    some, others = (findings_of(aws_account, ids) for ids in (IDS, IDS[::-1]))
    both(hold, lambda: mute(some, alice), lambda: mute(others, alice))
    assert muted() == 6
    assert set(ManagedPolicy.objects.values_list("finding_count", flat=True)) == {0}


def test_who_mutes_while_figures_are_written(aws_account: AwsAccount, policies: None, alice: Operator) -> None:
    some = findings_of(aws_account, IDS[::-1])
    both(hold, lambda: PolicyFigures().look(aws_account, IDS), lambda: mute(some, alice))
    assert set(ManagedPolicy.objects.values_list("finding_count", flat=True)) == {0}


def test_who_mutes_while_a_source_finds_them_elsewhere(aws_account: AwsAccount, alice: Operator) -> None:
    """What is found now, then what was there: by whatever it is looked up, it is locked in one order."""
    found = [bad(each) for each in ("AIDA1", "AIDA2", "AIDA3")]
    rows: list[Any] = [
        make(aws_account, object_id=each.object_id, fingerprint=each.fingerprint, scope=each.object_id)
        for each in found
    ]
    SourceLook.objects.create(aws_account=aws_account, source="test")

    def write() -> None:
        with transaction.atomic():
            write_scopes(aws_account, Source(), {"AIDA3": found[:2]}, {"AIDA3": "1"}, clock.now())

    both(lambda: Finding.objects.select_for_update().get(pk=rows[1].pk), lambda: mute(rows, alice), write)
    assert dict(Finding.objects.values_list("object_id", "state")) == {
        "AIDA1": "muted",
        "AIDA2": "muted",
        "AIDA3": "mended",
    }
