"""The mirror: what a source and a mirror are, and how what AWS said becomes rows, facets and revisions."""

from sync.mirror.base import (
    Content,
    Item,
    Mirror,
    ObjectRef,
    Place,
    Reader,
    Seen,
    Source,
    SourcePage,
    register,
    register_source,
    registry,
    sources,
)
from sync.mirror.store import Counts, Visit, store, store_one
from sync.mirror.sweep import brake, sweep, tie_loose_ends

__all__ = [
    "Content", "Counts", "Item", "Mirror", "ObjectRef", "Place", "Reader", "Seen", "Source", "SourcePage", "Visit",
    "brake", "register", "register_source", "registry", "sources", "store", "store_one", "sweep", "tie_loose_ends",
]  # fmt: skip
