"""What the mirror and the change path keep. See docs/architecture.md for the two paths."""

from sync.models.activity import ActivityAnswer, Authorship, TrailEvent, TrailQuestion
from sync.models.changes import (
    Approval,
    Attempt,
    Change,
    ChangeLine,
    Lease,
    PendingReread,
    SealedSecret,
    SpanningChange,
    Step,
    StepCounter,
)
from sync.models.decisions import (
    ApprovalDemand,
    BreakGlass,
    Comment,
    DryRun,
    HeldDecision,
    LeftOutChange,
    OverriddenObject,
    Override,
)
from sync.models.event_queues import AcceptedPipeline, EventQueue, ObjectHint, ReceivedEvent
from sync.models.labels import LabelRemoval
from sync.models.mirrored import (
    CodeOwnedRow,
    Facet,
    Fact,
    LookedAfterRow,
    MirroredRow,
    MirrorQuerySet,
    Ownership,
    OwnershipRule,
    Revision,
)
from sync.models.runs import PullDay, Run, SourceState
from sync.models.safeguards import Safeguard, SafeguardVersion
from sync.models.schedules import PullTurn, Region, Schedule, SharedRate, TickPart
from sync.models.writes import RowWrite

__all__ = [
    "AcceptedPipeline",
    "ActivityAnswer",
    "Approval",
    "ApprovalDemand",
    "Attempt",
    "Authorship",
    "BreakGlass",
    "Change",
    "ChangeLine",
    "CodeOwnedRow",
    "Comment",
    "DryRun",
    "EventQueue",
    "Facet",
    "Fact",
    "HeldDecision",
    "LabelRemoval",
    "Lease",
    "LeftOutChange",
    "LookedAfterRow",
    "MirrorQuerySet",
    "MirroredRow",
    "ObjectHint",
    "OverriddenObject",
    "Override",
    "Ownership",
    "OwnershipRule",
    "PendingReread",
    "PullDay",
    "PullTurn",
    "ReceivedEvent",
    "Region",
    "Revision",
    "RowWrite",
    "Run",
    "Safeguard",
    "SafeguardVersion",
    "Schedule",
    "SealedSecret",
    "SharedRate",
    "SourceState",
    "SpanningChange",
    "Step",
    "StepCounter",
    "TickPart",
    "TrailEvent",
    "TrailQuestion",
]
