"""What an event of a change is, and how what the table (sync/changes/transitions.py) doesn't allow is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from accounts.access import may
from accounts.models import Operator
from accounts.roles import CARE, SEE_IAM, Role, roles_with
from sync.changes.affected import affected_by
from sync.models import Change, Step

State = Change.State


class FreshSignIn(Enum):
    """When an event asks for a sign-in of the last ten minutes."""

    NEVER = "never"
    ALWAYS = "always"
    FOR_END = "for the end of temporary access"


class Whose(Enum):
    """By whom the change may have been proposed."""

    ANYBODYS = "anybody's"
    OWN = "their own"
    OTHERS = "not their own"


@dataclass(frozen=True)
class Button:
    """As the page shows it. `kind`: primary, danger, or "" for an ordinary one."""

    label: str
    icon: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Event:
    """`leads_to`: the states that may come of it; none where it leaves the state as it is."""

    name: str
    starts_from: tuple[State, ...]
    leads_to: tuple[State, ...] = ()
    besides: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class OperatorEvent(Event):
    """What somebody does on the page of a change. `name` is that of the service in `sync.changes`."""

    path: str  # the end of its address: "break-glass"
    verb: str  # to follow "may not": "apply {changes}"
    done: str  # to follow "can't be": "applied"
    needs: tuple[str, ...]  # any of these permissions
    needs_at_end: tuple[str, ...] = ()  # the same for the end of temporary access, where that is decided otherwise
    own_by_care: bool = False  # whether those who look after people may with changes of their own
    from_affected: bool = False  # whether the permission in an AWS account does where the change takes or gives access
    whose: Whose = Whose.ANYBODYS
    steps: tuple[Step.State, ...] = ()  # in which of them a step has to be
    fresh_sign_in: FreshSignIn = FreshSignIn.NEVER
    sign_in_words: str = ""  # what the page of the fresh sign-in says that it goes on with
    types_name: bool = False  # where something is destroyed
    by_token: bool = False  # whether a program may, with a token of somebody who may
    words: str = ""  # the reason or comment that it asks for
    button: Button

    @property
    def permissions(self) -> tuple[str, ...]:
        """What its address asks, one of them, before anybody knows which change it is about; `may_do` looks closer."""
        care = (CARE,) if self.own_by_care else ()
        seen = (SEE_IAM,) if self.from_affected else ()
        return tuple(dict.fromkeys((*self.needs, *self.needs_at_end, *care, *seen)))

    @property
    def url_name(self) -> str:
        return f"change_{self.path.replace('-', '_')}"


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemEvent(Event):
    """What a worker or the tick does. `by`: which of them."""

    by: str


def may_do(event: OperatorEvent, change: Change, operator: Operator) -> bool:
    """Whether the operator has the permission, whatever the state is."""
    if operator.token_limits and not event.by_token:
        return False
    account = change.aws_account
    at_end = event.needs_at_end if change.ends_id else ()
    if any(may(operator, perm, account) for perm in at_end or event.needs):
        return True
    if event.from_affected and any(may(operator, perm, each) for each in affected_by(change) for perm in event.needs):
        return True
    is_own = change.requested_by_id == operator.pk
    by_care = event.own_by_care and not at_end and is_own and may(operator, CARE, account)
    return by_care and not is_asked_for(change)


def is_asked_for(change: Change) -> bool:
    """Whether it is access that its requester asked for, or the end of it: as its requester they see no plan of it."""
    return change.on_request or bool(change.ends and change.ends.on_request)


def asks_fresh_sign_in(event: OperatorEvent, change: Change) -> bool:
    at_end = event.fresh_sign_in is FreshSignIn.FOR_END and change.ends_id is not None
    return at_end or event.fresh_sign_in is FreshSignIn.ALWAYS


def refusal(event: OperatorEvent, change: Change, operator: Operator) -> str:
    """Why the table doesn't allow it, in the one sentence for all events; "" where it does."""
    is_own = change.requested_by_id == operator.pk
    if event.whose is Whose.OTHERS and is_own:
        return f"You proposed this change: somebody else must {event.name} it."
    if not may_do(event, change, operator):
        return may_not(event, change, operator)
    if event.whose is Whose.OWN and not is_own:
        return f"Only a change of your own can be {event.done}: this one as usual."
    if change.state not in event.starts_from:
        return f"This change can't be {event.done}: it is {state_words(change)}."
    return ""


def may_not(event: OperatorEvent, change: Change, operator: Operator, subject: str = "You") -> str:
    """Says that `operator` lacks the permission, and which roles have it. `subject`: another word for them."""
    if operator.token_limits and not event.by_token:
        return f"No token may {event.verb.format(changes='changes')}: a person does that."
    if event.own_by_care and may(operator, CARE, change.aws_account) and not is_asked_for(change):
        what = event.verb.format(changes="changes of others")
        return f"{subject} may not {what} in {change.aws_account}: your own changes only."
    needs = (change.ends_id and event.needs_at_end) or event.needs
    roles = {role for perm in needs for role in roles_with(perm)}
    which = " or ".join(role.label.lower() for role in Role if role in roles)
    what = event.verb.format(changes="changes")
    return f"{subject} may not {what} in {change.aws_account}: that takes the role {which}."


def state_words(change: Change) -> str:
    """To follow "it is"."""
    if change.is_at_gate:
        return "waiting in the middle"
    return _STATE_WORDS.get(State(change.state), change.get_state_display().lower())


_STATE_WORDS = {State.UNKNOWN: "of unknown outcome"}
