"""Which objects an event is about: apps register how the events of a service name them.

An event that names none, or one that no mirror has, has nothing read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from sync import mirror
from sync.activity.records import TrailRecord
from sync.mirror.base import DETAILS


@dataclass(frozen=True)
class EventSubject:
    """An object by AWS's immutable id, as far as the event or the mirror says it. `region`: "" of global kinds.

    `name`, `arn`: how AWS is asked about one that the mirror doesn't have. With a `source` alone: all that it shows.
    """

    kind: str = ""
    object_id: str = ""
    region: str = ""
    name: str = ""
    arn: str = ""
    source: str = ""


SubjectReader = Callable[[AwsAccount, TrailRecord], Iterable[EventSubject]]
_readers: dict[str, SubjectReader] = {}


def register_subjects(service: str, reader: SubjectReader) -> None:
    """`service`: as events name it, "iam.amazonaws.com". To be called in `AppConfig.ready()`."""
    _readers[service] = reader


def is_followed(record: TrailRecord) -> bool:
    """Whether it may have changed something that is mirrored: not what only read, nor what failed."""
    return record.service in _readers and not record.error and not record.reads


def subjects_of(aws_account: AwsAccount, record: TrailRecord) -> Sequence[EventSubject]:
    if not is_followed(record):
        return ()
    found = _readers[record.service](aws_account, record)
    return tuple(dict.fromkeys(each for each in found if each.object_id or each.source))


# ---- For readers -----------------------------------------------------------------------------------------------------
def held(aws_account: AwsAccount, kind: str, **known: Any) -> list[EventSubject]:
    """The live objects of the mirror of which that is so, by columns of their rows; those whose name is known by
    `name`, as AWS compares names: without case. Nothing where a value is empty.
    """
    about = mirror.registry.get((kind, DETAILS))
    if about is None or not all(known.values()):
        return []
    columns = {("name_key" if column == "name" else column): value for column, value in known.items()}
    if "name" in known:
        columns["name_key"] = str(known["name"]).casefold()
    rows = about.model.objects.live().filter(aws_account=aws_account, **columns).order_by("pk")[:_MOST]
    return [EventSubject(kind, row.aws_id, row.region) for row in rows]


def inner(said: Mapping[str, Any], *way: str) -> str:
    """The text at the end of that way; "" where there is none."""
    here: Any = said
    for name in way:
        here = here.get(name) if isinstance(here, Mapping) else None
    return here if isinstance(here, str) else ""


_MOST = 10
