"""What a source and a mirror are, and the two registries of them.

A *source* reads pages from AWS and says which items are of which kind; a *mirror* knows one kind: how an item becomes
content, rows and edges. Apps register theirs in `AppConfig.ready()`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from accounts.models import AwsAccount
from sync.aws.client import Page
from sync.models import MirroredRow
from sync.models.mirrored import MirrorQuerySet

Item = dict[str, Any]  # one object as AWS tells of it, in the shape of the source's pages
Content = dict[str, Any]  # the same in canonical form: what revisions keep


class Reader(Protocol):
    """The door to AWS, as sources and mirrors use it (`sync.aws.client.reader`)."""

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]: ...

    def pages(self, service: str, operation: str, /, *, marker: str | None = None, **params: Any) -> Iterator[Page]: ...


@dataclass(frozen=True)
class Place:
    """Where mirrored rows are: an AWS account and a region, "" for what is global."""

    aws_account: AwsAccount
    region: str = ""

    def of(self, rows: MirrorQuerySet) -> MirrorQuerySet:
        return rows.filter(aws_account=self.aws_account, region=self.region)


@dataclass(frozen=True)
class ObjectRef:
    """One object. `object_id` is AWS's immutable id ("" when it is not known yet), `name` what AWS's calls take."""

    kind: str
    object_id: str
    name: str
    arn: str
    region: str = ""


@dataclass(frozen=True)
class Seen:
    """An item as its mirror understands it."""

    object_id: str
    name: str
    arn: str
    content: Content
    volatile: Mapping[str, Any] = field(default_factory=dict)  # columns that change without a revision
    texts: Mapping[str, str] = field(default_factory=dict)  # policy documents by hash, as `content` refers to them


class Mirror(ABC):
    """One kind of object. Stateless: one instance serves all."""

    kind: ClassVar[str]  # as the model has it: "iam.user"
    source: ClassVar[str] = "details"  # the facet
    model: ClassVar[type[MirroredRow]]

    @abstractmethod
    def object_id(self, item: Item) -> str:
        """AWS's immutable id."""

    @abstractmethod
    def see(self, item: Item) -> Seen:
        """Times in it are datetimes or, when the item waited in a run's cursor, ISO 8601."""

    @abstractmethod
    def save(self, place: Place, batch: Sequence[Seen], at: datetime) -> None:
        """Upserts the rows and what belongs to them alone; in the caller's transaction, queries by the batch."""

    def tie(self, place: Place, contents: Mapping[str, Content], at: datetime, *, final: bool) -> set[str]:
        """Brings the edges to other objects in line with the contents (by object id).

        Returns who names an object that the mirror doesn't have. Until `final`, that object may still come in the same
        pull, so nothing is taken from those.
        """
        return set()

    def loose(self, place: Place) -> set[str]:
        """Whose edges lead to an object that is gone, or goes by another name now."""
        return set()

    @abstractmethod
    def remove(self, place: Place, object_ids: Sequence[str], at: datetime) -> None:
        """Tombstones the rows, what belongs to them, and their edges."""

    def is_by_aws(self, content: Content) -> bool:
        """Whether AWS itself keeps the object: then what changes is not drift."""
        return False

    @abstractmethod
    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """The object alone, by single reads, in the shape of the source's pages; None when there is none."""


@dataclass(frozen=True)
class SourcePage:
    items: Mapping[str, Sequence[Item]]  # by kind
    marker: str | None  # where it goes on; None at the end
    requested_at: datetime


class Source(ABC):
    """One way to read many objects from AWS, page by page."""

    name: ClassVar[str]  # "iam.details", as runs know it
    title: ClassVar[str]  # "Users, groups, roles and policies", as pages call it
    facet: ClassVar[str]  # "details", as facets know it
    kinds: ClassVar[tuple[str, ...]]  # in the order in which a page is stored: what others refer to comes first

    @abstractmethod
    def pages(self, client: Reader, marker: str | None) -> Iterator[SourcePage]: ...

    def expected(self, client: Reader) -> int | None:
        """How many objects will come, where AWS tells; raises what the door raises."""
        return None


registry: dict[str, Mirror] = {}
sources: dict[str, Source] = {}


def register(*mirrors: Mirror) -> None:
    for mirror in mirrors:
        registry[mirror.kind] = mirror


def register_source(source: Source) -> None:
    """Its mirrors must be registered by the time it is pulled."""
    sources[source.name] = source
