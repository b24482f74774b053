"""The check that measures what access a plan takes and gives in AWS accounts that its facts name, by Identity Center.

What it keeps names principals of other AWS accounts: pages show of it what the operator may see
(access/plans/organization_blocks.py). Its findings and sentences name nobody: whoever reads them may not see that
AWS account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from access.plans.effects import MOST_KEPT, Administrators, AffectedPrincipals, effects, kept_effects
from access.plans.organization_check import more_than_approved
from access.plans.reading import elsewhere_changes_of, read_holdings
from accounts.models import AwsAccount
from iamconsole.web.words import counted, some
from policies.holdings import ElsewhereChange
from sync.checks import Measurement, PlanCheck, PlanFinding
from sync.operations import AccessChange, PlannedStep

NAME = "elsewhere_access"
LEDE = "By permission sets of Identity Center; policies of resources may still deny"
MOST_ACCOUNTS = 100
_LEAST_KEPT = 4_000  # characters of one AWS account
_TOO_MANY = "There are too many AWS accounts to compare all of them here."


class ElsewhereAccessCheck(PlanCheck):
    name = NAME

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """None where no step names an AWS account."""
        changes = elsewhere_changes_of(aws_account, steps)
        return measured(changes, elsewhere_changes_of(aws_account, undoing)) if changes else None

    def worsened(self, before: Any, now: Any) -> str:
        """Worse is any difference that the plan didn't show of that very principal: access that is taken, too."""
        approved = {each["account_id"]: each for each in (before or {"accounts": []})["accounts"]}
        sentences = [more_than_approved(approved.get(each["account_id"]), each) for each in now["accounts"]]
        return " ".join(filter(None, sentences))


def measured(changes: Sequence[ElsewhereChange], undone: Sequence[ElsewhereChange] = ()) -> Measurement:
    """`{accounts: [{account_id, name, why, effects}]}`: of those that are connected.

    `why`: sentences that say why it isn't known what changes there; `effects` as `kept_effects` has them.
    """
    by_account, done = _by_account(changes), _by_account(undone)
    rows = list(AwsAccount.objects.filter(account_id__in=by_account).order_by("name", "account_id"))
    most = max(_LEAST_KEPT, MOST_KEPT // max(1, len(rows)))
    kept: list[dict[str, Any]] = []
    findings: list[PlanFinding] = []
    for account in rows[:MOST_ACCOUNTS]:
        told = by_account[account.account_id]
        found, listed = _effects(account, told, done.get(account.account_id, ()), most)
        findings += _new_administrators(account, found)
        kept.append(_kept(account, list(dict.fromkeys(each.why for each in told if each.why)), listed))
    kept += [_kept(account, [_TOO_MANY]) for account in rows[MOST_ACCOUNTS:]]
    return Measurement({"accounts": kept}, [*findings, *_unknown(kept)])


def _kept(account: AwsAccount, why: Sequence[str], listed: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    return {"account_id": account.account_id, "name": account.name, "why": [*why], "effects": [*listed]}


def _by_account(changes: Iterable[ElsewhereChange]) -> Mapping[str, list[ElsewhereChange]]:
    found: defaultdict[str, list[ElsewhereChange]] = defaultdict(list)
    for change in changes:
        found[change.account_id].append(change)
    return found


def _effects(
    account: AwsAccount, changes: Sequence[ElsewhereChange], undone: Sequence[ElsewhereChange], most: int
) -> tuple[list[AffectedPrincipals], list[dict[str, Any]]]:
    """Of what is undone, `before` is without; and the mirror has it already, perhaps."""
    facts = [each.change for each in (*changes, *undone) if each.change is not None]
    before = read_holdings(account, facts)
    after = before.copy()
    before.apply_all([*_facts(undone), *_facts(changes, before=True)])
    after.apply_all([*_facts(undone), *_facts(changes)])
    found = effects(before, after, Administrators(account.account_id), ())
    return found, kept_effects(found, before, after, most=most)


def _facts(changes: Iterable[ElsewhereChange], *, before: bool = False) -> Iterator[AccessChange]:
    for each in changes:
        if each.change is not None and (each.before if before else each.after):
            yield each.change


def _new_administrators(account: AwsAccount, found: Sequence[AffectedPrincipals]) -> Iterator[PlanFinding]:
    arns = sorted(arn for each in found if each.administrators for arn in each.arns)
    if arns:
        becomes = counted(len(arns), "principal becomes an administrator", "principals become administrators")
        words = f"{becomes} of AWS account {account.account_id}."
        about = (account.account_id, *arns)
        yield PlanFinding("MAKES_ADMINISTRATOR_ELSEWHERE", "security_warning", words, about=about)


def _unknown(kept: Sequence[Mapping[str, Any]]) -> Iterator[PlanFinding]:
    ids = sorted(each["account_id"] for each in kept if each["why"])
    if ids:
        words = f"Who gains and loses what isn’t known in {counted(len(ids), 'AWS account')}: {some(ids)}."
        yield PlanFinding("ACCESS_ELSEWHERE_UNKNOWN", "warning", words, about=tuple(ids), amount=len(ids))
