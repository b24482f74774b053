"""What owners of all AWS accounts do with an enrolment: make it, have it tried, connect what works, end it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.access import may
from accounts.models import Operator
from accounts.roles import ADMINISTER
from aws_constraints.arn import account_in
from estate.enrolment import work
from estate.enrolment.organizations import ReadOrganization, accounts_of, why_not_chosen
from estate.enrolment.proofs import proof_for
from estate.models import AccountEnrolment, EnrolledAccount, LeftOutAccount
from iamconsole.web.selections import MOST_PICKED
from policies.models import OrgAccount
from sync.aws.target import home_region
from sync.connect import Machine, machine_identity, new_shared_external_id

State = EnrolledAccount.State
DAYS = (7, 30, 90)  # that an enrolment may last
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_KEY_LENGTH = 8

audit.register(
    {
        "enrolment.made": "began to enrol {accounts} AWS accounts of the organization {organization}, under {key}",
        "enrolment.tried": "had the roles of {accounts} AWS accounts tried, of the enrolment {key}",
        "enrolment.connecting": "had {accounts} AWS accounts of the enrolment {key} connected",
        "enrolment.ended": "ended the enrolment {key} of the organization {organization}",
        "enrolment.left_out": "left {accounts} AWS accounts of the organization {organization} out",
        "enrolment.listed": "listed {accounts} AWS accounts of the organization {organization} again",
    }
)


@dataclass(frozen=True)
class EnrolmentPlan:
    """What the roles are to be for. `parts`: names of RoleParts, beside that for people."""

    people: bool = False
    writes: bool = False
    parts: Sequence[str] = field(default_factory=tuple)
    days: int = 30


def make(
    *,
    actor: Operator,
    organization: ReadOrganization,
    account_ids: Collection[str],
    plan: EnrolmentPlan,
    request: HttpRequest | None = None,
) -> AccountEnrolment:
    """Raises PermissionDenied, and ValidationError where one of them can't be enrolled or AWS doesn't say who the
    console is. AWS is asked for that, before anything is written."""
    _require_owner_of_all(actor)
    chosen = _chosen(organization, account_ids)
    if plan.days not in DAYS:
        raise ValidationError("Choose how long it lasts.")
    machine = _machine(organization)
    external_id = new_shared_external_id(organization.id)
    enrolment = AccountEnrolment(
        held_by=organization.held_by,
        organization_id=organization.id,
        key="".join(secrets.choice(_LETTERS) for _ in range(_KEY_LENGTH)),
        external_id=external_id,
        proof=proof_for(external_id, organization.id),
        principal_arn=machine.principal_arn,
        asks_organization=_is_in(organization, account_in(machine.principal_arn)),
        people=plan.people,
        writes=plan.writes,
        parts=sorted(plan.parts),
        made_by=actor,
        lasts_until=timezone.now() + timedelta(days=plan.days),
    )
    with transaction.atomic():
        enrolment.save()
        EnrolledAccount.objects.bulk_create(
            EnrolledAccount(enrolment=enrolment, account_id=row.aws_id, name=row.name) for row in chosen
        )
        LeftOutAccount.objects.filter(organization_id=organization.id, account_id__in=account_ids).delete()
        numbers = [row.aws_id for row in chosen]
        about = {"writes": plan.writes, "people": plan.people, "parts": sorted(plan.parts), "numbers": numbers}
        _record("made", enrolment, actor, request, accounts=len(chosen), **about)
    return enrolment


def _chosen(organization: ReadOrganization, account_ids: Collection[str]) -> list[OrgAccount]:
    if not account_ids:
        raise ValidationError("Choose AWS accounts first.")
    if len(account_ids) > MOST_PICKED:
        raise ValidationError(f"Choose {MOST_PICKED:,} AWS accounts at most for one enrolment.")
    found = list(accounts_of(organization).filter(aws_id__in=account_ids).order_by("name_key", "pk"))
    if refusal := why_not_chosen(account_ids, found):
        raise ValidationError(refusal)
    return found


def _machine(organization: ReadOrganization) -> Machine:
    held_by = organization.held_by
    machine = machine_identity(partition=held_by.partition, region=home_region(held_by), emulated=held_by.emulated)
    if machine.problem:
        raise ValidationError(f"{machine.problem} The roles have to name whom they trust: nothing was made.")
    return machine


def _is_in(organization: ReadOrganization, account_id: str) -> bool:
    there = OrgAccount.objects.live().filter(aws_account=organization.held_by, aws_id=account_id)
    return account_id == organization.row.management_id or there.exists()


def ask_trial(*, actor: Operator, enrolment: AccountEnrolment, request: HttpRequest | None = None) -> int:
    """A worker tries the roles of all that aren't connected. Returns how many. Raises PermissionDenied, and
    ValidationError after the end."""
    _require_owner_of_all(actor)
    _require_open(enrolment)
    with transaction.atomic():
        rows = enrolment.accounts.exclude(state__in=(*EnrolledAccount.AT_WORK, State.CONNECTED))
        count = _wait(rows, State.WAITING)
        if count:
            _record("tried", enrolment, actor, request, accounts=count)
            transaction.on_commit(partial(work.wake, enrolment.pk, count))
    return count


def ask_connection(
    *,
    actor: Operator,
    enrolment: AccountEnrolment,
    environment: str,
    turn_writes_on: bool = False,
    request: HttpRequest | None = None,
) -> int:
    """A worker connects those that work, read-only unless `turn_writes_on`. Returns how many: two who ask at once
    have each AWS account connected once. Raises PermissionDenied, and ValidationError after the end."""
    _require_owner_of_all(actor)
    _require_open(enrolment)
    if turn_writes_on and not enrolment.writes:
        raise ValidationError("This enrolment has no role to write.")
    how = {"connected_by": actor, "environment": environment, "turn_writes_on": turn_writes_on}
    with transaction.atomic():
        count = _wait(enrolment.accounts.filter(state=State.WORKS), State.CONNECTING, **how)
        if count:
            _record("connecting", enrolment, actor, request, accounts=count, writes=turn_writes_on)
            transaction.on_commit(partial(work.wake, enrolment.pk, count))
    return count


def _wait(rows: QuerySet[EnrolledAccount], state: str, **values: Any) -> int:
    return rows.update(state=state, why="", claim="", heartbeat_at=None, not_before=None, failures=0, **values)


def end(*, actor: Operator, enrolment: AccountEnrolment, request: HttpRequest | None = None) -> None:
    """No AWS account is connected by it from now on; those that are stay so. Raises PermissionDenied."""
    _require_owner_of_all(actor)
    with transaction.atomic():
        if AccountEnrolment.objects.filter(pk=enrolment.pk, ended_at=None).update(ended_at=timezone.now()):
            enrolment.accounts.filter(state__in=EnrolledAccount.AT_WORK, claim="").update(state=State.CHOSEN)
            _record("ended", enrolment, actor, request)


def leave_out(
    *,
    actor: Operator,
    organization_id: str,
    account_ids: Collection[str],
    out: bool = True,
    request: HttpRequest | None = None,
) -> int:
    """AWS accounts that aren't to be connected need nobody's attention; `out` = False: they do again."""
    _require_owner_of_all(actor)
    numbers = sorted(set(account_ids))
    rows = LeftOutAccount.objects.filter(organization_id=organization_id, account_id__in=numbers)
    with transaction.atomic():
        known = set(rows.values_list("account_id", flat=True))
        changed = [each for each in numbers if (each in known) is not out]
        if not changed:
            return 0
        if out:
            new = (LeftOutAccount(organization_id=organization_id, account_id=each, by=actor) for each in changed)
            LeftOutAccount.objects.bulk_create(new, ignore_conflicts=True)
        else:
            rows.delete()
        audit.record(
            "enrolment.left_out" if out else "enrolment.listed",
            actor=actor,
            data={"accounts": len(changed), "organization": organization_id, "numbers": changed},
            request=request,
        )
    return len(changed)


def _require_owner_of_all(actor: Operator) -> None:
    if not may(actor, ADMINISTER, None):
        raise PermissionDenied("Only owners of all AWS accounts enrol AWS accounts.")


def _require_open(enrolment: AccountEnrolment) -> None:
    if not enrolment.is_open:
        raise ValidationError("This enrolment has ended: it connects no AWS accounts any more. Make another one.")


def _record(verb: str, enrolment: AccountEnrolment, actor: Operator, request: HttpRequest | None, **data: Any) -> None:
    audit.record(
        f"enrolment.{verb}",
        actor=actor,
        aws_account=enrolment.held_by,
        obj=("enrolment", enrolment.pk, enrolment.key),
        data={"key": enrolment.key, "organization": enrolment.organization_id, **data},
        request=request,
    )
