"""The states of a change in one table: which event may come in which state, from whom, and where it leads.

Services refuse by it (sync/changes/rules.py), the page of a change offers its buttons by it, its addresses, the page of
a fresh sign-in and the table in docs/changes.md are made of it. What else an event asks for, such as an approval that
is missing, is a rule in sync/changes/rules.py, for the service and the button alike: `besides` says it in words.
What workers do stands in sync/changes/system_events.py.
"""

from __future__ import annotations

from accounts.roles import ADMINISTER, APPLY, APPROVE, PROPOSE
from sync.changes.events import Button, FreshSignIn, OperatorEvent, Whose
from sync.models import Change, Step

State = Change.State

NOT_MOVING = tuple(state for state in State if state not in Change.MOVING)
NOT_OVER = tuple(state for state in State if state not in Change.OVER)

APPLY_IT = OperatorEvent(
    name="apply",
    path="apply",
    verb="apply {changes}",
    done="applied",
    starts_from=Change.UNDECIDED,
    leads_to=(State.QUEUED, State.SCHEDULED),
    needs=(APPLY,),
    own_by_care=True,
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Apply change {pk}",
    types_name=True,
    by_token=True,
    button=Button("Apply", kind="primary"),
    besides="nothing stands against it: approvals, writes, checks, what is protected; it isn't one of a change across "
    "AWS accounts; by a token: somebody else than its requester approved it",
)
BREAK_GLASS = OperatorEvent(
    name="break_glass",
    path="break-glass",
    verb="apply {changes} without their approvals",
    done="applied",
    starts_from=Change.UNDECIDED,
    leads_to=(State.QUEUED, State.SCHEDULED),
    needs=(ADMINISTER,),
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Apply change {pk} without approval",
    types_name=True,
    words="reason",
    button=Button("Apply without approvals", kind="danger"),
    besides="approvals are missing, nothing else stands against it, and they can't approve it alone",
)
OVERRIDE = OperatorEvent(
    name="override",
    path="override",
    verb="let {changes} touch what is protected",
    done="let through",
    starts_from=Change.UNDECIDED,
    needs=(ADMINISTER,),
    from_affected=True,
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Let change {pk} through",
    words="reason",
    button=Button("Let it through", kind="danger"),
    besides="it touches what is protected, and no owner has let that through",
)
OVERRIDE_GUARD_RAIL = OperatorEvent(
    name="override_guard_rail",
    path="override-guard-rail",
    verb="override guard rails for {changes}",
    done="let through",
    starts_from=Change.UNDECIDED,
    leads_to=Change.UNDECIDED,
    needs=(APPROVE,),
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Override the guard rails for change {pk}",
    words="reason",
    button=Button("Override the guard rail", kind="danger"),
    besides="it is against a guard rail that they may override, and didn't propose it",
)
OVERRIDE_CODE = OperatorEvent(
    name="override_code",
    path="override-code",
    verb="override the code that owns what {changes} are about",
    done="let through",
    starts_from=Change.UNDECIDED,
    leads_to=Change.UNDECIDED,
    needs=(APPLY,),
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Override the code for change {pk}",
    words="reason, and when it ends",
    button=Button("Override the code"),
    besides="it changes what code owns, and nobody has overridden that until a time to come",
)
APPROVE_IT = OperatorEvent(
    name="approve",
    path="approve",
    verb="approve {changes}",
    done="approved",
    starts_from=Change.UNDECIDED,
    leads_to=Change.UNDECIDED,
    needs=(APPROVE,),
    from_affected=True,
    whose=Whose.OTHERS,
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Approve change {pk}",
    words="comment, if they like",
    button=Button("Approve", "check", "primary"),
    besides="their approval is asked for, and isn't given yet",
)
APPROVE_ALONE = OperatorEvent(
    name="approve_alone",
    path="approve-alone",
    verb="approve {changes} alone",
    done="approved alone",
    starts_from=Change.UNDECIDED,
    leads_to=Change.UNDECIDED,
    needs=(ADMINISTER,),
    whose=Whose.OWN,
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Approve change {pk} alone",
    words="reason",
    button=Button("Approve alone", "check", "primary"),
    besides="nobody else may approve there, and an approval is missing",
)
REJECT = OperatorEvent(
    name="reject",
    path="reject",
    verb="reject {changes}",
    done="rejected",
    starts_from=Change.UNDECIDED,
    leads_to=(State.REJECTED,),
    needs=(APPROVE,),
    from_affected=True,
    whose=Whose.OTHERS,
    words="comment",
    button=Button("Reject", "x"),
)
WITHDRAW = OperatorEvent(
    name="withdraw_approval",
    path="withdraw",
    verb="withdraw approvals of {changes}",
    done="withdrawn from",
    starts_from=Change.UNDECIDED,
    leads_to=Change.UNDECIDED,
    needs=(APPROVE,),
    from_affected=True,
    button=Button("Withdraw my approval", "undo-2"),
    besides="they approved it",
)
COMMENT = OperatorEvent(
    name="comment",
    path="comment",
    verb="comment on {changes}",
    done="commented on",
    starts_from=tuple(State),
    needs=(PROPOSE, APPROVE),
    words="comment",
    button=Button("Comment", "message-square"),
)
DRY_RUN = OperatorEvent(
    name="ask_dry_run",
    path="dry-run",
    verb="try {changes}",
    done="tried",
    starts_from=tuple(state for state in NOT_OVER if state not in Change.MOVING),
    needs=(PROPOSE,),
    by_token=True,
    button=Button("Dry run", "flask-conical"),
)
CANCEL = OperatorEvent(
    name="cancel",
    path="cancel",
    verb="cancel {changes}",
    done="cancelled",
    starts_from=NOT_OVER,
    leads_to=(State.CANCELLED, *Change.MOVING),
    needs=(PROPOSE,),
    needs_at_end=(PROPOSE, APPROVE),
    own_by_care=True,
    fresh_sign_in=FreshSignIn.FOR_END,
    sign_in_words="Cancel change {pk}",
    button=Button("Cancel the change"),
    besides="of the end of temporary access: who may approve, and didn't ask for it",
)
MOVE_END = OperatorEvent(
    name="move_end",
    path="end",
    verb="change the end of access",
    done="moved",
    starts_from=(State.SCHEDULED,),
    needs=(PROPOSE,),
    needs_at_end=(PROPOSE, APPROVE),
    fresh_sign_in=FreshSignIn.FOR_END,
    sign_in_words="Change when the access of change {pk} ends",
    button=Button("Move the end"),
    besides="it is the end of temporary access; a later end as for *cancel*",
)
RETRY = OperatorEvent(
    name="retry",
    path="retry",
    verb="retry {changes}",
    done="retried",
    starts_from=(State.FAILED, State.UNKNOWN),
    leads_to=(State.QUEUED,),
    needs=(APPLY,),
    own_by_care=True,
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Retry change {pk}",
    button=Button("Retry", "rotate-cw", "primary"),
    besides="nothing stands against it, and nothing appeared that somebody has to decide about",
)
LEAVE_OUT = OperatorEvent(
    name="leave_out",
    path="leave-out",
    verb="leave steps out of {changes}",
    done="continued without a step",
    starts_from=(State.FAILED, State.CONFLICTED),
    leads_to=(State.QUEUED,),
    steps=(Step.State.FAILED, Step.State.CONFLICTED),  # of one of unknown outcome nobody knows
    needs=(APPLY,),
    own_by_care=True,
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Leave the step of change {pk} out",
    button=Button("Leave out", "skip-forward"),
    besides="the plan calls that step optional, and no later one needs it",
)
LOOK_AGAIN = OperatorEvent(
    name="look_again",
    path="look",
    verb="look again at {changes}",
    done="looked at again",
    starts_from=(State.SCHEDULED,),
    leads_to=(State.QUEUED,),
    needs=(APPLY,),
    own_by_care=True,
    button=Button("Look again now", "rotate-cw"),
    besides="it waits in the middle",
)
REPLAN = OperatorEvent(
    name="replan",
    path="replan",
    verb="plan {changes} again",
    done="planned again",
    starts_from=(State.FAILED, State.CONFLICTED, State.EXPIRED),
    leads_to=(State.CANCELLED, State.EXPIRED),
    needs=(PROPOSE,),
    own_by_care=True,
    button=Button("Make a new plan on what is live", kind="primary"),
    besides="it isn't the end of temporary access, and nothing appeared that somebody has to decide about",
)
DELETE_APPEARED = OperatorEvent(
    name="delete_what_appeared",
    path="own",
    verb="decide about what appeared",
    done="decided",
    starts_from=(State.UNKNOWN, State.CONFLICTED),
    leads_to=(State.CANCELLED,),
    steps=(Step.State.UNKNOWN, Step.State.CONFLICTED),
    needs=(PROPOSE,),
    own_by_care=True,
    button=Button("It is ours: delete it", kind="danger"),
    besides="something appeared while it was carried out",
)
LEAVE_APPEARED = OperatorEvent(
    name="leave_what_appeared",
    path="disown",
    verb="decide about what appeared",
    done="decided",
    starts_from=(State.UNKNOWN, State.CONFLICTED),
    leads_to=(State.CANCELLED,),
    steps=(Step.State.UNKNOWN, Step.State.CONFLICTED),
    needs=(PROPOSE,),
    own_by_care=True,
    button=Button("It isn’t ours: leave it, plan again"),
    besides="something appeared while it was carried out",
)
REVERSE = OperatorEvent(
    name="propose_reverse",
    path="reverse",
    verb="reverse {changes}",
    done="reversed",
    starts_from=(State.APPLIED, State.CANCELLED, State.EXPIRED, *Change.STUCK),
    steps=Step.FINISHED,
    needs=(PROPOSE,),
    own_by_care=True,
    button=Button("Propose the reverse", "undo-2"),
    besides="something that was done can be undone",
)
REVIEW = OperatorEvent(
    name="review",
    path="review",
    verb="review {changes}",
    done="reviewed",
    starts_from=NOT_MOVING,
    needs=(APPROVE,),
    fresh_sign_in=FreshSignIn.ALWAYS,
    sign_in_words="Save the review of change {pk}",
    words="comment",
    button=Button("I have reviewed it", "check", "primary"),
    besides="it was applied without its approvals, by somebody else and for somebody else, and nobody reviewed it yet",
)
OPERATOR_EVENTS = (
    APPROVE_IT,
    APPROVE_ALONE,
    REJECT,
    WITHDRAW,
    OVERRIDE,
    OVERRIDE_GUARD_RAIL,
    OVERRIDE_CODE,
    APPLY_IT,
    BREAK_GLASS,
    REVIEW,
    DRY_RUN,
    COMMENT,
    CANCEL,
    MOVE_END,
    RETRY,
    LEAVE_OUT,
    LOOK_AGAIN,
    REPLAN,
    DELETE_APPEARED,
    LEAVE_APPEARED,
    REVERSE,
)
