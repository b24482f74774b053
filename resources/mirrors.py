"""Resources in the mirror: one mirror for each kind of the table, all made by the same class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from policies import documents
from resources import reads
from resources.models import Resource, ResourcePolicy
from resources.permissions import needed
from resources.table.entry import Part, ResourceKind, short
from sync.aws.permission import Permission
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader
from sync.mirror.differences import ContentPart
from sync.mirror.hashing import moment
from sync.mirror.rows import make, upsert
from sync.object_ref import ObjectRef

State = Resource.PolicyState


class ResourceMirror(Mirror):
    """An item is what `reads.read` gives: the parts that were read, by name, and why the others weren't.

    Content has a key for each part that is held: its policies by the ARNs on which they stand, or what AWS told. So a
    part that was never read is no part that is empty.
    """

    model = Resource
    page = "resource"
    known = frozenset({"Id", "Arn", "Name", "Region", "Facts", "Parts", "NotRead"})

    def __init__(self, of: ResourceKind) -> None:
        self.of = of
        self.kind = of.kind  # type: ignore[misc]  # of the instance: one class for all kinds
        self.parts = {part.name: _words(part) for part in of.parts}  # type: ignore[misc]

    @property
    def called_in_words(self) -> str:
        return self.of.word

    @property
    def permissions(self) -> Sequence[Permission]:
        return [needed(need) for part in self.of.parts for need in part.needs]

    def object_id(self, item: Item) -> str:
        return str(item["Id"])

    def see(self, item: Item) -> ParsedItem:
        texts: dict[str, str] = {}
        content: Content = {"arn": item["Arn"], "region": item["Region"], "facts": item["Facts"]}
        for part in self.of.parts:
            if part.name in item["Parts"] and not part.passes:
                value = item["Parts"][part.name]
                content[part.name] = _referred(value, texts) if part.is_policy else value
        told = {part.name: item["Parts"].get(part.name) for part in self.of.parts if not part.is_policy}
        created_at = moment(item["Facts"].get("created"))
        volatile = {"told": told, "not_read": item["NotRead"], "created_at": created_at}
        return ParsedItem(item["Id"], short(item["Name"]), item["Arn"], content, volatile, texts)

    def is_merely_read(self, before: Content, after: Content) -> bool:
        return before.keys() < after.keys() and all(after[name] == value for name, value in before.items())

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        rows = [self._row(place, seen, at) for seen in batch]
        upsert(Resource, rows)
        wanted = {
            (row.pk, part, arn): held[referred["text"]]
            for row, seen in zip(rows, batch, strict=True)
            for part, policies in self._policies(seen.content)
            for arn, referred in policies.items()
        }
        _put(rows, wanted)

    def _row(self, place: AccountRegion, seen: ParsedItem, at: datetime) -> Resource:
        return make(
            Resource,
            place,
            at,
            name=seen.name,
            arn=seen.arn,
            aws_id=seen.object_id,
            kind=self.of.kind,
            service=self.of.service,
            located_in=seen.content["region"],
            policy_state=self._state(seen),
            facts={**seen.content["facts"], **seen.volatile["told"]},
            not_read=dict(seen.volatile["not_read"]),
        )

    def _state(self, seen: ParsedItem) -> State:
        """What is held of it, however old. Where one policy is held and another isn't, it has one."""
        parts = [part.name for part in self.of.parts if part.is_policy]
        if any(seen.content.get(name) for name in parts):
            return State.HAS
        return State.NONE if all(name in seen.content for name in parts) else State.NOT_READ

    def _policies(self, content: Content) -> Iterable[tuple[str, Mapping[str, Any]]]:
        return ((part.name, content.get(part.name) or {}) for part in self.of.parts if part.is_policy)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(Resource.objects.live().filter(kind=self.kind, aws_id__in=object_ids)).update(gone_at=at)

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        return documents.texts_of(hashes)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        return reads.read_again(self.of, client, ref)


def _words(part: Part) -> ContentPart:
    said = part.title[0].lower() + part.title[1:]
    if part.is_policy:
        return ContentPart(
            part.title, f"the {said} was added", f"the {said} was removed", f"the {said} changed", named=str
        )
    return ContentPart(part.title)


def _referred(texts_by_arn: Mapping[str, str], texts: dict[str, str]) -> dict[str, Any]:
    return {arn: documents.refer(text, texts) for arn, text in texts_by_arn.items()}


def _put(rows: Sequence[Resource], wanted: Mapping[tuple[int, str, str], int]) -> None:
    """Makes the policies of these rows the wanted ones: documents (by pk) by row, part and ARN."""
    there: dict[tuple[int, str, str], ResourcePolicy] = {
        (each.resource_id, each.part, each.arn): each for each in ResourcePolicy.objects.filter(resource__in=rows)
    }
    gone = [each.pk for place, each in there.items() if place not in wanted]
    if gone:
        ResourcePolicy.objects.filter(pk__in=gone).delete()
    by_document: defaultdict[int, list[int]] = defaultdict(list)
    for place, document in wanted.items():
        if place in there and there[place].document_id != document:
            by_document[document].append(there[place].pk)
    for document, pks in by_document.items():
        ResourcePolicy.objects.filter(pk__in=pks).update(document=document)
    ResourcePolicy.objects.bulk_create(
        ResourcePolicy(resource_id=resource, part=part, arn=arn, document_id=document)
        for (resource, part, arn), document in wanted.items()
        if (resource, part, arn) not in there
    )
