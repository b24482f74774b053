"""Who may assume roles, and couldn't before, or no longer: by the difference of trust policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from access.plans import items
from access.plans.holdings import PrincipalHoldings
from aws_constraints.arn import account_in
from policies.engine.diff.report import policy_diff
from policies.engine.document import load
from sync.checks import PlanFinding, Severity

_PARTS = {"gained": "gained", "lost": "lost", "undecided": "perhaps"}


def trust_effects(
    before: PrincipalHoldings, after: PrincipalHoldings, account_id: str
) -> tuple[list[dict[str, Any]], list[PlanFinding]]:
    """Of each role `{role, aws_id}` and lists as `items.kept_items` has them; and what is grave in them."""
    listed: list[dict[str, Any]] = []
    findings: list[PlanFinding] = []
    for arn in sorted({*before.owners, *after.owners}):
        was, now = (each.owners[arn].trust if arn in each.owners else "" for each in (before, after))
        if was == now:  # of users and groups both are empty
            continue
        found = policy_diff(load(was) or {}, load(now) or {})
        described = {name: items.kept_items(found[part]) for part, name in _PARTS.items() if found[part]}
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
