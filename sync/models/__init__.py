"""What the mirror and the change path keep. See docs/architecture.md for the two paths."""

from sync.models.changes import Approval, Attempt, Change, Lease, Step
from sync.models.mirrored import Facet, Fact, MirroredRow, MirrorQuerySet, Revision
from sync.models.runs import Run

__all__ = [
    "Approval",
    "Attempt",
    "Change",
    "Facet",
    "Fact",
    "Lease",
    "MirrorQuerySet",
    "MirroredRow",
    "Revision",
    "Run",
    "Step",
]
