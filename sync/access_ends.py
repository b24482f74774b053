"""Temporary access on pages: which removals (sync/changes/temporary.py) are to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.once import once_a_page
from iamconsole.web.panels import Panel, PanelRow
from iamconsole.web.words import day, full_time
from sync import operations
from sync.changes.removals import UNDER_WAY, is_overdue
from sync.changes.temporary import WARNED_BEFORE
from sync.models import Change, Step

SHOWN = 6


@dataclass(frozen=True)
class AccessEnd:
    """What a removal takes off a user, a group or a role. `by_itself`: AWS ends what it allows without us."""

    title: str  # "Detach reports-read from the user dana.okafor"
    at: datetime
    removal: Change
    by_itself: bool
    is_overdue: bool = False

    @property
    def grant_pk(self) -> int | None:
        return self.removal.ends_id


def ends_on(aws_account: AwsAccount, arn: str) -> list[AccessEnd]:
    """The access of the object that ends, the soonest first."""
    # Parts of attachments, memberships and inline policies: "attachment:<owner's ARN> <policy's ARN>".
    about = Q(part__contains=f":{arn} ") | Q(part__startswith="membership:", part__endswith=f" {arn}")
    ahead = Step.objects.filter(about, change__in=_to_come(aws_account)).select_related("change__aws_account")
    steps = list(ahead.order_by("change__not_before", "pk"))
    itself = _ending_themselves(steps)
    return [_end(step, step.part in itself) for step in steps]


def _end(step: Step, by_itself: bool) -> AccessEnd:
    operation = operations.registry[step.kind]
    assert step.change.not_before is not None  # noqa: S101  it is scheduled
    title = operation.title(operation.parse(step.params))
    return AccessEnd(title, step.change.not_before, step.change, by_itself, is_overdue(step.change))


def _ending_themselves(steps: list[Step]) -> set[str]:
    """The parts that AWS ends by itself, of these steps of removals."""
    if not steps:
        return set()
    about = Q(part__in=[step.part for step in steps]) | Q(part__startswith="existence:")
    granted = Step.objects.filter(about, change__in={step.change.ends_id for step in steps})
    return end_by_themselves(granted.order_by("change_id", "position"))


def end_by_themselves(granted: Iterable[Step]) -> set[str]:
    """The parts whose document says the end, and those that give nothing but a policy made with such a document."""
    parts: set[str] = set()
    made: set[str] = set()
    for step in granted:
        if "aws:CurrentTime" in str(step.params.get("document", "")):
            parts.add(step.part)
            made.add(str(step.params.get("arn", "")))
        elif not made.isdisjoint(value for value in step.params.values() if isinstance(value, str)):
            parts.add(step.part)
    return parts


def _to_come(aws_account: AwsAccount) -> QuerySet[Change]:
    return Change.objects.filter(aws_account=aws_account, ends__isnull=False, state__in=UNDER_WAY)


@once_a_page
def next_ends(aws_account: AwsAccount) -> list[Change]:
    """Also ends that are overdue; they come first."""
    return list(_to_come(aws_account).select_related("ends", "aws_account").order_by("not_before")[:SHOWN])


# ---- The overview --------------------------------------------------------------------------------------------------
def register_panels() -> None:
    panels.register(Panel("overview.attention", "ends", "Access ends", rows=_soon, permission=SEE_IAM))
    panels.register(
        Panel("overview.side", "temporary", "Temporary access", rows=_ahead, permission=SEE_IAM, position=15)
    )
    lede = "While writes are off, nothing removes it."
    panels.register(Panel("account", "ends", "Temporary access", lede=lede, rows=_all_to_come, permission=SEE_IAM))


def _all_to_come(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for removal in next_ends(aws_account):
        if not is_overdue(removal):
            yield _row(aws_account, removal)
        else:
            yield _overdue(aws_account, removal)


def _overdue(aws_account: AwsAccount, removal: Change) -> PanelRow:
    assert removal.not_before is not None  # noqa: S101  as it was made
    text = (
        f"It should have ended {full_time(removal.not_before)}. Change {removal.pk}, which removes it: "
        f"{removal.get_state_display().lower()}."
    )
    title = f"Access did not end: {_granted(removal)}"
    return PanelRow(
        title, _url(aws_account, removal), text=text, severity="critical", action="Look at it", icon="octagon-alert"
    )


def _row(aws_account: AwsAccount, removal: Change) -> PanelRow:
    assert removal.not_before is not None  # noqa: S101  as it was made
    text = f"Until {day(removal.not_before)}, granted by change {removal.ends_id}."
    return PanelRow(_granted(removal), _url(aws_account, removal), text=text, icon="timer-off")


def _soon(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    limit = timezone.now() + WARNED_BEFORE
    for removal in next_ends(aws_account):
        if is_overdue(removal):
            yield _overdue(aws_account, removal)
        elif removal.not_before and removal.not_before <= limit:
            text = f"{full_time(removal.not_before)}: change {removal.pk} removes it."
            yield PanelRow(f"Access ends: {_granted(removal)}", _url(aws_account, removal), text=text, severity="low")


def _ahead(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for removal in next_ends(aws_account):
        yield _row(aws_account, removal)


def _granted(removal: Change) -> str:
    return removal.ends.titled if removal.ends else removal.titled


def _url(aws_account: AwsAccount, removal: Change) -> str:
    return reverse("change", kwargs={"account_id": aws_account.account_id, "pk": removal.pk})
