"""Who decides which grants: dealt out when a review begins, and again when a reviewer has left.

Nobody decides their own access, nor that of a group that they are in. All grants of one holder go to one reviewer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from reviews.grants import GrantSource
from reviews.models import ReviewedGrant

Moved = ReviewedGrant.Moved


@dataclass(frozen=True)
class GrantPlace:
    """Which grant somebody is looked for: of whom, of which kind, where. `owner`: what a tag of the holder says."""

    source: GrantSource
    aws_account: AwsAccount
    holder_id: str
    owner: str = ""


@dataclass(frozen=True)
class Assigned:
    """`reviewer`: None where nobody may decide it."""

    reviewer: Operator | None
    moved: str = ""


@dataclass
class OwnAccess:
    """Whose grants are whose: looked up once for each AWS account and kind of grants."""

    operators: Sequence[Operator]
    _known: dict[tuple[int, str], Mapping[int, Collection[str]]] = field(default_factory=dict)

    def is_own(self, operator: Operator, place: GrantPlace) -> bool:
        about = (place.aws_account.pk, place.source.name)
        if about not in self._known:
            self._known[about] = place.source.own(place.aws_account, self.operators)
        return place.holder_id in self._known[about].get(operator.pk, ())


@dataclass
class Dealing:
    """Deals grants out among `picked`, as evenly as holders can be; else to `fallbacks`, in their order.

    `tagged`: operators by e-mail, who come first where a tag of the holder names them.
    """

    picked: Sequence[Operator]
    fallbacks: Sequence[Operator]
    tagged: Mapping[str, Operator] = field(default_factory=dict)
    _load: Counter[int] = field(default_factory=Counter)
    _given: dict[tuple[int, str, str], Operator] = field(default_factory=dict)
    _may: dict[tuple[int, str, int], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        everybody = {each.pk: each for each in (*self.picked, *self.fallbacks, *self.tagged.values())}
        self.own = OwnAccess(list(everybody.values()))

    def deal(self, places: Iterable[GrantPlace]) -> list[Assigned]:
        return [self._assigned(place) for place in places]

    def _assigned(self, place: GrantPlace) -> Assigned:
        owner = self.tagged.get(place.owner.casefold()) if place.owner else None
        if owner is not None and self._may_review(owner, place) and not self.own.is_own(owner, place):
            return self._to(owner, place)
        able = [each for each in self.picked if self._may_review(each, place)]
        others = [each for each in able if not self.own.is_own(each, place)]
        moved = Moved.OWN_ACCESS.value if len(others) < len(able) else ""
        if others:
            known = self._given.get((place.aws_account.pk, place.source.name, place.holder_id))
            chosen = known if known in others else min(others, key=lambda each: self._load[each.pk])
            assert chosen is not None  # noqa: S101  one of `others`
            self._given[place.aws_account.pk, place.source.name, place.holder_id] = chosen
            return self._to(chosen, place, moved)
        for each in self.fallbacks:
            if self._may_review(each, place) and not self.own.is_own(each, place):
                return self._to(each, place, moved)
        return Assigned(None, moved or (Moved.OWN_ACCESS.value if self.fallbacks else ""))

    def _to(self, operator: Operator, place: GrantPlace, moved: str = "") -> Assigned:
        self._load[operator.pk] += 1
        return Assigned(operator, moved)

    def _may_review(self, operator: Operator, place: GrantPlace) -> bool:
        about = (operator.pk, place.source.name, place.aws_account.pk)
        if about not in self._may:
            self._may[about] = place.source.may_review(operator, place.aws_account)
        return self._may[about]


def managers(aws_accounts: Sequence[AwsAccount], first: Operator) -> list[Operator]:
    """Who own all of them, `first` before the others."""
    found = [each for each in Operator.objects.filter(is_active=True).order_by("pk") if _owns(each, aws_accounts)]
    return sorted(found, key=lambda each: each.pk != first.pk)


def _owns(operator: Operator, aws_accounts: Sequence[AwsAccount]) -> bool:
    owned = set(AwsAccount.objects.visible_to(operator, ADMINISTER).values_list("pk", flat=True))
    return owned.issuperset(each.pk for each in aws_accounts)
