"""A source with one call for each object: it asks AWS about every object that the mirror has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from django.db.models import QuerySet

from sync import clock
from sync.aws.errors import AccessDeniedError, InvalidRequestError, MalformedAnswerError, UnsupportedError
from sync.mirror.base import AccountRegion, Item, Mirror, Reader, Source, SourcePage
from sync.mirror.checked_answers import NameReused, raising_malformed, read_confirmed
from sync.mirror.facets import known_facets
from sync.models import MirroredRow, SourceState
from sync.object_ref import ObjectRef

Read = Callable[[ObjectRef], Item | None]

# So few that a page takes seconds at the pace of the client, and a run that was killed repeats little; where AWS is
# slow the page ends early, so that the run is heard of and others in the queue get their turn.
_PER_PAGE, _LONGEST_PAGE_S = 10, 20.0
_REPLACED = "Left out: {name} is somebody else by now. The next pull has both."


@dataclass
class OneByOne:
    """What AWS says of objects that it is asked about one by one. One that is not there is in none of it."""

    read: Read
    items: list[Item] = field(default_factory=list)
    denied: dict[str, str] = field(default_factory=dict)  # why not, by what `ask` was told to call it
    unsupported: dict[str, str] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)  # names that somebody else has by now
    first_denial: AccessDeniedError | None = None

    def ask(self, called: str, ref: ObjectRef) -> None:
        """Raises AwsError, unless it is about this one object."""
        try:
            with raising_malformed():
                item = self.read(ref)
        except NameReused:
            self.replaced.append(ref.name)
        except AccessDeniedError as error:
            self.denied[called] = error.sentence()
            self.first_denial = self.first_denial or error
        except (MalformedAnswerError, InvalidRequestError, UnsupportedError) as error:
            self.unsupported[called] = error.sentence()
        else:
            self.items += [item] if item is not None else []

    def raise_if_all_denied(self) -> None:
        if self.first_denial and not self.items and not self.unsupported:
            raise self.first_denial


class EachObject(Source):
    """Asks about every live object of a kind by `Mirror.read_one`. It can go on after any of its pages.

    An object that is gone meanwhile is left out: the source of its details says so. The facet of one that AWS denies is
    *not read*; where AWS denies all of the first page, the others count as denied, too, and the run fails, unless the
    source is `optional`. Nothing is taken of an object whose name is another's by now; the log names it.
    """

    sweeps = False  # a facet ends with its object

    def __init__(
        self,
        name: str,
        title: str,
        mirror: Mirror,
        *,
        after: str | Sequence[str],
        every: timedelta | None = None,
        regional: bool = False,
        optional: bool = False,
    ) -> None:
        self.name, self.title, self.facet, self.kinds = name, title, mirror.source, (mirror.kind,)
        self.after = (after,) if isinstance(after, str) else tuple(after)
        self.every, self.regional = every, regional
        self._mirror, self._optional = mirror, optional

    def rows(self, place: AccountRegion) -> QuerySet[MirroredRow]:
        """What it asks about."""
        return place.of(self._mirror.model.objects.live())

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        return self.rows(place).count()

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        last = int(marker or 0)
        read = self._read(client, place)
        while True:
            due = list(self.rows(place).filter(pk__gt=last).order_by("pk")[: _PER_PAGE + 1])
            page = self._page(read, due, is_first=not last)
            yield page
            if page.marker is None:
                return
            last = int(page.marker)

    def _read(self, client: Reader, place: AccountRegion) -> Read:
        """Confirms whose an answer is that brings something new: but for the first pull, which would take twice as long
        and has nothing yet that a wrong one could replace.
        """
        complete = SourceState.objects.filter(
            aws_account=place.aws_account, region=place.region, source=self.name, done__isnull=False
        )
        is_first = not complete.exists()

        def read(ref: ObjectRef) -> Item | None:
            known = known_facets(place, self._mirror, [ref.object_id]).get(ref.object_id)
            if known is None and is_first:
                return self._mirror.read_one(client, ref)
            return read_confirmed(client, self._mirror, ref, known)

        return read

    def _page(self, read: Read, due: Sequence[MirroredRow], *, is_first: bool) -> SourcePage:
        requested_at, until = clock.now(), monotonic() + _LONGEST_PAGE_S
        answers = OneByOne(read)
        requests = 0
        while requests < min(len(due), _PER_PAGE) and monotonic() < until:
            row = due[requests]
            requests += 1
            answers.ask(row.aws_id, self._mirror.ref(row))
        if is_first and not self._optional:
            answers.raise_if_all_denied()
        kind = self._mirror.kind
        marker = str(due[requests - 1].pk) if requests < len(due) else None
        remarks = [_REPLACED.format(name=name) for name in answers.replaced]
        return SourcePage(
            {kind: answers.items}, marker, requested_at, {kind: answers.denied}, {kind: answers.unsupported}, remarks
        )
