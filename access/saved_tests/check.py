"""The check by which every plan runs the tests of its AWS account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from access.plans.reading import access_changes_of
from access.saved_tests.content import KIND, TestContent
from access.saved_tests.running import TestOutcome, TestStatus, is_touched, run
from access.simulation.answers import AccountState
from access.simulation.supposing import live_state, supposed_state
from accounts.models import AwsAccount
from sync.checks import Measurement, PlanCheck, PlanFinding, Severity
from sync.models import SafeguardVersion
from sync.operations import PlannedStep
from sync.safeguards.in_force import versions_in_force

NAME = "access_tests"
BREAKS, LEAVES_UNKNOWN, FAILS_ANYWAY = "BREAKS_TEST", "LEAVES_TEST_UNKNOWN", "TEST_FAILS_ANYWAY"


@dataclass(frozen=True)
class PlannedTest:
    """A test that doesn't pass where the plan is applied. `is_touched`: the plan changes what it asks about."""

    version: SafeguardVersion
    outcome: TestOutcome
    is_touched: bool

    @property
    def blocks(self) -> bool:
        return self.version.is_blocking and self.is_touched


class SavedTestsCheck(PlanCheck):
    """A test that the plan doesn't touch answers as it does without it: it is told, and blocks nothing."""

    name = NAME

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """`{tests: [{safeguard, version, status, touched, sentences, more}]}`, of those that don't pass; `passing`."""
        versions = list(versions_in_force(aws_account, KIND))
        changes = access_changes_of(aws_account, steps) if versions else []
        if not changes:
            return None
        live = live_state(aws_account)
        failing = list(_failing(versions, live, supposed_state(live, changes)))
        kept = {"tests": [_kept(each) for each in failing], "passing": len(versions) - len(failing)}
        return Measurement(kept, [_finding(each) for each in failing])

    def worsened(self, before: Any, now: Any) -> str:
        known = {(each["safeguard"], each["status"]) for each in (before or {}).get("tests", ()) if each["touched"]}
        newly = [each for each in now["tests"] if each["touched"] and (each["safeguard"], each["status"]) not in known]
        return " ".join(_words(each["safeguard"], each["status"], each["sentences"]) for each in newly)


def _failing(versions: Sequence[SafeguardVersion], live: AccountState, planned: AccountState) -> Iterator[PlannedTest]:
    for version in versions:
        content = TestContent.read(version.content)
        outcome = run(content, planned)
        if outcome.status is not TestStatus.PASSES:
            differs = outcome != run(content, live)
            yield PlannedTest(version, outcome, differs or is_touched(content, live, planned))


def _kept(test: PlannedTest) -> dict[str, Any]:
    return {
        "safeguard": test.version.safeguard_id,
        "version": test.version.number,
        "blocking": test.version.is_blocking,
        "status": test.outcome.status.value,
        "touched": test.is_touched,
        "sentences": list(test.outcome.sentences),
        "more": test.outcome.more,
    }


def _finding(test: PlannedTest) -> PlanFinding:
    """Without what people called the test: findings are told in places that keep no free text."""
    status = test.outcome.status
    about = (test.version.safeguard.key, status.value)
    if not test.is_touched:
        words = f"Test {test.version.safeguard_id} doesn’t pass, with this change or without."
        return PlanFinding(FAILS_ANYWAY, "suggestion", words, about=about)
    words = _words(test.version.safeguard_id, status, test.outcome.sentences)
    code = BREAKS if status is TestStatus.BROKEN else LEAVES_UNKNOWN
    return PlanFinding(code, _severity(test), words, about=about)


def _severity(test: PlannedTest) -> Severity:
    if test.blocks:
        return "blocked"
    return "warning" if test.outcome.status is TestStatus.BROKEN else "suggestion"


def _words(safeguard: int, status: str, sentences: Sequence[str]) -> str:
    why = f" {sentences[0]}" if sentences else ""
    if status == TestStatus.BROKEN:
        return f"This change breaks test {safeguard}.{why}"
    return f"With this change it isn’t known whether test {safeguard} passes.{why}"
