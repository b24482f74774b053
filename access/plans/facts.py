"""Facts of a plan that no policy says: credentials, identity providers, instance profiles. Listed, not counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from access.plans.holdings import PrincipalHoldings
from policies.holdings import AccessFact, ExistenceChange
from sync.operations import AccessChange

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
    return [{"who": arn, "aws_id": _aws_id(arn, holdings), "lines": lines} for arn, lines in described.items()]


def _aws_id(arn: str, holdings: Sequence[PrincipalHoldings]) -> str:
    return next((each.owners[arn].aws_id for each in holdings if arn in each.owners), "")
