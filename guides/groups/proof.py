"""Whether anybody's access changes by the steps: the comparison that every plan is measured by, before it is staged.

Of each user or role whom the steps touch, all documents of before and after are compared, within boundary and control
policies (access/plans/). Where the documents are the same nothing can differ: boundary, tags, name and whatever
resources say of the user stay as they are, and a policy variable stands for the same user in a group's policy as in
one of their own (IAM User Guide, "Policies and permissions in IAM", "IAM policy elements: Variables and tags").
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from access.plans.effect_blocks import EffectBlock, blocks_of
from access.plans.effects import identified
from access.plans.holdings import PrincipalHoldings, is_group
from access.plans.reading import PlannedHoldings, holdings_between
from access.plans.revisions import AccessMeasure, measure_of
from accounts.models import AwsAccount
from policies.engine.document import compact
from policies.holdings import MembershipChange
from sync.operations import AccessChange, StepSpec, registry

SAME, DIFFERS, UNKNOWN = "same", "differs", "unknown"
_SURE = ("gained", "lost", "denied", "allowed_again")


@dataclass(frozen=True)
class AccessProof:
    """`states`: by the ARN of each user and role whom the steps touch, SAME, DIFFERS or UNKNOWN. `alike`: how many have
    the very same documents before and after. `at_risk`: who has less at some step in between, though not afterwards.
    """

    states: Mapping[str, str]
    alike: int
    measure: AccessMeasure
    at_risk: Sequence[str]
    account_id: str

    def _in_state(self, state: str) -> list[str]:
        return sorted(arn for arn, each in self.states.items() if each == state)

    @cached_property
    def same(self) -> list[str]:
        return self._in_state(SAME)

    @cached_property
    def differing(self) -> list[str]:
        return self._in_state(DIFFERS)

    @cached_property
    def unknown(self) -> list[str]:
        return self._in_state(UNKNOWN)

    @property
    def is_proved(self) -> bool:
        """Nobody's access changes, and nobody could become an administrator who couldn't before. `measure.notes` tell
        of what wasn't searched."""
        return not (self.differing or self.unknown or self.at_risk or self.measure.risks or self.measure.notes)

    @cached_property
    def blocks(self) -> list[EffectBlock]:
        return blocks_of(self.measure.access, self.measure.escalation, self.account_id)

    @property
    def digest(self) -> str:
        """Of what isn't as before: who accepts that accepts nothing else."""
        effects = self.measure.access.get("effects", [])
        said = [
            self.differing,
            self.unknown,
            list(self.at_risk),
            list(self.measure.risks),
            list(self.measure.notes),
            effects,
        ]
        return hashlib.sha256(compact(said).encode()).hexdigest()[:16]


def prove(aws_account: AwsAccount, steps: Sequence[StepSpec]) -> AccessProof:
    """Against the mirror. Raises BadParams where a step's parameters aren't possible."""
    changes = changes_of(aws_account, steps)
    return proof_of(aws_account, holdings_between(aws_account, changes, []))


def proof_of(aws_account: AwsAccount, planned: PlannedHoldings) -> AccessProof:
    measure = measure_of(aws_account, planned)
    found = _states_of(measure.access.get("effects", []))
    touched = [arn for arn in planned.after.owners if not is_group(arn)]
    states = {arn: found.get(identified(arn), SAME) for arn in touched}
    alike = sum(planned.before.combination(arn) == planned.after.combination(arn) for arn in touched)
    return AccessProof(states, alike, measure, _losing_between(planned), aws_account.account_id)


def changes_of(aws_account: AwsAccount, steps: Sequence[StepSpec]) -> list[AccessChange]:
    """Raises BadParams."""
    operations = ((registry[step.kind], step.params) for step in steps)
    told = (operation.access_changes(aws_account, operation.parse(params)) for operation, params in operations)
    return [change for each in told for change in each]


def _states_of(effects: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """By the short name of each of whom something is told. What is only an upper bound, or hangs on a document that
    the mirror doesn't have, is no difference yet: it is unknown."""
    found: dict[str, str] = {}
    for effect in effects:
        is_sure = any(kind in effect for kind in _SURE) and not effect["at_most"] and not effect["why"]
        for who in effect["ids"]:
            if found.get(who) != DIFFERS:
                found[who] = DIFFERS if is_sure else UNKNOWN
    return found


# ---- In between ------------------------------------------------------------------------------------------------------
def _losing_between(planned: PlannedHoldings) -> list[str]:
    """ARNs of those who, after some step, have neither all documents of before nor all of afterwards.

    With all of either, and others of the other, one has what both allow: where these are equal, no less and no more.
    """
    at_risk: dict[str, None] = {}
    now = planned.before.copy()
    for change in planned.changes:
        now.apply(change)
        for arn in _users_of(change, now):
            has = now.combination(arn)
            had, will = planned.before.combination(arn), planned.after.combination(arn)
            if not any(each.documents <= has.documents and each.lacks <= has.lacks for each in (had, will)):
                at_risk[arn] = None
    return list(at_risk)


def _users_of(change: AccessChange, now: PrincipalHoldings) -> Sequence[str]:
    """Whose documents the change may have changed."""
    if isinstance(change, MembershipChange):
        return [change.user_arn]
    arn = getattr(change, "owner_arn", "")
    if is_group(arn):
        return [owner.arn for owner in now.owners.values() if arn in owner.groups]
    return [arn] if arn in now.owners else []
