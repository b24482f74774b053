"""What workers, the tick and the release of the queue do with changes: the part of the table of states that is nobody's
button (sync/changes/transitions.py has the other).
"""

from __future__ import annotations

from sync.changes.events import SystemEvent
from sync.models import Change

State = Change.State

EXPIRE = SystemEvent(
    name="expire",
    by="tick",
    starts_from=(State.AWAITING_GRANT, *Change.UNDECIDED, State.SCHEDULED),
    leads_to=(State.EXPIRED,),
    besides="its time is over",
)
SCHEDULE_END = SystemEvent(
    name="schedule the end",
    by="worker",
    starts_from=(State.AWAITING_GRANT,),
    leads_to=(State.SCHEDULED,),
    besides="something of the grant was done",
)
LET_END_GO = SystemEvent(
    name="let the end go",
    by="worker",
    starts_from=(State.AWAITING_GRANT, State.SCHEDULED),
    leads_to=(State.CANCELLED,),
    besides="the grant gave nothing, or a reverse took all of it away",
)
QUEUE = SystemEvent(
    name="queue",
    by="tick",
    starts_from=(State.SCHEDULED,),
    leads_to=(State.QUEUED,),
    besides="its time has come",
)
BEGIN_IN_WAVE = SystemEvent(
    name="begin in its wave",
    by="worker",
    starts_from=Change.UNDECIDED,
    leads_to=(State.QUEUED,),
    besides="it is one of a change across AWS accounts that was released, and those of the waves before are applied",
)
HOLD_BACK = SystemEvent(
    name="hold back",
    by="worker",
    starts_from=Change.CLAIMABLE,
    leads_to=Change.UNDECIDED,
    besides="it is one of a change across AWS accounts that halted, and nothing of it was begun",
)
WITHDRAW_REQUEST = SystemEvent(
    name="withdraw the request",
    by="its requester, tick",
    starts_from=(*Change.UNDECIDED, State.SCHEDULED, *Change.MOVING, *Change.STUCK),
    leads_to=(State.APPLYING, State.CANCELLED),
    besides="it was asked for, by them; the tick: it can no longer be granted",
)
CLAIM = SystemEvent(
    name="claim",
    by="worker",
    starts_from=Change.CLAIMABLE,
    leads_to=(State.APPLYING,),
    besides="the queue isn't held",
)
LET_GO = SystemEvent(
    name="let go",
    by="worker",
    starts_from=(State.APPLYING,),
    leads_to=(State.WAITING, State.QUEUED, State.SCHEDULED),
    besides="another change writes its objects, goes first, or a step waits for something to come to pass",
)
END = SystemEvent(
    name="end",
    by="worker",
    starts_from=(State.APPLYING,),
    leads_to=(State.APPLIED, State.CANCELLED, *Change.STUCK),
)
TURN_BACK = SystemEvent(
    name="turn back",
    by="worker",
    starts_from=(State.APPLYING,),
    leads_to=(State.PROPOSED, State.FAILED, State.EXPIRED),
    besides="something stands against it",
)
TAKE_BACK = SystemEvent(
    name="take back",
    by="tick",
    starts_from=(State.APPLYING,),
    leads_to=(State.QUEUED,),
    besides="its worker stopped answering",
)
BRING_BACK = SystemEvent(
    name="bring back",
    by="tick",
    starts_from=Change.STUCK,
    leads_to=(State.QUEUED,),
    besides="it is the end of temporary access",
)
STOP_HELD = SystemEvent(
    name="stop what was held",
    by="release of the queue",
    starts_from=(*Change.MOVING, State.SCHEDULED),
    leads_to=(State.UNKNOWN,),
    besides="whoever released the queue didn't name it",
)
MARK_HELD_DONE = SystemEvent(
    name="mark as done what was held",
    by="an owner, while the queue is on hold",
    starts_from=(State.SCHEDULED, *Change.UNDECIDED, *Change.MOVING, *Change.STUCK),
    leads_to=(State.APPLIED,),
    besides="it was done before the database was restored",
)
SYSTEM_EVENTS = (
    SCHEDULE_END,
    LET_END_GO,
    EXPIRE,
    QUEUE,
    WITHDRAW_REQUEST,
    BEGIN_IN_WAVE,
    HOLD_BACK,
    CLAIM,
    LET_GO,
    END,
    TURN_BACK,
    TAKE_BACK,
    BRING_BACK,
    STOP_HELD,
    MARK_HELD_DONE,
)
