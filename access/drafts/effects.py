"""What a draft gives and takes, and whose: as a plan with it measures it (access.plans.check), with less effort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from access.plans.check import trust_effects
from access.plans.effects import Administrators, AffectedPrincipals, Effort, effects
from access.plans.holdings import PrincipalHoldings, is_group
from access.plans.reading import read_holdings
from access.plans.resource_notes import with_notes
from accounts.models import AwsAccount
from policies.draft_subjects import DraftSubject
from policies.holdings import TrustChange
from sync.checks import PlanFinding
from sync.operations import AccessChange

WHILE_TYPING = Effort(pairs=12, steps=8_000)
MOST_NOTED = 8  # questions about resources: some milliseconds each


@dataclass(frozen=True)
class DraftEffects:
    """`concerned`: those whose access changes. `holders`: the ARNs of all principals who have what the draft is of.

    `trusts` and `exposures`: of a trust policy, as `trust_effects` has them.
    """

    change: AccessChange
    before: PrincipalHoldings
    after: PrincipalHoldings
    concerned: Sequence[AffectedPrincipals]
    holders: Sequence[str]
    trusts: Sequence[dict[str, Any]] = ()
    exposures: Sequence[PlanFinding] = ()


def draft_effects(
    aws_account: AwsAccount, subject: DraftSubject, text: str, effort: Effort = WHILE_TYPING
) -> DraftEffects:
    """`text`: a document that AWS would take."""
    change = subject.with_text(text)
    before = read_holdings(aws_account, [change])
    if subject.in_force:
        before.apply(subject.change)  # where the draft isn't compared with what is in force now
    after = before.copy()
    after.apply(change)
    if isinstance(change, TrustChange):
        opened, grave = trust_effects(before, after, aws_account.account_id)
        return DraftEffects(change, before, after, (), (), opened, grave)
    differing = effects(before, after, Administrators(aws_account.account_id), (), effort)
    concerned = with_notes(aws_account, differing, after, MOST_NOTED)
    holders = sorted(arn for arn in before.owners if not is_group(arn))
    return DraftEffects(change, before, after, concerned, holders)
