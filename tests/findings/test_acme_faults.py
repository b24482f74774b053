"""The sample organization: each fault that is planted there is in the inbox once, nothing else of its rule is, and it
goes when it is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from accounts.models import AwsAccount
from accounts.roles import Role
from emulator.process import Emulator
from emulator.sample_estate import acme as sample
from emulator.sample_estate.faults import Fault, all_faults
from findings.drift_source import RULE as DRIFT
from findings.models import Finding
from sync.mirror import sources
from tests.conftest import make_operator
from tests.findings import acme_staged
from tests.findings.acme_by_hand import ByHand
from tests.services import acme

pytestmark = pytest.mark.django_db
# Of these there are more as time goes by.
HANGS_ON_TIME = ("account.", "credentials.old", "credentials.unused", "credentials.root_used", "directory.unused")
FAULTS = list(all_faults())
# What a fix puts right beside its own finding: roles that go with the last assignment of their permission set, and what
# hangs on a password, or on assignments.
ALSO = ("credentials.no_mfa", "directory.admin_directly", "directory.not_provisioned")
OF_SETS = "AWSReservedSSO_"
# The console works by its own role, and that the root user was used once is no more to be mended.
STAYS = {"iam-console-write": "access.escalation", "root user": "credentials.root_used"}
# Neither what a mended finding is about, nor personal data, nor when something was used last.
UNTOUCHED = ("iam.last_accessed", "org.", "cognito.people", "cognito.members", "cognito.sessions", "cognito.groups")


def shown() -> list[Finding]:
    found = Finding.objects.filter(state=Finding.State.OPEN).select_related("aws_account")
    return list(found.order_by("aws_account", "rule", "name", "pk"))


def by(fault: Fault, findings: Sequence[Finding]) -> list[Finding]:
    return [
        each for each in findings if fault.is_shown_by(each.aws_account.account_id, each.rule, each.name, each.sentence)
    ]


def words(finding: Finding) -> str:
    return f"{finding.rule} of {finding.name} in {finding.aws_account}: {finding.sentence}"


def not_planted(findings: Sequence[Finding]) -> Iterator[str]:
    """Of the rules that faults are planted for, and that don't hang on the time."""
    rules = {fault.rule for fault in FAULTS}
    for each in findings:
        there = (each.aws_account.account_id, each.rule, each.name, each.sentence)
        is_asked = each.rule in rules and not each.rule.startswith(HANGS_ON_TIME)
        if is_asked and not any(fault.is_shown_by(*there) for fault in FAULTS):
            yield words(each)


def looked_at(aws_accounts: Sequence[AwsAccount]) -> list[Finding]:
    """Twice: paths into another AWS account hang on what was found there."""
    for _ in range(2):
        acme.looked_at(aws_accounts)
    return shown()


def stays(finding: Finding) -> bool:
    return finding.rule.startswith(STAYS.get(finding.name, "-"))


def pulled_again(aws_accounts: Sequence[AwsAccount]) -> None:
    acme.pulled(aws_accounts, [each for each in sources if not each.startswith(UNTOUCHED)])


def test_each_planted_fault_is_shown_once_and_goes_when_it_is_mended(emulator: Emulator) -> None:
    sample.seed(emulator.url)
    aws_accounts = acme.connected(emulator)
    acme.pulled(aws_accounts)
    planted = looked_at(aws_accounts)
    assert {str(fault): len(found) for fault in FAULTS if len(found := by(fault, planted)) != 1} == {}
    assert list(not_planted(planted)) == []

    olga = make_operator("olga", Role.OWNER, None)
    with_fix = [each for each in planted if each.rule != "credentials.no_mfa"]  # it goes when a device is there
    mended = acme_staged.mend(with_fix, emulator, olga)
    pulled_again(aws_accounts)
    left = looked_at(aws_accounts)
    assert {each.rule for each in mended} >= {each.rule for each in planted if each.rule.startswith("exposure.")}
    assert [words(each) for each in mended if each in left] == []
    new = [each for each in left if each not in planted and not stays(each)]
    assert [words(each) for each in new if not is_drift_of_sets(each)] == []
    also = [each for each in planted if each not in left and each not in mended]
    assert [words(each) for each in also if each.rule not in ALSO and not each.name.startswith(OF_SETS)] == []

    production = aws_accounts[0]
    own = [each.name for each in left if each.rule == "credentials.own_policies" and each.aws_account == production]
    ByHand(emulator).mend(own)
    pulled_again([production])
    last = looked_at(aws_accounts)
    there = [each for each in last if each.aws_account == production and each.rule != DRIFT]
    new = [each for each in last if each not in left and each.rule != DRIFT]
    assert [words(each) for each in {*there, *new} if not stays(each)] == []
    assert {each.rule for each in planted if each.aws_account == production} > {each.rule for each in there}


def is_drift_of_sets(finding: Finding) -> bool:
    """Identity Center deletes the role with the last assignment: in the AWS account where that was it is drift."""
    return finding.rule == DRIFT and finding.name.startswith(OF_SETS)
