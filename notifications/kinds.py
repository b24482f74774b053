"""The registry of kinds of event. Each app registers its own in `AppConfig.ready()`, and tells of events by
`notifications.telling.tell`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Operator
from accounts.roles import SEE_IAM
from notifications.models import NotificationRoute, NotificationTimes, NotifiedEvent
from notifications.timing import Timing


def _always_still(event: NotifiedEvent, operator: Operator | None) -> bool:
    return True


def _no_longer(event: NotifiedEvent, operator: Operator | None) -> bool:
    return False


def _nothing_more(event: NotifiedEvent, operator: Operator | None) -> Sequence[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """`name` is the `type` of webhooks: "drift.found".

    `still` is asked before an event is sent, with the operator (None: a route of an AWS account), whether it is still
    so, and they are still to hear of it. `more` gives sentences that hang on who reads them.
    """

    name: str
    label: str
    help: str
    permission: str = SEE_IAM  # what operators need on the AWS account; "": a role of any kind there
    default: Timing = Timing.OFF  # of operators who chose nothing
    concerns: bool = False  # only those whom the event names are told, no other operators
    always: bool = False  # nobody turns it off, and no quiet hours hold it back
    settles: timedelta = timedelta()  # how long it waits, so that what happens with it goes into the same message
    on_routes: bool = True  # whether routes of AWS accounts can have it
    route_words: tuple[str, str] = ("", "")  # label and help for these, where they are others
    on_pages: bool = True  # whether it can be chosen
    position: int = 50
    still: Callable[[NotifiedEvent, Operator | None], bool] = _always_still
    more: Callable[[NotifiedEvent, Operator | None], Sequence[str]] = _nothing_more


_kinds: dict[str, EventKind] = {}


def register(*kinds: EventKind) -> None:
    """Raises ValueError where another kind has the name."""
    for kind in kinds:
        if _kinds.setdefault(kind.name, kind) != kind:
            raise ValueError(f"The kind of event {kind.name} is registered already.")


def kind_of(name: str) -> EventKind:
    """Raises LookupError for a kind that nobody registered."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No app has registered the kind of event {name!r}.") from None


def kind_of_row(name: str) -> EventKind:
    """The same of what was written down before; of a kind that no app registers any more: one that isn't sent."""
    return _kinds.get(name) or EventKind(name=name, label=name, help="", still=_no_longer, on_pages=False)


def all_kinds() -> list[EventKind]:
    """In the order of the pages."""
    return sorted(_kinds.values(), key=lambda each: (each.position, each.label))


def timing_of(recipient: NotificationTimes, kind: EventKind) -> Timing:
    """When the recipient wants to hear of it. Programs read webhooks: one message for each event."""
    if isinstance(recipient, NotificationRoute):
        found = Timing(recipient.choices.get(kind.name, Timing.OFF))
        is_webhook = recipient.channel == NotificationRoute.Channel.WEBHOOK
        return Timing.AT_ONCE if found == Timing.DIGEST and is_webhook else found
    return Timing.AT_ONCE if kind.always else Timing(recipient.choices.get(kind.name, kind.default))


def chosen_by_operators() -> list[EventKind]:
    return [each for each in all_kinds() if each.on_pages and not each.always]


def chosen_for_routes() -> list[EventKind]:
    return [each for each in all_kinds() if each.on_pages and each.on_routes]
