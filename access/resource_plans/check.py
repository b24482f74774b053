"""The check that measures what a plan changes of who gets to resources, and finds what it opens to outside.

What it keeps names principals of other AWS accounts: pages show of it what the operator may see
(access/resource_plans/blocks.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from access.exposure.rules import levels_words
from access.exposure.values import Opening, PartyKind, ResourceExposure
from access.plans import comparing
from access.plans.effects import MOST_KEPT, Effort, kept_effects
from access.plans.organization_check import more_than_approved
from access.plans.reading import resource_changes_of
from access.plans.resource_findings import NAME, TO_ACCOUNT, TO_EVERYBODY, TO_ORGANIZATION, TO_SERVICE
from access.resource_plans.measuring import AccountAffected, ResourceDifference, differences
from accounts.models import AwsAccount
from iamconsole.web.words import some
from policies.engine.diff.report import policy_diff
from resources.table import KINDS
from sync.checks import Measurement, PlanCheck, PlanFinding, Severity
from sync.operations import PlannedStep

MOST_ACCOUNTS = 100
_LEAST_KEPT = 4_000  # characters of one AWS account
_MOST_ABOUT = 100  # actions that a finding names
_PARTS = {"gained": "gained", "lost": "lost", "undecided": "perhaps"}


class ResourceAccessCheck(PlanCheck):
    name = NAME

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """None where no step is about what stands on a resource."""
        changes = resource_changes_of(aws_account, steps)
        if not changes:
            return None
        found = differences(aws_account, changes, resource_changes_of(aws_account, undoing))
        return measured(aws_account, found)

    def worsened(self, before: Any, now: Any) -> str:
        """Worse is any difference that the plan didn't show of that very principal, or of what it opens to outside."""
        approved = {each["arn"]: each for each in (before or {"resources": []})["resources"]}
        return " ".join(filter(None, (_more(approved.get(each["arn"]), each) for each in now["resources"])))


def _more(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    known = {each["account_id"]: each for each in (before or {"accounts": []})["accounts"]}
    sentences = [more_than_approved(known.get(each["account_id"]), each) for each in now["accounts"]]
    opened = set(now["opens"]) - set(before["opens"] if before else ())
    if opened:
        sentences.append(f"{now['name']} would be opened to more than the plan showed: {some(sorted(opened))}.")
    return " ".join(filter(None, sentences))


def measured(aws_account: AwsAccount, found: Sequence[ResourceDifference]) -> Measurement:
    """`{resources: [{arn, aws_id, name, word, why, notes, before, after, opens, said, accounts, not_connected}]}`.

    `before`, `after`: values of Resource.Exposure. `opens`: to whom it is opened. `said`: what the policy itself gives
    and takes, as `policy_diff` has it. `accounts` as the check of organizations keeps them, the own one first.
    """
    kept: list[dict[str, Any]] = []
    findings: list[PlanFinding] = []
    for each in found:
        kept.append(kept_of(aws_account, each, most=MOST_KEPT // max(1, len(found))))
        findings += _openings(each)
    for account_id in sorted({one for each in kept for one in each["not_connected"]}):
        words = f"AWS account {account_id} isn’t connected to this console: nobody looks at this on its behalf."
        findings.append(PlanFinding("ACCOUNT_NOT_CONNECTED", "warning", words, about=(account_id,)))
    unknown = sorted(each["arn"] for each in kept if each["why"])
    if unknown:
        words = f"Who gains and loses what isn’t known of {some([name.rpartition(':')[2] for name in unknown])}."
        findings.append(PlanFinding("RESOURCE_ACCESS_UNKNOWN", "warning", words, about=tuple(unknown)))
    return Measurement({"resources": kept}, findings)


def kept_of(
    aws_account: AwsAccount,
    difference: ResourceDifference,
    effort: Effort | None = None,
    most_accounts: int = MOST_ACCOUNTS,
    most: int = MOST_KEPT,
) -> dict[str, Any]:
    """One of the resources. `most_accounts`: others that are looked at; `most`: characters."""
    row = difference.row
    ids = difference.concerned_ids
    rows = AwsAccount.objects.filter(account_id__in=ids).order_by("name", "account_id")
    others = [each for each in rows if each.is_connected]
    affected = difference.accounts([aws_account, *others[:most_accounts]], effort)
    each_most = max(_LEAST_KEPT, most // len(affected))
    before, after = difference.exposures
    return {
        "arn": row.arn,
        "aws_id": row.aws_id,
        "name": row.name,
        "word": KINDS[row.kind].word,
        "why": difference.why,
        "notes": difference.notes,
        "before": before.state if before else "",
        "after": after.state if after else "",
        "opens": sorted({_opened_to(each) for each in _new_openings(before, after)}),
        "said": _said(difference),
        "accounts": [_account(each, each_most) for each in affected],
        "left_out": max(0, len(others) - most_accounts),
        "not_connected": sorted(ids - {each.account_id for each in others}),
    }


def _account(affected: AccountAffected, most: int) -> dict[str, Any]:
    found = affected.effects
    return {
        "account_id": affected.account_id,
        "name": str(affected.connected.name) if affected.connected else "",
        "why": list(found.why),
        "notes": list(found.notes),
        "effects": kept_effects(found.concerned, *([found.holdings] if found.holdings else []), most=most),
    }


def _said(difference: ResourceDifference) -> dict[str, Any]:
    """By the policy alone, whomever it names: services, identity providers and strangers, too."""
    found: dict[str, list[Any]] = {}
    for before, after in difference.documents:
        compared = policy_diff(dict(before.written), dict(after.written))
        for part, name in _PARTS.items():
            found.setdefault(name, []).extend(compared[part])
    return {name: comparing.kept_items(items) for name, items in found.items() if items}


# ---- What it opens -------------------------------------------------------------------------------------------
def _new_openings(before: ResourceExposure | None, after: ResourceExposure | None) -> Iterator[Opening]:
    """What somebody from outside may after it, and couldn't before, or not surely."""
    known = before.openings if before else ()
    for each in after.openings if after else ():
        alike = [one for one in known if one.party.key == each.party.key and one.is_sure >= each.is_sure]
        if not set(each.actions) <= {action for one in alike for action in one.actions}:
            yield each


_SEVERITIES: Mapping[PartyKind, Severity] = {
    PartyKind.ANYBODY: "security_warning",
    PartyKind.ACCOUNT: "security_warning",
    PartyKind.CANONICAL: "security_warning",
    PartyKind.ORGANIZATION: "warning",
    PartyKind.SERVICE: "warning",
}
CODES: Mapping[PartyKind, str] = {
    PartyKind.ANYBODY: TO_EVERYBODY,
    PartyKind.ACCOUNT: TO_ACCOUNT,
    PartyKind.CANONICAL: TO_ACCOUNT,
    PartyKind.ORGANIZATION: TO_ORGANIZATION,
    PartyKind.SERVICE: TO_SERVICE,
}


def _openings(difference: ResourceDifference) -> Iterator[PlanFinding]:
    """Once for everybody and for each AWS account, as of trust policies; what is public isn't told again of others."""
    row = difference.row
    for each in _new_openings(*difference.exposures):
        if each.among_all:
            continue
        under = "" if each.is_sure else ", under conditions"
        severity = _SEVERITIES[each.party.kind] if each.is_sure else "warning"
        who = _opened_to(each)
        comma = "," if "," in who else ""
        words = f"{who}{comma} gets to the {KINDS[row.kind].word} {row.name} ({levels_words(each.levels)}){under}."
        about = (row.arn, each.party.name, *sorted(each.actions)[:_MOST_ABOUT])
        yield PlanFinding(CODES[each.party.kind], severity, words, about=about, amount=len(each.actions))


def _opened_to(opening: Opening) -> str:
    name = opening.party.name
    return {
        PartyKind.ANYBODY: "Everybody, without signing in" if opening.unsigned else "Everybody with an AWS account",
        PartyKind.ACCOUNT: f"AWS account {name}",
        PartyKind.CANONICAL: f"The canonical user {name}",
        PartyKind.ORGANIZATION: f"Every AWS account of the organization {name}",
        PartyKind.SERVICE: f"{name}, on behalf of any AWS account",
    }[opening.party.kind]
