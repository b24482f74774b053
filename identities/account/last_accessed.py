"""Service last accessed: which services, and which actions of them, users, groups and roles tried to use, and when.
AWS reports on request.

A page starts the reports of the next few and fetches those that the page before started, so that nobody waits for AWS.
AWS keeps a report for a day; what a killed run started is left to that.

"Refine permissions in AWS using last accessed information" (IAM User Guide): tries that were denied count, too; data
appears within four hours; the tracking period is 400 days, less where AWS began to track later. Single actions are
tracked in some services, of these management events only, and never iam:PassRole. IAM API Reference,
"ServiceLastAccessed": the actions are left out where none is tracked, and where none of them was tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from identities.models import IamGroup, IamRole, IamUser, Principal, ServiceLastAccessed
from objects.permissions import iam_nobody
from sync import clock
from sync.aws.errors import AccessDeniedError, NotFound, UnsupportedError
from sync.aws.permission import read
from sync.mirror import AccountRegion, Item, Mirror, NotYet, ParsedItem, Reader, Source, SourcePage
from sync.mirror.hashing import moment
from sync.object_ref import ObjectRef

FACET = "last_accessed"
MODELS: tuple[type[Principal], ...] = (IamUser, IamGroup, IamRole)
_STARTED_PER_PAGE = 20
_DAILY = timedelta(hours=24)
# How often the client is asked in vain, at its own pace, before the run is put off: most reports take a second or two.
_FRUITLESS = 20
_READY = "COMPLETED"  # whatever else AWS says of a report, it tells of no service yet


class LastAccessedMirror(Mirror):
    """All of it is volatile: it has no history."""

    source = FACET
    title = "Service last accessed"
    known = frozenset({"Id", "Name", "Arn", "ServicesLastAccessed"})
    keeps_history = False

    def __init__(self, model: type[Principal]) -> None:
        self.model, self.kind = model, model.kind  # type: ignore[misc]

    def object_id(self, item: Item) -> str:
        return str(item["Id"])

    def see(self, item: Item) -> ParsedItem:
        services = [
            {
                "service": service["ServiceNamespace"],
                "service_name": service.get("ServiceName") or service["ServiceNamespace"],
                "at": moment(service.get("LastAuthenticated")),
                "region": service.get("LastAuthenticatedRegion") or "",
                "tracked_actions": _tracked(service.get("TrackedActionsLastAccessed") or ()),
            }
            for service in item["ServicesLastAccessed"]
        ]
        return ParsedItem(self.object_id(item), item["Name"], item["Arn"], {}, {"services": services})

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        rows = [
            ServiceLastAccessed(aws_account=place.aws_account, kind=self.kind, object_id=seen.object_id, **service)
            for seen in batch
            for service in seen.volatile["services"]
        ]
        ServiceLastAccessed.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["aws_account", "kind", "object_id", "service"],
            update_fields=["service_name", "at", "region", "tracked_actions"],
        )
        kept = [row.pk for row in rows]
        self._of(place, [seen.object_id for seen in batch]).exclude(pk__in=kept).delete()

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        self._of(place, object_ids).delete()

    def _of(self, place: AccountRegion, object_ids: Sequence[str]) -> Any:
        return ServiceLastAccessed.objects.filter(
            aws_account=place.aws_account, kind=self.kind, object_id__in=object_ids
        )

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """Polls at the paced client's rate; raises NotYet when it takes long, UnsupportedError when AWS fails."""
        try:
            job_id = start(client, ref.arn)
            for _ in range(_FRUITLESS):
                answer = fetch(client, job_id)
                if answer.get("JobStatus") == "FAILED":
                    raise UnsupportedError(_why(answer), operation="iam:GetServiceLastAccessedDetails")
                if answer.get("JobStatus") == _READY:
                    return item_of(ref.object_id, ref.name, ref.arn, answer)
        except NotFound:
            return None
        raise NotYet


def start(client: Reader, arn: str) -> str:
    answer = client.call("iam", "GenerateServiceLastAccessedDetails", Arn=arn, Granularity="ACTION_LEVEL")
    return str(answer["JobId"])


def _tracked(actions: Iterable[Item]) -> list[list[str | None]]:
    """As ServiceLastAccessed.tracked_actions has them."""
    found = []
    for each in actions:
        at = moment(each.get("LastAccessedTime"))
        name = str(each.get("ActionName") or "").rpartition(":")[2]
        found.append([name, at.isoformat() if at else None, each.get("LastAccessedRegion") or ""])
    return sorted((each for each in found if each[0]), key=lambda each: str(each[0]))


def fetch(client: Reader, job_id: str) -> Item:
    """The whole report, or that it isn't ready."""
    pages = [page.items for page in client.pages("iam", "GetServiceLastAccessedDetails", JobId=job_id)]
    services = [service for page in pages for service in page.get("ServicesLastAccessed") or ()]
    return {**pages[0], "ServicesLastAccessed": services}


def item_of(object_id: str, name: str, arn: str, answer: Item) -> Item:
    """Without the dates of the job itself: they change each time."""
    return {"Id": object_id, "Name": name, "Arn": arn, "ServicesLastAccessed": answer["ServicesLastAccessed"]}


Started = dict[str, list[str]]  # job id → kind, unique id, name, ARN


@dataclass
class _Position:
    """Where a run is: the kind and primary key after which to start more reports, and those that were started."""

    kind: int = 0
    after: int = 0
    started: Started = field(default_factory=dict)

    @classmethod
    def of(cls, marker: str | None) -> _Position:
        return cls(**json.loads(marker)) if marker else cls()

    @property
    def marker(self) -> str | None:
        """None when nothing is left to do."""
        return json.dumps(vars(self)) if self.started or self.kind < len(MODELS) else None

    def due(self, place: AccountRegion) -> list[Principal]:
        """The next ones to start reports about; moves on behind them."""
        rows = place.of(MODELS[self.kind].objects.live()).filter(pk__gt=self.after).order_by("pk")
        found = list(rows[:_STARTED_PER_PAGE])
        if len(found) == _STARTED_PER_PAGE:
            self.after = found[-1].pk
        else:
            self.kind, self.after = self.kind + 1, 0
        return found


class LastAccessed(Source):
    name = "iam.last_accessed"
    title = "Service last accessed"
    facet = FACET
    kinds = tuple(model.kind for model in MODELS)
    permissions = (
        read(
            "iam:GenerateServiceLastAccessedDetails",
            "Ask AWS which services and actions each user and role used last.",
            Arn=iam_nobody("role"),
        ),
        read(
            "iam:GetServiceLastAccessedDetails",
            "Show which services and actions each user and role used last.",
            JobId="00000000-0000-0000-0000-000000000000",
        ),
    )
    every = _DAILY
    after = ("iam.details",)
    sweeps = False

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        return sum(place.of(model.objects.live()).count() for model in MODELS)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        at = _Position.of(marker)
        is_first, in_vain = marker is None, 0
        while is_first or at.marker:
            requested_at = clock.now()
            page = _Page(client)
            waiting = page.fetch(at.started)
            if at.kind < len(MODELS):
                waiting |= page.start(at.due(place), all_or_none=is_first)
            elif waiting and len(waiting) == len(at.started):
                in_vain += len(waiting)
                if in_vain >= _FRUITLESS:
                    raise NotYet
                continue
            at.started, is_first = waiting, False
            yield SourcePage(page.items, at.marker, requested_at, page.denied, page.unsupported)


class _Page:
    """What one page learns."""

    def __init__(self, client: Reader) -> None:
        self._client = client
        self.items: dict[str, list[Item]] = {}
        self.denied: dict[str, dict[str, str]] = {}
        self.unsupported: dict[str, dict[str, str]] = {}

    def fetch(self, started: Mapping[str, list[str]]) -> Started:
        """Takes the reports that are ready; returns those that are not. One that AWS knows no more is left out."""
        waiting: Started = {}
        for job_id, (kind, object_id, name, arn) in started.items():
            try:
                answer = fetch(self._client, job_id)
            except NotFound:
                continue
            if answer.get("JobStatus") == _READY:
                self.items.setdefault(kind, []).append(item_of(object_id, name, arn, answer))
            elif answer.get("JobStatus") == "FAILED":
                self.unsupported.setdefault(kind, {})[object_id] = _why(answer)
            else:
                waiting[job_id] = [kind, object_id, name, arn]
        return waiting

    def start(self, rows: Sequence[Principal], *, all_or_none: bool) -> Started:
        """`all_or_none`: when the first one is denied, all are taken to be, and AccessDeniedError goes on."""
        begun: Started = {}
        for row in rows:
            try:
                job_id = start(self._client, row.arn)
            except NotFound:
                continue  # gone meanwhile: its details will tell
            except AccessDeniedError as error:
                if all_or_none and not begun:
                    raise
                self.denied.setdefault(row.kind, {})[row.aws_id] = error.sentence()
            else:
                begun[job_id] = [row.kind, row.aws_id, row.name, row.arn]
        return begun


def _why(answer: Item) -> str:
    error = answer.get("Error") or {}
    said = " ".join(part for part in (error.get("Code"), error.get("Message")) if part)
    return f"AWS could not make the report: {said or 'it gave no reason'}."


MIRRORS = tuple(LastAccessedMirror(model) for model in MODELS)
