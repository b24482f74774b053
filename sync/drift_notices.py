"""What is told of drift: which objects; and to operators who did it, as far as CloudTrail tells and they may know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.urls import reverse

from accounts.models import AwsAccount, Operator
from iamconsole.web.words import counted
from notifications import kinds
from notifications.kinds import EventKind
from notifications.models import NotifiedEvent
from notifications.telling import is_anybody_told, tell
from sync.activity.people import authorships
from sync.drift import happening, noun_of, object_in, open_drift
from sync.mirror.revisions import OPEN_DRIFT, register_drift_listener
from sync.models import Authorship, Revision, TrailEvent

DRIFT = "drift.found"
_NAMED = 10
_SETTLES = timedelta(minutes=5)  # CloudTrail mostly tells by then who did it


def register() -> None:
    """To be called in `AppConfig.ready()`."""
    kinds.register(
        EventKind(
            name=DRIFT,
            label="Changes outside this console",
            help="Somebody changed something in AWS by other means (drift). E-mails wait five minutes for who it was.",
            position=50,
            settles=_SETTLES,
            still=_still,
            more=_who,
        )
    )
    register_drift_listener(notify)


def notify(aws_account: AwsAccount, facets: Collection[int]) -> None:
    """Of facets that have a revision of origin `outside` now; in the transaction that wrote it."""
    if not is_anybody_told(DRIFT, aws_account):
        return
    found = open_drift(aws_account).filter(facet__in=facets).order_by("-pk")
    newest = list({revision.facet_id: revision for revision in reversed(found)}.values())
    if not newest:
        return
    names = [f"{noun_of(each)} {object_in(each)} ({happening(each).value})" for each in newest[:_NAMED]]
    more = len(newest) - len(names)
    said = ", ".join(names) + (f" and {more} more" if more else "")
    tell(
        DRIFT,
        aws_account=aws_account,
        title=f"{counted(len(newest), 'object')} changed outside this console: {aws_account}",
        text=f"{said[0].upper()}{said[1:]}.",
        path=reverse("drift", kwargs={"account_id": aws_account.account_id}),
        data={"objects": len(newest), "revisions": [each.pk for each in newest[:_NAMED]]},
    )


def _revisions(event: NotifiedEvent) -> Sequence[int]:
    return [int(pk) for pk in event.data["revisions"]]


def _still(event: NotifiedEvent, operator: Operator | None) -> bool:
    """Not where somebody has decided on all of it meanwhile, or changed it back."""
    return Revision.objects.filter(OPEN_DRIFT, pk__in=_revisions(event)).exists()


def _who(event: NotifiedEvent, operator: Operator | None) -> Sequence[str]:
    """Nobody's session, address or person is in it: of people of Identity Center no more than that it was one."""
    if event.aws_account is None:
        return ()
    rows = _revisions(event)
    names = _as_told_to(operator, event.aws_account, rows) if operator else _of_principals(rows)
    return [f"Done by {', '.join(names)}."] if names else []


def _as_told_to(operator: Operator, aws_account: AwsAccount, rows: Sequence[int]) -> list[str]:
    """By the rule of the drift's own page."""
    found = authorships(operator, aws_account, rows)
    return list(dict.fromkeys(doer.who for said in found.values() for doer in said.doers))


_TOLD_TO_ROUTES = {
    TrailEvent.Doer.ROOT: "the root user",
    TrailEvent.Doer.ROLE: "a role",
    TrailEvent.Doer.USER: "a user",
}


def _of_principals(rows: Sequence[int]) -> list[str]:
    """For a route, which may lead anywhere: what kind of principal it was."""
    events = TrailEvent.objects.filter(authorships__in=Authorship.objects.filter(revision__in=rows))
    return sorted(
        {
            _TOLD_TO_ROUTES[TrailEvent.Doer(each)]
            for each in events.values_list("doer", flat=True)
            if each in _TOLD_TO_ROUTES
        }
    )
