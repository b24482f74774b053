"""A source for what only some pools can have, by their plan: the others cost no call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from cognito.models import UserPool
from sync.mirror import AccountRegion, EachObject, Mirror, Reader, SourcePage
from sync.models import Facet, MirroredRow

_NO_MORE = "The user pool can’t have this any more, by its plan and settings: AWS wasn’t asked."


class ConditionalSource(EachObject):
    """Asks about each object in the pools of which `has` is true, told `UserPool.described`.

    What was held of one that is in another pool by now is *not read*: nobody looks at it any more.
    """

    def __init__(
        self,
        name: str,
        title: str,
        mirror: Mirror,
        *,
        after: Sequence[str],
        every: timedelta | None,
        has: Callable[[Mapping[str, Any]], bool],
        optional: bool = False,
    ) -> None:
        super().__init__(name, title, mirror, after=after, every=every, regional=True, optional=optional)
        self._has = has
        self._of_pool = "pk__in" if mirror.model is UserPool else "pool__in"

    def rows(self, place: AccountRegion) -> QuerySet[MirroredRow]:
        return super().rows(place).filter(**{self._of_pool: self._pools(place)})

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        for page in super().pages(client, marker, place):
            yield page if page.marker else self._with_lapsed(page, place)

    def _pools(self, place: AccountRegion) -> list[int]:
        return [pool.pk for pool in place.of(UserPool.objects.live()) if self._has(pool.described)]

    def _with_lapsed(self, page: SourcePage, place: AccountRegion) -> SourcePage:
        kind = self._mirror.kind
        others = super().rows(place).exclude(**{self._of_pool: self._pools(place)})
        held = Facet.objects.filter(
            aws_account=place.aws_account,
            region=place.region,
            kind=kind,
            source=self.facet,
            coverage=Facet.Coverage.READ,
            gone_at__isnull=True,
            object_id__in=others.values("aws_id"),
        )
        lapsed = dict.fromkeys(held.values_list("object_id", flat=True), _NO_MORE)
        return replace(page, unsupported={kind: {**page.unsupported.get(kind, {}), **lapsed}})
