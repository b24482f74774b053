"""The sample organization: each fault that is planted there is in the inbox once, and nothing else of its rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from emulator.process import Emulator
from emulator.sample_estate import acme as sample
from emulator.sample_estate.faults import Fault, all_faults
from findings.models import Finding
from tests.services import acme

pytestmark = pytest.mark.django_db
# Of these there are more as time goes by.
HANGS_ON_TIME = ("account.", "credentials.old", "credentials.unused", "credentials.root_used", "directory.unused")


def shown() -> list[Finding]:
    found = Finding.objects.filter(state=Finding.State.OPEN).select_related("aws_account")
    return list(found.order_by("aws_account", "rule", "name", "pk"))


def by(fault: Fault, findings: Sequence[Finding]) -> list[Finding]:
    return [
        each for each in findings if fault.is_shown_by(each.aws_account.account_id, each.rule, each.name, each.sentence)
    ]


def not_planted(findings: Sequence[Finding]) -> Iterator[str]:
    """Of the rules that faults are planted for, and that don't hang on the time."""
    rules = {fault.rule for fault in FAULTS}
    for each in findings:
        there = (each.aws_account.account_id, each.rule, each.name, each.sentence)
        is_asked = each.rule in rules and not each.rule.startswith(HANGS_ON_TIME)
        if is_asked and not any(fault.is_shown_by(*there) for fault in FAULTS):
            yield f"{each.rule} of {each.name} in {each.aws_account}: {each.sentence}"


FAULTS = list(all_faults())


def test_each_planted_fault_is_shown_once_and_nothing_else_is(emulator: Emulator) -> None:
    sample.seed(emulator.url)
    aws_accounts = acme.connected(emulator)
    acme.pulled(aws_accounts)
    acme.looked_at(aws_accounts)
    findings = shown()
    assert {str(fault): len(found) for fault in FAULTS if len(found := by(fault, findings)) != 1} == {}
    assert list(not_planted(findings)) == []
