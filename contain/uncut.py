"""What a cut leaves alone, as it is kept, and as one operator may read it.

All of it is kept, whoever begins: what names a role of another AWS account says which one that is. Who reads it is told
of the AWS accounts that they may see; of all others together that there is something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import CONTAIN
from contain.pieces import Uncut
from iamconsole.web.words import counted

SHOWN_ELSEWHERE = 30  # roles
UNSEEN = Uncut(
    "Roles in an AWS account that you can’t see",
    "They may take on roles there. Their sessions go on until they end: twelve hours at most.",
    "triangle-alert",
)
_MAY_NOT = "You may not contain anybody there: tell its owners. Its sessions last twelve hours at most."


def told(found: Iterable[Uncut], operator: Operator, may_see: Callable[[str], bool]) -> list[Uncut]:
    """`may_see`: what the operator is told of other AWS accounts, by their ids."""
    rows = list(found)
    elsewhere = [each for each in rows if each.account_id]
    seen = [each for each in elsewhere if may_see(each.account_id)]
    may = AwsAccount.objects.visible_to(operator, CONTAIN) if seen else AwsAccount.objects.none()
    contained = set(may.values_list("account_id", flat=True)) if seen else set()
    said = [_linked(each, each.account_id in contained) for each in seen[:SHOWN_ELSEWHERE]]
    if (more := len(seen) - SHOWN_ELSEWHERE) > 0:
        said.append(Uncut("More roles in other AWS accounts", f"{counted(more, 'role')}.", "triangle-alert"))
    if len(seen) < len(elsewhere):
        said.append(UNSEEN)
    return [*said, *(each for each in rows if not each.account_id)]


def _linked(role: Uncut, may_contain: bool) -> Uncut:
    if not may_contain:
        return replace(role, words=_MAY_NOT)
    named = {"account_id": role.account_id, "aws_id": role.role_id}
    return replace(role, url=reverse("role_contain", kwargs=named))


def as_json(found: Iterable[Uncut]) -> list[dict[str, str]]:
    """To be kept; links are made when it is read."""
    kept = ("title", "words", "icon", "account_id", "role_id")
    return [{name: value for name in kept if (value := getattr(each, name))} for each in found]


def from_json(rows: Sequence[Mapping[str, Any]]) -> list[Uncut]:
    return [Uncut(**each) for each in rows]
