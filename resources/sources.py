"""One source for each kind of the table: its list, and every resource of it read by itself, within the budget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from time import monotonic

from accounts.models import AwsAccount
from resources import budget, reads
from resources.mirrors import ResourceMirror
from resources.permissions import needed
from resources.reading import is_on
from resources.table import KINDS, SERVICES
from resources.table.entry import Asker, Listed, ListedPage, ResourceKind
from sync import clock, mirror
from sync.aws.permission import Permission
from sync.mirror import AccountRegion, HeldBack, Reader, Source, SourcePage
from sync.mirror.base import DETAILS

# So few that a page takes seconds at the pace of the client, and a run that was killed repeats little; where AWS is
# slow the page ends early, so that others in the queue get their turn.
_PER_PAGE, _LONGEST_PAGE_S = 10, 20.0
_SLOWLY = timedelta(hours=4)


class ResourceSource(Source):
    """Lists the resources of a kind, and reads each. The marker: where AWS's page begins, and who was read last in it.

    A resource that is deleted between list and reading is left out, and so counts as gone. One of which a part is
    denied is read all the same (`reads.read`), and the log names it.
    """

    facet = DETAILS
    every = _SLOWLY

    def __init__(self, of: ResourceKind) -> None:
        self.of = of
        self.name, self.title, self.kinds = of.source, of.title, (of.kind,)
        self.regional = of.regional

    @property
    def permissions(self) -> Sequence[Permission]:
        return [needed(need) for need in self.of.needs]

    def places(self, aws_account: AwsAccount, enabled: Sequence[str]) -> Sequence[str]:
        return [
            region for region in (enabled if self.regional else [""]) if is_on(aws_account, self.of.service, region)
        ]

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        begin, last = json.loads(marker) if marker else (None, "")
        ask = reads.asker(client, self.of, place.region)
        for page in self.of.lists(ask, begin):
            yield from self._read(ask, page, last, place)
            last = ""

    def _read(self, ask: Asker, page: ListedPage, last: str, place: AccountRegion) -> Iterator[SourcePage]:
        """Some at a time. Where the one that was read last is no longer there, the page begins anew."""
        due = list(page.resources)
        names = [each.object_id for each in due]
        due = due[names.index(last) + 1 :] if last in names else due
        while True:
            if budget.is_spent(place.aws_account):
                raise HeldBack("The budget of calls for resources is spent for now.")
            requested_at, until = clock.now(), monotonic() + _LONGEST_PAGE_S
            now: list[Listed] = []
            items = []
            while due and len(now) < _PER_PAGE and monotonic() < until:
                now.append(due.pop(0))
                item = reads.read(self.of, ask, now[-1])
                items += [item] if item else []
            budget.spend(place.aws_account, ask.count.taken())
            items = reads.with_held(self.of, place.aws_account, place.region, items)
            marker = self._marker(page, now[-1] if now else None, more=bool(due))
            yield SourcePage({self.of.kind: items}, marker, requested_at, remarks=list(_remarks(items)))
            if not due:
                return

    @staticmethod
    def _marker(page: ListedPage, read: Listed | None, *, more: bool) -> str | None:
        if more and read:
            return json.dumps([page.marker, read.object_id])
        return json.dumps([page.following, ""]) if page.following else None


def _remarks(items: Sequence[mirror.Item]) -> Iterator[str]:
    for item in items:
        for part, problem in item["NotRead"].items():
            yield f"Not read: {part.replace('_', ' ')} of {item['Arn'] or item['Name']}. {problem['why']}"


MIRRORS = {kind.kind: ResourceMirror(kind) for kind in KINDS.values()}
SOURCES = {kind.kind: ResourceSource(kind) for service in SERVICES.values() for kind in service.kinds}


def register() -> None:
    mirror.register(*MIRRORS.values())
    for source in SOURCES.values():
        mirror.register_source(source)
