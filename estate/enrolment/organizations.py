"""The organizations that the console reads, and how far each of their AWS accounts has come here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from accounts.models import AwsAccount
from estate.models import EnrolledAccount, LeftOutAccount
from policies.models import OrgAccount, Organization, OrgUnit
from policies.organizations.places import reads_the_tree
from policies.organizations.sources import TREE
from sync.selectors import when_complete

State = EnrolledAccount.State
_NEVER = datetime.min.replace(tzinfo=UTC)


class Progress(StrEnum):
    """How far an AWS account of the organization has come here."""

    CONNECTED = "connected"
    RESTS = "rests"  # it was connected, and nothing is asked of it
    INACTIVE = "inactive"  # suspended, being closed, closed, or not active yet; never connected
    CONNECTING = "connecting"  # a worker is at it, or will be
    FOUND = "found"  # its roles work, and no owner has had it connected
    CHOSEN = "chosen"  # its roles aren't deployed yet, or weren't tried
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    NEVER = "never"


# What may be chosen: what isn't connected, and can be got into.
CHOOSABLE = (Progress.FOUND, Progress.CHOSEN, Progress.REFUSED, Progress.LEFT_OUT, Progress.NEVER)
_OF_STATES = {
    Progress.CONNECTING: State.CONNECTING,
    Progress.FOUND: State.WORKS,
    Progress.REFUSED: State.REFUSED,
}


@dataclass(frozen=True)
class ReadOrganization:
    """An organization by the mirror of one of the AWS accounts that may read it."""

    row: Organization
    held_by: AwsAccount
    at: datetime | None  # when its tree was last read as a whole; None: not yet

    @property
    def id(self) -> str:
        return self.row.aws_id

    @property
    def is_managed_here(self) -> bool:
        """Whether the management account is the one that is asked."""
        return self.row.management_id == self.held_by.account_id

    @cached_property
    def units(self) -> dict[str, OrgUnit]:
        return {unit.aws_id: unit for unit in OrgUnit.objects.live().filter(aws_account=self.held_by)}

    @property
    def root_id(self) -> str:
        return next((unit.aws_id for unit in self.units.values() if unit.is_root), "")

    def unit_words(self, unit_id: str) -> str:
        """ "Workloads / Production"; "Root" of what is right below it, the id of a unit that isn't held."""
        unit = self.units.get(unit_id)
        if unit is None:
            return unit_id
        above = [self.units[each] for each in unit.path.strip("/").split("/")[2:-1] if each in self.units]
        return " / ".join(each.name for each in (*above, unit))


def read_organizations() -> list[ReadOrganization]:
    """Each once, by its id: as the management account has it, else as the delegate that was read last."""
    rows: Any = Organization.objects.live().select_related("aws_account").annotate(read_at=when_complete(TREE))
    best: dict[str, Any] = {}
    for row in rows:
        if not reads_the_tree(row) or row.aws_account.resting:
            continue
        known = best.get(row.aws_id)
        if known is None or _rank(row) > _rank(known):
            best[row.aws_id] = row
    return [ReadOrganization(row, row.aws_account, row.read_at) for _, row in sorted(best.items())]


def read_organization(organization_id: str) -> ReadOrganization | None:
    return next((each for each in read_organizations() if each.id == organization_id), None)


def _rank(row: Any) -> tuple[bool, datetime]:
    return row.management_id == row.aws_account.account_id, row.read_at or _NEVER


# ---- Its AWS accounts ------------------------------------------------------------------------------------------------
def accounts_of(organization: ReadOrganization) -> QuerySet[Any]:
    """With `progress`, `is_choosable`, `by_unit` to order by, `here_pk` of the AWS account here, and what the newest
    open enrolment that it is in says of it: `tried_state`, `tried_why`, `tried_in`."""
    here = AwsAccount.objects.filter(account_id=OuterRef("aws_id")).exclude(connection=AwsAccount.Connection.SNAPSHOT)
    left_out = LeftOutAccount.objects.filter(organization_id=organization.id, account_id=OuterRef("aws_id"))
    unit = OrgUnit.objects.live().filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("parent_id"))
    tried = EnrolledAccount.objects.filter(
        account_id=OuterRef("aws_id"),
        enrolment__organization_id=organization.id,
        enrolment__ended_at=None,
        enrolment__lasts_until__gt=timezone.now(),
    ).order_by("-enrolment", "pk")
    rows: QuerySet[Any] = OrgAccount.objects.filter(aws_account=organization.held_by)
    rows = rows.annotate(
        here_pk=Subquery(here.values("pk")[:1]),
        here_resting=Subquery(here.values("resting")[:1]),
        tried_state=Subquery(tried.values("state")[:1]),
        tried_why=Subquery(tried.values("why")[:1]),
        tried_in=Subquery(tried.values("enrolment")[:1]),
        is_left_out=ExpressionWrapper(Exists(left_out), output_field=BooleanField()),
        by_unit=Concat(
            Coalesce(Subquery(unit.values("name_key")[:1]), Value("")),
            Value("/"),
            F("name_key"),
            output_field=CharField(),
        ),
    )
    can_be_chosen = ExpressionWrapper(Q(gone_at=None, progress__in=CHOOSABLE), output_field=BooleanField())
    annotated: QuerySet[Any] = rows.annotate(progress=_progress()).annotate(is_choosable=can_be_chosen)
    return annotated


def _progress() -> Case:
    enrolled = (When(tried_state=state, then=Value(str(progress))) for progress, state in _OF_STATES.items())
    return Case(
        When(Q(here_pk__isnull=False) & ~Q(here_resting=""), then=Value(str(Progress.RESTS))),
        When(here_pk__isnull=False, then=Value(str(Progress.CONNECTED))),
        When(~Q(state="ACTIVE"), then=Value(str(Progress.INACTIVE))),
        *enrolled,
        When(tried_state__isnull=False, then=Value(str(Progress.CHOSEN))),
        When(is_left_out=True, then=Value(str(Progress.LEFT_OUT))),
        default=Value(str(Progress.NEVER)),
        output_field=CharField(),
    )


_WHY_NOT = {
    Progress.CONNECTED: "connected already",
    Progress.RESTS: "connected already",
    Progress.CONNECTING: "being connected",
    Progress.INACTIVE: "not active in AWS",
}
_MOST_NAMED = 5


def why_not_chosen(account_ids: Collection[str], rows: Sequence[Any]) -> str:
    """A sentence that names those of the AWS accounts that can't be enrolled; "" where all can. `rows`: those of
    `accounts_of` that have these ids."""
    found = {row.aws_id: row for row in rows}
    reasons = []
    for account_id in sorted(set(account_ids)):
        row = found.get(account_id)
        if row is None or row.gone_at:
            reasons.append(f"{account_id} isn’t in the organization")
        elif not row.is_choosable:
            reasons.append(f"{row.name} ({account_id}) is {_WHY_NOT[row.progress]}")
    if not reasons:
        return ""
    more = len(reasons) - _MOST_NAMED
    named = reasons if more <= 0 else [*reasons[:_MOST_NAMED], f"{more} more can’t be enrolled either"]
    return f"{'; '.join(named)}. Choose other AWS accounts."


def count_new(organizations: Sequence[ReadOrganization]) -> dict[str, int]:
    """By organization: how many active AWS accounts are neither connected, nor in an enrolment, nor left out."""
    found = {each.id: accounts_of(each).filter(gone_at=None, progress=Progress.NEVER).count() for each in organizations}
    return {organization_id: count for organization_id, count in found.items() if count}
