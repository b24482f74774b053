"""Containments that were begun by one click: each in its AWS account, told as far as its reader may see that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.models import AwsAccount, Operator
from accounts.roles import APPROVE, CONTAIN
from contain.models import Containment
from sync.models import Change, Step


@dataclass(frozen=True)
class Together:
    """`seen`: those that the reader may open. `unseen`: whether there are others."""

    seen: Sequence[Containment]
    unseen: bool

    @property
    def are_moving(self) -> bool:
        return any(each.change.state in Change.MOVING for each in self.seen)


def begun_together(containment: Containment) -> list[Containment]:
    """The others, in the order in which they were begun."""
    first = containment.together_id or containment.pk
    rows = Containment.objects.filter(Q(pk=first) | Q(together=first)).exclude(pk=containment.pk)
    return list(rows.select_related("aws_account", "change").order_by("pk"))


def told_together(containment: Containment, operator: Operator) -> Together:
    rows = begun_together(containment)
    may = _accounts(operator) if rows else frozenset()
    seen = [each for each in rows if each.aws_account.account_id in may]
    return Together(seen, len(seen) < len(rows))


def kept_together(containment: Containment) -> list[dict[str, Any]]:
    """For a report: all of it, whoever makes it. Ids and no names: a user may be called like a person."""
    return [
        {
            "aws_account": each.aws_account.account_id,
            "kind": each.slug,
            "who": each.object_id,
            "change": each.change_id,
            "state": each.change.state,
            "digest": each.change.digest,
            "done": each.change.steps.filter(state__in=Step.FINISHED).count(),
            "steps": each.change.steps.count(),
        }
        for each in begun_together(containment)
    ]


def told_of_report(kept: Iterable[Mapping[str, Any]], operator: Operator) -> tuple[list[Mapping[str, Any]], bool]:
    """What the reader may see of what a report keeps, and whether there is more."""
    rows = list(kept)
    may = _accounts(operator) if rows else frozenset()
    seen = [each for each in rows if each["aws_account"] in may]
    return seen, len(seen) < len(rows)


def _accounts(operator: Operator) -> frozenset[str]:
    """Where the operator may open pages of containments."""
    found = (AwsAccount.objects.visible_to(operator, each) for each in (CONTAIN, APPROVE))
    return frozenset(account_id for rows in found for account_id in rows.values_list("account_id", flat=True))
