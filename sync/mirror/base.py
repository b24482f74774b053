"""What a source and a mirror are, and the two registries of them.

A *source* reads pages from AWS and says which items are of which kind; a *mirror* knows one facet of one kind: how an
item becomes content, rows and edges. Apps register theirs in `AppConfig.ready()`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from django.urls import reverse

from accounts.models import AwsAccount, Operator
from sync.aws import permission
from sync.aws.client import ListPage
from sync.aws.permission import Permission
from sync.mirror.differences import ContentDifference, ContentPart, differences
from sync.models import MirroredRow
from sync.models.mirrored import MirrorQuerySet
from sync.object_ref import ObjectRef

Item = dict[str, Any]  # one object as AWS tells of it, in the shape of the source's pages
Content = dict[str, Any]  # the same in canonical form: what revisions keep
Named = Mapping[str, str]  # words for what documents name by an id


class Reader(Protocol):
    """The client of AWS, as sources and mirrors use it (`sync.aws.client.reader`)."""

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]: ...

    def pages(
        self, service: str, operation: str, /, *, marker: str | None = None, **params: Any
    ) -> Iterator[ListPage]: ...

    def at(self, region: str) -> Reader:
        """The same client for that Region."""
        ...

    @property
    def aws_account(self) -> AwsAccount: ...


@dataclass(frozen=True)
class AccountRegion:
    """Where mirrored rows are: an AWS account and a region, "" for what is global."""

    aws_account: AwsAccount
    region: str = ""

    def of(self, rows: MirrorQuerySet) -> MirrorQuerySet:
        return rows.filter(aws_account=self.aws_account, region=self.region)


@dataclass(frozen=True)
class ParsedItem:
    """An item as its mirror understands it."""

    object_id: str
    name: str
    arn: str
    content: Content
    volatile: Mapping[str, Any] = field(default_factory=dict)  # columns that change without a revision
    texts: Mapping[str, str] = field(default_factory=dict)  # policy documents by hash, as `content` refers to them


@dataclass(frozen=True)
class RereadObject:
    """An object as AWS showed it when it was asked for by itself; `item` is None when it is gone."""

    ref: ObjectRef
    item: Item | None
    requested_at: datetime


DETAILS = "details"


class Mirror(ABC):
    """One facet of one kind of object. Stateless: one instance serves all.

    The facet `details` says that the object exists: with it the others come to an end.
    """

    kind: ClassVar[str]  # as the model has it: "iam.user"
    source: ClassVar[str] = DETAILS  # the facet's name
    title: ClassVar[str] = ""  # what pages call the facet, "Access keys"; "" for details
    model: ClassVar[type[MirroredRow]]
    known: ClassVar[frozenset[str]] = frozenset()  # an item's members that it understands; none given: all
    keeps_history: ClassVar[bool] = True  # False where all of it is volatile, or personal
    keeps_own_books: ClassVar[bool] = False  # its rows have the book-keeping in themselves, and there are no facets
    is_shared: ClassVar[bool] = False  # several AWS accounts may mirror the same objects, by the same ids
    page: ClassVar[str] = ""  # the URL name of an object's page, which takes account_id and aws_id; of `details`
    one_of_it: ClassVar[bool] = False  # one in an AWS account: its page takes the account_id only
    parts: ClassVar[Mapping[str, ContentPart]] = {}  # how its content is told, in words

    @property
    def called_in_words(self) -> str:
        """What sentences call an object of the kind: "IAM user"."""
        return str(self.model._meta.verbose_name)

    @property
    def permissions(self) -> Sequence[Permission]:
        """What the console's roles must be allowed for `read_one`, each with the feature that needs it."""
        return ()

    @abstractmethod
    def object_id(self, item: Item) -> str:
        """AWS's immutable id."""

    @abstractmethod
    def see(self, item: Item) -> ParsedItem:
        """Times in it are datetimes or, when the item waited in a run's cursor, ISO 8601."""

    @abstractmethod
    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        """Upserts the rows and what belongs to them alone; in the caller's transaction, queries by the batch."""

    def tie(self, place: AccountRegion, contents: Mapping[str, Content], at: datetime, *, final: bool) -> set[str]:
        """Brings the edges to other objects in line with the contents (by object id).

        Returns who names an object that the mirror doesn't have. Until `final`, that object may still come in the same
        pull, so nothing is taken from those.
        """
        return set()

    def complete(self, place: AccountRegion, most: int) -> int:
        """At the end of a pull: ties, at most so many, edges that lack only an object that came after them.

        Returns how many. One of them that is still missing is no reason to look into the contents again.
        """
        return 0

    def loose(self, place: AccountRegion) -> set[str]:
        """The objects whose edges lead to one that is gone or was renamed."""
        return set()

    @abstractmethod
    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        """Tombstones what the facet brought: for `details` the rows themselves, and their edges."""

    def refs(self, place: AccountRegion, object_ids: Sequence[str]) -> dict[str, ObjectRef]:
        """How to ask AWS about mirrored objects, by object id."""
        rows = place.of(self.model.objects.filter(aws_id__in=object_ids))
        return {row.aws_id: self.ref(row) for row in rows}

    def ref(self, row: MirroredRow) -> ObjectRef:
        return ObjectRef(self.kind, row.aws_id, row.name, row.arn, row.region, self.source)

    def url(self, row: MirroredRow) -> str:
        """The address of its page; "" for kinds without one."""
        which = {} if self.one_of_it else {"aws_id": row.aws_id}
        return reverse(self.page, kwargs={"account_id": row.aws_account.account_id, **which}) if self.page else ""

    def is_by_aws(self, content: Content, arn: str = "") -> bool:
        """Whether AWS itself keeps the object: then what changes is not drift. `arn`: "" of one that is gone."""
        return False

    def is_rewritten(self, before: Content, after: Content) -> bool:
        """Whether the difference is of AWS's own making, although others keep the object."""
        return False

    def is_merely_read(self, before: Content, after: Content) -> bool:
        """Whether all that differs is what could not be read before: then nobody changed anything."""
        return False

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        """The policy documents that its contents refer to, by the hash of their text."""
        return {}

    def differences(self, before: Content, after: Content) -> list[ContentDifference]:
        """What became of its content, in words."""
        return differences(self.parts, before, after)

    def named(self, aws_account: AwsAccount, texts: Collection[str]) -> Named:
        """Words for those whom these documents name by an id that says nothing to people."""
        return {}

    def names_of(self, operator: Operator, aws_account: AwsAccount, ids: Sequence[str]) -> Named:
        """What its objects of these ids are called, as far as the operator may know it. Of those whose ids say nothing
        to people: sync/naming.py.
        """
        return {}

    def worded(self, aws_account: AwsAccount, difference: ContentDifference, old: str, new: str, named: Named) -> str:
        """One of the differences, when the documents are at hand that it speaks of; "" for none. `named` as above."""
        return difference.words

    def renamed(self, client: Reader, lost: Sequence[ObjectRef]) -> list[ObjectRef]:
        """Of objects that AWS doesn't find by their names, those that it has under others: as they are called now."""
        return []

    def is_still(self, client: Reader, ref: ObjectRef) -> bool:
        """Whether AWS means this very object by the name in `ref`, where `read_one`'s answers don't say so themselves.

        Asks AWS, and raises AwsError.
        """
        return True

    def keep(self, place: AccountRegion, reread: Sequence[RereadObject], *, ours: bool) -> int:
        """Of a kind that `keeps_own_books`: takes answers of `read_one`, in the caller's transaction, by the batch.

        `ours`: it shows a write of our own, which older answers are not to overwrite. Returns how many rows changed.
        """
        raise NotImplementedError

    @abstractmethod
    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """The object alone, by single reads, in the shape of the source's pages; None when there is none."""


@dataclass(frozen=True)
class SourcePage:
    items: Mapping[str, Sequence[Item]]  # by kind
    marker: str | None  # where it goes on; None at the end
    requested_at: datetime
    # Objects that AWS wouldn't speak of: why not, by kind and object id.
    denied: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unsupported: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    remarks: Sequence[str] = ()  # lines for the run's log
    whole: bool = True  # False on a last page that is not the end: then nothing is taken for gone
    own: Sequence[Any] = ()  # of a source that stores its pages by itself (sync/mirror/store.py)


class NotYet(Exception):
    """AWS is still making what a source asked for: the run goes on with the next tick, about a minute later."""


class HeldBack(NotYet):
    """The console itself asks AWS no more for now: the run goes on when it may, however long that takes."""


class Source(ABC):
    """One way to read many objects from AWS, page by page."""

    name: str  # as runs know it, with the service before a dot
    title: str  # "Users, groups, roles and policies", as pages call it
    facet: str  # "details", as facets know it
    kinds: tuple[str, ...]  # in the order in which a page is stored: what others refer to comes first
    regional: bool = False  # one run for each Region that the AWS account has enabled
    tells_regions: bool = False  # where regional sources are read
    every: timedelta | None = None  # the least time between two scheduled runs; None: as the AWS account says
    after: tuple[str, ...] = ()  # sources that must have been complete once
    sweeps: bool = True  # what it doesn't show is gone …
    confirms: bool = True  # … when AWS, asked for that one object, says so too
    is_first: bool = False  # the one whose run is shown when an AWS account is connected, or pulled at a click
    instead_of: str = ""  # of a source that reads a file: the one that pulls the same from connected AWS accounts
    reads_ahead: bool = False  # its `pages` asks AWS and nobody else: the next page is read while one is written

    @property
    def permissions(self) -> Sequence[Permission]:
        """What the console's role to read must be allowed for `pages`, beside what the mirror needs."""
        return ()

    @abstractmethod
    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """From `marker` on. Raises AwsError, and `NotYet`."""

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        """How many objects will come, where that can be known; raises AwsError."""
        return None

    def least_s(self, place: AccountRegion) -> int:
        """The seconds that a pull takes at least, where AWS counts such requests; 0 where it doesn't."""
        return 0

    def fits(self, aws_account: AwsAccount) -> bool:
        """Whether such an AWS account can have pulls of it, by how it is connected."""
        return aws_account.is_connected

    def serves(self, aws_account: AwsAccount) -> bool:
        """Whether it can be pulled there at all, also by what the mirror has."""
        return self.fits(aws_account)

    def places(self, aws_account: AwsAccount, enabled: Sequence[str]) -> Sequence[str]:
        """Where it is read: of the enabled Regions those that it looks in, "" where it is global; none: it is off."""
        return enabled if self.regional else [""]


_mirrors: dict[tuple[str, str], Mirror] = {}
registry: Mapping[tuple[str, str], Mirror] = MappingProxyType(_mirrors)  # by kind and facet
sources: dict[str, Source] = {}


def mirror_of(kind: str, facet: str = DETAILS) -> Mirror:
    return registry[kind, facet]


def facets_of(kind: str) -> list[Mirror]:
    """The mirrors of a kind, one for each facet, in the order of registration."""
    return [mirror for (of, _), mirror in registry.items() if of == kind]


def mirror_about(kind: str) -> Mirror | None:
    """The one of its details; of a kind without details, the first of its facets."""
    return registry.get((kind, DETAILS)) or next(iter(facets_of(kind)), None)


def register(*mirrors: Mirror) -> None:
    for mirror in mirrors:
        _mirrors[mirror.kind, mirror.source] = mirror
        permission.register(mirror.permissions)


def first_source() -> Source:
    return next(source for source in sources.values() if source.is_first)


def source_of_files() -> Source:
    """The one that reads what was imported as a file."""
    return next(source for source in sources.values() if source.instead_of)


def register_source(source: Source) -> None:
    """Its mirrors must be registered by the time it is pulled."""
    sources[source.name] = source
    permission.register(source.permissions)


# ---- Facets that only fill columns ---------------------------------------------------------------------------------
# Of rows which the facet `details` makes.
class ColumnsMirror(Mirror):
    """Its columns are the model's `facet_columns`. An object whose row isn't there (yet) must not be shown to it."""

    @abstractmethod
    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        """The same columns for each object."""

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        wanted = {seen.object_id: self.columns(seen) for seen in batch}
        rows = list(place.of(self.model.objects.filter(aws_id__in=wanted)).select_for_update().order_by("aws_id"))
        for row in rows:
            for column, value in wanted[row.aws_id].items():
                setattr(row, column, value)
        if rows:
            self.model.objects.bulk_update(rows, list(wanted[rows[0].aws_id]))

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        """Keeps the columns: the row of an object that is gone says what it was like."""


# ---- ARNs ----------------------------------------------------------------------------------------------------------
def resolve_arns(aws_account: AwsAccount, refs: Sequence[ObjectRef]) -> list[ObjectRef]:
    """The same references; those `by_arn` with their ids, "" where the mirror has no live object of that ARN."""
    sought: defaultdict[str, set[str]] = defaultdict(set)
    for ref in refs:
        if ref.by_arn:
            sought[ref.kind].add(ref.arn)
    ids: dict[tuple[str, str], str] = {}
    for kind, arns in sought.items():
        rows = mirror_of(kind).model.objects.live().filter(aws_account=aws_account, arn__in=arns).order_by("pk")
        ids |= {(kind, arn): aws_id for arn, aws_id in rows.values_list("arn", "aws_id")}
    return [
        replace(ref, object_id=ids.get((ref.kind, ref.arn), ""), by_arn=False) if ref.by_arn else ref for ref in refs
    ]
