"""The check that measures what access a plan changes, and tells whether that has got worse since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from access.plans import comparing
from access.plans.effects import GIVING, Administrators, AffectedPrincipals, effects, identified, kept_effects
from access.plans.holdings import PrincipalHoldings
from access.plans.reading import PlannedHoldings, read_planned_holdings
from access.plans.resource_notes import with_notes
from accounts.models import AwsAccount
from aws_constraints.arn import account_in, name_of
from iamconsole.web.words import counted, some
from policies.engine.diff.report import policy_diff
from policies.engine.document import load
from policies.holdings import AccessFact, ExistenceChange, TagChange
from sync.checks import Measurement, PlanCheck, PlanFinding, Severity
from sync.operations import AccessChange, PlannedStep

NAME = "access"
_NOBODY: Mapping[str, Any] = {"effects": [], "trusts": []}


class AccessCheck(PlanCheck):
    name = NAME

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """As `measured` gives it."""
        planned = read_planned_holdings(aws_account, steps, undoing)
        return measured(aws_account, planned) if planned else None

    def worsened(self, before: Any, now: Any) -> str:
        """Worse is: somebody gains, or perhaps gains, what the approved measure didn't say of that very person.

        Facts are those of the plan itself, which was approved.
        """
        approved = before or _NOBODY
        change = [
            *_more_for_people(approved["effects"], now["effects"]),
            *_more_trusted(approved["trusts"], now["trusts"]),
        ]
        return " ".join(change)

    def counts(self, kept: Any) -> Mapping[str, int]:
        """Of users and roles. One may gain this and lose that."""
        found = kept["effects"]
        return {
            "gain access": sum(each["count"] for each in found if any(kind in each for kind in GIVING)),
            "lose access": sum(each["count"] for each in found if "lost" in each),
            "become administrators": sum(each["count"] for each in found if each["administrators"]),
        }


def measured(aws_account: AwsAccount, planned: PlannedHoldings) -> Measurement:
    """`{effects, trusts, facts}`, as `kept_effects`, `trust_effects` and `kept_facts` give them."""
    before, after = planned.before, planned.after
    tags = {change.key for change in (*planned.changes, *planned.undone) if isinstance(change, TagChange)}
    differing = effects(before, after, Administrators(aws_account.account_id), tags)
    concerned = with_notes(aws_account, differing, after)
    opened, grave = trust_effects(before, after, aws_account.account_id)
    findings = [*_new_administrators(concerned), *grave]
    listed = kept_facts(planned.changes, after, before)
    kept = {"effects": kept_effects(concerned, before, after), "trusts": opened, "facts": listed}
    return Measurement(kept, findings)


def _new_administrators(concerned: Sequence[AffectedPrincipals]) -> Iterator[PlanFinding]:
    arns = sorted(arn for each in concerned if each.administrators for arn in each.arns)
    if arns:
        names = some([name_of(arn) for arn in arns], len(arns))
        becomes = "becomes an administrator" if len(arns) == 1 else "become administrators"
        words = f"{names} {becomes} of this AWS account."
        yield PlanFinding("MAKES_ADMINISTRATOR", "security_warning", words, about=tuple(arns))


# ---- Worse ---------------------------------------------------------------------------------------------------
def _more_for_people(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    approved = {who: effect for effect in before for who in effect["ids"]}
    for effect in now:
        known = {who: _is_within(approved.get(who), effect) for who in effect["ids"]}
        more = [who for who, is_within in known.items() if not is_within]
        if more:
            names = [name_of(arn) for arn, _ in effect["who"] if identified(arn) in more]
            who = some(names, len(more)) if names else counted(len(more), "principal")
            yield f"{who} would gain access that the plan did not show."


def _more_trusted(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    approved = {each["role"]: each for each in before}
    for each in now:
        if not _is_within(approved.get(each["role"]), each):
            yield f"More may assume {name_of(each['role'])} than the plan showed."


def _is_within(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    if now.get("administrators") and not (before and before.get("administrators")):
        return False
    if set(now.get("why", ())) - set(before.get("why", ()) if before else ()):
        return False
    for kind in GIVING:
        if kind in now and not (before and kind in before and comparing.covers(before[kind], now[kind])):
            return False
    return True


# ---- Facts that no policy says: credentials, identity providers, instance profiles. Listed, not counted ------
_GONE = {"gives": False, "words": "Is deleted, with all that it could sign in with"}


def kept_facts(access_changes: Sequence[AccessChange], *holdings: PrincipalHoldings) -> list[dict[str, Any]]:
    """`{who, aws_id, lines: [{gives, words}]}` of each whom it is about, in the order of the plan."""
    described: dict[str, list[dict[str, Any]]] = {}
    deleted = {each.arn for each in access_changes if isinstance(each, ExistenceChange) and not each.now}
    for each in access_changes:
        if isinstance(each, AccessFact):
            line = {"gives": each.now, "words": each.words} if each.arn not in deleted else _GONE
            lines = described.setdefault(each.arn, [])
            if line not in lines:
                lines.append(line)
    return [{"who": arn, "aws_id": _id_of(arn, holdings), "lines": lines} for arn, lines in described.items()]


def _id_of(arn: str, holdings: Sequence[PrincipalHoldings]) -> str:
    return next((each.owners[arn].aws_id for each in holdings if arn in each.owners), "")


# ---- Who may assume roles, and couldn’t before, or no longer: by the difference of trust policies ------------
_PARTS = {"gained": "gained", "lost": "lost", "undecided": "perhaps"}


def trust_effects(
    before: PrincipalHoldings, after: PrincipalHoldings, account_id: str
) -> tuple[list[dict[str, Any]], list[PlanFinding]]:
    """Of each role `{role, aws_id}` and lists as `kept_items` has them; and what is grave in them."""
    listed: list[dict[str, Any]] = []
    findings: list[PlanFinding] = []
    for arn in sorted({*before.owners, *after.owners}):
        was, now = (each.owners[arn].trust if arn in each.owners else "" for each in (before, after))
        if was == now:  # of users and groups both are empty
            continue
        found = policy_diff(load(was) or {}, load(now) or {})
        described = {name: comparing.kept_items(found[part]) for part, name in _PARTS.items() if found[part]}
        if described:
            listed.append({"role": arn, "aws_id": (after.owners.get(arn) or before.owners[arn]).aws_id, **described})
        findings += _grave(arn, found, account_id)
    return listed, findings


def _grave(role: str, found: Mapping[str, Any], account_id: str) -> Iterator[PlanFinding]:
    """Once for everybody and for each AWS account: what is open without conditions counts."""
    name = role.rpartition("/")[2]
    opened: dict[str, bool] = {}  # to whom, and whether under conditions only
    for item in found["gained"]:
        for who in _strangers(item, account_id):
            opened[who] = bool(item["conditions"]) and opened.get(who, True)
    for who, conditioned in sorted(opened.items()):
        under = ", under conditions" if conditioned else ""
        severity: Severity = "warning" if conditioned else "security_warning"
        if who == "*":
            words = f"Anyone in any AWS account may assume {name}{under}."
            yield PlanFinding("OPENS_ROLE_TO_EVERYBODY", severity, words, about=(role,))
        else:
            words = f"AWS account {who} may assume {name}{under}."
            yield PlanFinding("OPENS_ROLE_TO_ACCOUNT", severity, words, about=(role, who))


def _strangers(item: Mapping[str, Any], account_id: str) -> Iterator[str]:
    if "not_principals" in item:
        yield "*"
    for value in item.get("principals", {}).get("AWS", ()):
        account = value if value.isdecimal() else account_in(value)
        if value == "*" or (account and account != account_id):
            yield account or "*"
