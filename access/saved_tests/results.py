"""The results of tests as rows: run when one is written, and whenever the AWS account is another one than before."""

from __future__ import annotations

from collections.abc import Iterable

from access.models import AccessTestResult
from access.saved_tests.content import TestContent
from access.saved_tests.running import TestOutcome, run
from access.simulation.answers import AccountState
from accounts.models import AwsAccount
from sync import clock
from sync.models import SafeguardVersion


def run_and_keep(versions: Iterable[SafeguardVersion], state: AccountState) -> dict[int, TestOutcome]:
    """By the id of the safeguard."""
    found = {}
    for version in versions:
        outcome = run(TestContent.read(version.content), state)
        keep(version, state.aws_account, outcome)
        found[version.safeguard_id] = outcome
    return found


def keep(version: SafeguardVersion, aws_account: AwsAccount, outcome: TestOutcome) -> AccessTestResult:
    """The row of the test is that of now; `since`: when it began to be so, by this version or an earlier one."""
    now = clock.now()
    before = AccessTestResult.objects.filter(safeguard=version.safeguard_id, aws_account=aws_account).first()
    since = before.since if before is not None and before.status == outcome.status else now
    row, _ = AccessTestResult.objects.update_or_create(
        safeguard_id=version.safeguard_id,
        aws_account=aws_account,
        defaults={
            "version": version.number,
            "status": outcome.status,
            "sentences": list(outcome.sentences),
            "more": outcome.more,
            "answers": outcome.answers,
            "at": now,
            "since": since,
        },
    )
    return row
