"""The check that measures what access a plan takes and gives in the AWS accounts below control policies.

What it keeps names principals of other AWS accounts: pages show of it what the operator may see
(access/plans/organization_blocks.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.index import cached_index
from access.plans import comparing
from access.plans.control_policies import AccountLimits, not_counted
from access.plans.effects import KINDS, MOST_KEPT, AffectedPrincipals, Effort, kept_effects, limit_effects
from access.plans.holdings import PrincipalHoldings, is_group
from access.plans.organization_limits import BoundAccount, bound_accounts, unread
from access.plans.organization_lockout import lockouts
from access.plans.reading import organization_changes_of, read_everybody
from accounts.models import AwsAccount
from iamconsole.web.words import counted, some
from policies.holdings import OrganizationChange
from sync.checks import Measurement, PlanCheck, PlanFinding
from sync.operations import PlannedStep

NAME = "organization_access"
# Of all AWS accounts together: some seconds at worst. Of what is beyond it is said that it isn't known.
MOST_ACCOUNTS, MOST_PRINCIPALS = 100, 40_000
_LEAST_KEPT = 4_000  # characters of one AWS account
MOST_NAMED = 200  # accounts that aren't connected
_TOO_MANY = "There are too many AWS accounts, or principals in them, to compare all of them here."


class OrganizationAccessCheck(PlanCheck):
    name = NAME

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """None where no step is about control policies.

        The mirror has what earlier steps of the same change did: it is measured from what was there before them.
        """
        changes = organization_changes_of(aws_account, steps)
        if not changes:
            return None
        return measured(aws_account, changes, organization_changes_of(aws_account, undoing))

    def worsened(self, before: Any, now: Any) -> str:
        """Worse is any difference that the plan didn't show of that very principal: access that is taken, too.

        The sentences name nobody: whoever reads them may not see that AWS account.
        """
        approved = {each["account_id"]: each for each in (before or {"accounts": []})["accounts"]}
        sentences = [more_than_approved(approved.get(each["account_id"]), each) for each in now["accounts"]]
        return " ".join(filter(None, sentences))


def measured(
    held_by: AwsAccount, changes: Sequence[OrganizationChange], undone: Sequence[OrganizationChange] = ()
) -> Measurement:
    """`{accounts: [{account_id, name, principals, why, effects, notes}], not_connected: [[account_id, name]], more}`.

    `why`: sentences that say why it isn't known what changes there; `effects` as `kept_effects` has them. `more`: how
    many accounts that aren't connected are left out.
    """
    bound = bound_accounts(held_by, changes, undone)
    connected = [each for each in bound if each.connected is not None]
    others = [[each.account.aws_id, each.account.name] for each in bound if each.connected is None]
    most = max(_LEAST_KEPT, MOST_KEPT // max(1, len(connected)))
    kept, left = [], MOST_PRINCIPALS
    for number, each in enumerate(connected):
        found = account_effects(each, left) if number < MOST_ACCOUNTS else LimitEffects(why=(_TOO_MANY,))
        left -= found.principals
        kept.append(_kept(each, found, most))
    said = {"accounts": kept, "not_connected": others[:MOST_NAMED], "more": max(0, len(others) - MOST_NAMED)}
    return Measurement(said, [*_unknown(kept), *(finding for each in connected for finding in lockouts(each))])


@dataclass(frozen=True)
class LimitEffects:
    """What happens to the principals of one AWS account; `why`: why that isn't known."""

    concerned: Sequence[AffectedPrincipals] = ()
    principals: int = 0
    why: Sequence[str] = ()
    holdings: PrincipalHoldings | None = None


def account_effects(bound: BoundAccount, most: int = MOST_PRINCIPALS, effort: Effort | None = None) -> LimitEffects:
    """Of one that is connected. `most`: principals that are looked at."""
    assert bound.connected is not None  # noqa: S101  as promised
    if why := unread(bound):
        return LimitEffects(why=why)
    before, after = AccountLimits(bound.before), AccountLimits(bound.after)
    holdings = everybody_of(bound.connected)
    principals = sum(not is_group(arn) for arn in holdings.owners)
    if principals > most:
        return LimitEffects(principals=0, why=(_TOO_MANY,))
    if not principals:
        return LimitEffects(why=("This AWS account was never pulled: nobody in it is known.",))
    found = limit_effects(holdings, before, after, *([effort] if effort else []))
    return LimitEffects(found, principals, holdings=holdings)


def everybody_of(aws_account: AwsAccount) -> PrincipalHoldings:
    """Read once for as long as the mirror says the same. For reading."""
    return cached_index(aws_account).answer("everybody", lambda: read_everybody(aws_account))


def _kept(bound: BoundAccount, found: LimitEffects, most: int) -> dict[str, Any]:
    holdings = [found.holdings] if found.holdings else []
    return {
        "account_id": bound.account.aws_id,
        "name": bound.account.name,
        "principals": found.principals,
        "why": list(found.why),
        "notes": list(not_counted(bound.after)) if found.holdings else [],
        "effects": kept_effects(found.concerned, *holdings, most=most),
    }


def _unknown(kept: Sequence[Mapping[str, Any]]) -> Iterator[PlanFinding]:
    ids = sorted(each["account_id"] for each in kept if each["why"])
    if ids:
        words = f"Who loses and gains what isn’t known in {counted(len(ids), 'AWS account')}: {some(ids, len(ids))}."
        yield PlanFinding("ACCESS_BELOW_UNKNOWN", "warning", words, about=tuple(ids), amount=len(ids))


# ---- Worse ---------------------------------------------------------------------------------------------------
def more_than_approved(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """A sentence."""
    if not now["effects"] or (before is not None and before["why"]):
        return ""
    approved = {who: effect for effect in (before or {"effects": []})["effects"] for who in effect["ids"]}
    count = sum(not _is_within(approved.get(who), effect) for effect in now["effects"] for who in effect["ids"])
    if not count:
        return ""
    who = counted(count, "principal")
    return f"In AWS account {now['account_id']} {who} would gain or lose access that the plan did not show."


def _is_within(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    if before is None:
        return False
    return all(kind not in now or (kind in before and comparing.covers(before[kind], now[kind])) for kind in KINDS)
