"""What the mirror and the change path keep. See docs/architecture.md for the two paths."""

from sync.models.changes import Approval, Attempt, Change, ChangeLine, Lease, Step
from sync.models.counter import StepCounter
from sync.models.decisions import ApprovalDemand, BreakGlass, Comment, DryRun, Override
from sync.models.mirrored import Facet, Fact, LookedAfterRow, MirroredRow, MirrorQuerySet, Ownership, Revision
from sync.models.ownership import OwnershipRule
from sync.models.pacing import SharedRate
from sync.models.pending_rereads import PendingReread
from sync.models.runs import Run
from sync.models.schedules import PullTurn, Region, Schedule, TickPart
from sync.models.sealed import SealedSecret

__all__ = [
    "Approval",
    "ApprovalDemand",
    "Attempt",
    "BreakGlass",
    "Change",
    "ChangeLine",
    "Comment",
    "DryRun",
    "Facet",
    "Fact",
    "Lease",
    "LookedAfterRow",
    "MirrorQuerySet",
    "MirroredRow",
    "Override",
    "Ownership",
    "OwnershipRule",
    "PendingReread",
    "PullTurn",
    "Region",
    "Revision",
    "Run",
    "Schedule",
    "SealedSecret",
    "SharedRate",
    "Step",
    "StepCounter",
    "TickPart",
]
