"""The mirror: what a source and a mirror are, and how what AWS said becomes rows, facets and revisions."""

from sync.mirror.arn_resolution import resolve_arns
from sync.mirror.base import (
    AccountRegion,
    Content,
    Item,
    Mirror,
    Named,
    NotYet,
    ParsedItem,
    Reader,
    RereadObject,
    Source,
    SourcePage,
    facets_of,
    mirror_about,
    mirror_of,
    register,
    register_source,
    registry,
    sources,
)
from sync.mirror.batches import Batch, Batches, PageEnd
from sync.mirror.observed_item import ObservedItem
from sync.mirror.per_object_source import EachObject
from sync.mirror.self_storing_source import SelfStoringSource
from sync.mirror.store import Counts, RunVisit, store, store_many, store_not_read, store_one
from sync.mirror.sweep import brake, sweep, tie_loose_ends

__all__ = [
    "AccountRegion",
    "Batch",
    "Batches",
    "Content",
    "Counts",
    "EachObject",
    "Item",
    "Mirror",
    "Named",
    "NotYet",
    "ObservedItem",
    "PageEnd",
    "ParsedItem",
    "Reader",
    "RereadObject",
    "RunVisit",
    "SelfStoringSource",
    "Source",
    "SourcePage",
    "brake",
    "facets_of",
    "mirror_about",
    "mirror_of",
    "register",
    "register_source",
    "registry",
    "resolve_arns",
    "sources",
    "store",
    "store_many",
    "store_not_read",
    "store_one",
    "sweep",
    "tie_loose_ends",
]
