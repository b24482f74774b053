"""One resource as AWS tells of it, part by part, in the shape that its mirror takes.

A part that AWS denies or garbles is *not read*, and so says why; what was held of it stays, as old as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import AwsAccount
from resources.models import Resource
from resources.table.entry import Asker, AwsPlace, Listed, Part, ResourceKind
from sync.aws.errors import (
    AccessDeniedError,
    InvalidRequestError,
    MalformedAnswerError,
    NotFound,
    UnsupportedError,
)
from sync.mirror import Item, Reader
from sync.mirror.base import DETAILS
from sync.models import Facet
from sync.object_ref import ObjectRef

# Errors about one part of one resource: the others are read all the same.
_ABOUT_A_PART = (AccessDeniedError, InvalidRequestError, MalformedAnswerError, UnsupportedError)


def place_of(aws_account: AwsAccount, region: str) -> AwsPlace:
    return AwsPlace(aws_account.partition, aws_account.account_id, region)


def asker(client: Reader, kind: ResourceKind, region: str) -> Asker:
    return Asker(client, kind.client, place_of(client.aws_account, region))


def read(kind: ResourceKind, ask: Asker, listed: Listed) -> Item | None:
    """All parts of it; None where it is gone. Raises AwsError, but for what is about one part only."""
    item: Item = {
        "Id": listed.object_id,
        "Arn": listed.arn,
        "Name": listed.name,
        "Region": listed.region,
        "Facts": dict(listed.facts),
        "Parts": {},
        "NotRead": {},
    }
    there = ask.at(listed.region)
    for part in kind.parts:
        try:
            item["Parts"][part.name] = told(part, part.get(there, listed), listed)
        except NotFound:
            return None
        except _ABOUT_A_PART as error:
            item["NotRead"][part.name] = {"why": error.sentence(), "statement": error.statement(), "held_at": None}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            problem = MalformedAnswerError(operation=f"{kind.client}: {part.title.lower()}")
            problem.__cause__ = error
            item["NotRead"][part.name] = {"why": problem.sentence(), "statement": None, "held_at": None}
    return item


def told(part: Part, value: Any, listed: Listed) -> Any:
    """Of a policy its texts by the ARNs on which they stand, none for none; else what AWS told. Raises TypeError."""
    if not part.is_policy:
        return value
    texts = value if isinstance(value, Mapping) else {listed.arn: value}
    return {arn: _text(text) for arn, text in texts.items() if text}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in place of a policy's text")
    return value


def read_again(kind: ResourceKind, client: Reader, ref: ObjectRef) -> Item | None:
    """One that the mirror has, by itself; with what was held of parts that are denied now."""
    ask = asker(client, kind, ref.region)
    try:
        listed = kind.find(ask, ref.arn or ref.object_id, ref.name)
    except NotFound:
        return None
    item = read(kind, ask, listed) if listed else None
    return with_held(kind, client.aws_account, ref.region, [item])[0] if item else None


def with_held(kind: ResourceKind, aws_account: AwsAccount, region: str, items: list[Item]) -> list[Item]:
    """The items, in which parts that weren't read now are as they were when they were read last, if ever."""
    wanting = [item for item in items if item["NotRead"]]
    if not wanting:
        return items
    rows = Resource.objects.live().filter(
        aws_account=aws_account, region=region, kind=kind.kind, aws_id__in=[item["Id"] for item in wanting]
    )
    held = {row.aws_id: row for row in rows.prefetch_related("policies__document")}
    read_at = _read_at(aws_account, region, kind, list(held))
    for item in wanting:
        if row := held.get(item["Id"]):
            _take_over(kind, item, row, read_at.get(row.aws_id, ""))
    return items


def _read_at(aws_account: AwsAccount, region: str, kind: ResourceKind, ids: list[str]) -> dict[str, str]:
    facets = Facet.objects.filter(
        aws_account=aws_account, region=region, kind=kind.kind, source=DETAILS, object_id__in=ids
    )
    return {object_id: at.isoformat() for object_id, at in facets.values_list("object_id", "read_at")}


def _take_over(kind: ResourceKind, item: Item, row: Resource, read_at: str) -> None:
    for name, problem in item["NotRead"].items():
        before: Mapping[str, Any] | None = row.not_read.get(name)
        held_at = before["held_at"] if before else read_at
        if not held_at:
            continue
        problem["held_at"] = held_at
        if kind.part(name).is_policy:
            item["Parts"][name] = {each.arn: each.document.text for each in row.policies.all() if each.part == name}
        else:
            item["Parts"][name] = row.facts.get(name)
