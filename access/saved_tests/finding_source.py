"""Broken tests as findings: looked at after every pull and every change, and each time a test is another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from access.index import cached_index
from access.saved_tests.content import KIND
from access.saved_tests.results import run_and_keep
from access.saved_tests.running import TestOutcome, TestStatus
from access.simulation.supposing import live_state
from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from resources.selectors import digest
from sync.models import SafeguardVersion
from sync.safeguards.in_force import versions_in_force

BROKEN, UNKNOWN = "access.test_broken", "access.test_unknown"
OBJECT = "access.test"  # the kind of object that such a finding is about
_CODE = ("access", "policies/engine", "aws_constraints")
_LONGEST = 600


class SavedTestsSource(FindingSource):
    """A scope is a test. One that isn't known is a finding where it blocks plans."""

    name = "access_tests"
    title = "Saved tests"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            BROKEN,
            "A saved test of access that doesn’t get the answer it expects.",
            title="Saved test broken",
            why="Somebody wrote down who must be able to do this, or must not. It isn’t so any more.",
            mend="See on the page of the test which statement decides now, and change that; or change the test.",
            one="saved test is broken",
            many="saved tests are broken",
        ),
        Rule(
            UNKNOWN,
            "A saved test that blocks plans, and whose answer isn’t known.",
            title="Saved test without an answer",
            why="It stops plans only where its answer is known.",
            mend="Read what it asks for, or say the context keys that decide it in the test.",
            one="saved test has no answer",
            many="saved tests have no answer",
        ),
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        versions = list(versions_in_force(aws_account, KIND))
        if not versions:
            return {}
        cached = cached_index(aws_account)
        held = digest(aws_account)
        state = (stamp_of_code(*_CODE), cached.digest.hex(), cached.surroundings.stamp, held)
        return {str(each.safeguard_id): stamp_of(each.pk, *state) for each in versions}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        versions = versions_in_force(aws_account, KIND).filter(safeguard__in=[int(scope) for scope in scopes])
        by_id = {each.safeguard_id: each for each in versions}
        found = run_and_keep(by_id.values(), live_state(aws_account))
        return {str(pk): _found(by_id[pk], outcome) for pk, outcome in found.items()}


def _found(version: SafeguardVersion, outcome: TestOutcome) -> Sequence[Found]:
    is_broken = outcome.status is TestStatus.BROKEN
    if outcome.status is TestStatus.PASSES or not (is_broken or version.is_blocking):
        return ()
    return (
        Found(
            BROKEN if is_broken else UNKNOWN,
            FindingSeverity.HIGH if version.is_blocking else FindingSeverity.MEDIUM,
            OBJECT,
            str(version.safeguard_id),
            version.name,
            " ".join((f"{version.name}:", *outcome.sentences))[:_LONGEST],
            evidence={"sentences": list(outcome.sentences), "more": outcome.more},
        ),
    )
