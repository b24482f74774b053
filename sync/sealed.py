"""Secrets at rest: what operators type, until it is sent; what AWS says once, until its operator has seen it.

The text is sealed under a key ring of its own (SEAL_KEYS), and erased at the apply, when it was seen, or when its time
is over, whichever is first.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import AwsAccount, Operator
from sync import clock
from sync.aws.secrets import CannotUnseal, Secret, seal, unseal
from sync.models import Change, SealedSecret, Step

# How long what was typed waits for the proposal that it belongs to.
_TYPING = timedelta(minutes=15)

_REFERENCE = "sealed:"


class NotKept(Exception):
    """The secret was erased, or its key is gone. The text is a sentence for the operator."""

    def __init__(self, words: str = "What was typed in secret isn't kept any more: make the change again.") -> None:
        super().__init__(words)


@dataclass(frozen=True)
class Shown:
    """A secret that AWS said once, for its operator to copy."""

    position: int
    name: str
    secret: Secret
    until: datetime


def is_reference(text: str) -> bool:
    return text.startswith(_REFERENCE)


def keep_typed(text: str, *, name: str, aws_account: AwsAccount, operator: Operator) -> str:
    """Seals what an operator typed; the reference is the parameter of the step that sends it."""
    row = _sealed(Secret(text), name, aws_account, operator, clock.now() + _TYPING)
    row.save()
    return row.reference


def bind(change: Change, references: Iterable[str], *, operator: Operator) -> None:
    """In the transaction of the proposal: what was typed waits for this change. Raises NotKept.

    A plan made again takes over what was typed for the change that it replaces.
    """
    wanted = set(references)
    rows = SealedSecret.objects.filter(
        reference__in=wanted, aws_account=change.aws_account, position__isnull=True, expires_at__gt=clock.now()
    )
    free = [row for row in rows.select_related("change") if _may_bind(row, operator)]
    if len(free) < len(wanted):
        raise NotKept
    SealedSecret.objects.filter(pk__in=[row.pk for row in free]).update(change=change, expires_at=change.expires_at)


def _may_bind(row: SealedSecret, operator: Operator) -> bool:
    if row.change is None:
        return row.operator_id == operator.pk
    return row.change.state in (Change.State.CONFLICTED, Change.State.FAILED, Change.State.UNKNOWN)


def open_typed(reference: str) -> Secret:
    """To be sent. Raises NotKept."""
    row = SealedSecret.objects.filter(reference=reference, position__isnull=True).first()
    if row is None or row.expires_at <= clock.now():
        raise NotKept
    try:
        return unseal(bytes(row.blob))
    except CannotUnseal as error:
        raise NotKept from error


def typed_at(reference: str) -> datetime:
    """Raises NotKept."""
    row = SealedSecret.objects.filter(reference=reference, position__isnull=True).first()
    if row is None:
        raise NotKept
    return row.created_at


def keep_returned(step: Step, secrets: Mapping[str, Secret], *, operator: Operator) -> None:
    """Seals what AWS says once, by its name, for the operator who asked for it."""
    until = clock.now() + timedelta(seconds=settings.SECRET_SHOWN_S)
    change = step.change
    rows = [_sealed(secret, name, change.aws_account, operator, until) for name, secret in secrets.items()]
    for row in rows:
        row.change, row.position = change, step.position
    SealedSecret.objects.bulk_create(rows)
    _keep_together(change, operator, until)


def hand_over(step: Step, made_up: Mapping[str, str], *, operator: Operator) -> None:
    """What the console thought up and has sent by now: from here on its operator may see it. References by name."""
    until = clock.now() + timedelta(seconds=settings.SECRET_SHOWN_S)
    for name, reference in made_up.items():
        SealedSecret.objects.filter(reference=reference, change=step.change, position__isnull=True).update(
            name=name, position=step.position, operator=operator, expires_at=until
        )
    if made_up:
        _keep_together(step.change, operator, until)


def _keep_together(change: Change, operator: Operator, until: datetime) -> None:
    """What waits for its operator goes on waiting while more comes, so that all of it can be taken at once.

    Not at each step, of which there may be a thousand: only what has waited for half of its time.
    """
    soon = clock.now() + timedelta(seconds=settings.SECRET_SHOWN_S / 2)
    to_be_shown(change).filter(operator=operator, expires_at__lt=soon).update(expires_at=until)


def keep_longer(change: Change) -> None:
    """The change waits for something, and what was typed for it waits as long."""
    change.secrets.filter(position__isnull=True).update(expires_at=change.expires_at)


def to_be_shown(change: Change) -> QuerySet[SealedSecret]:
    """What its operators may see, as rows: nothing is opened."""
    rows = change.secrets.filter(position__isnull=False, expires_at__gt=clock.now())
    return rows.select_related("operator").order_by("position", "pk")


def show(change: Change, operator: Operator) -> list[Shown]:
    """Opens them. What can't be opened any more is left out."""
    found = []
    for row in to_be_shown(change).filter(operator=operator):
        try:
            found.append(Shown(row.position or 0, row.name, unseal(bytes(row.blob)), row.expires_at))
        except CannotUnseal:
            continue
    return found


def erase_shown(change: Change, operator: Operator) -> int:
    """Its operator has them now. How many there were."""
    return change.secrets.filter(operator=operator, position__isnull=False).delete()[0]


def erase_typed(change: Change) -> None:
    """It was sent, or never will be."""
    change.secrets.filter(position__isnull=True).delete()


def erase_expired() -> list[SealedSecret]:
    """What nobody said they have, as it was."""
    over = SealedSecret.objects.filter(expires_at__lte=clock.now())
    not_taken = list(over.filter(position__isnull=False).select_related("change__aws_account", "operator"))
    over.delete()
    return not_taken


def _sealed(secret: Secret, name: str, aws_account: AwsAccount, operator: Operator, until: datetime) -> SealedSecret:
    return SealedSecret(
        reference=f"{_REFERENCE}{uuid.uuid4().hex}",
        aws_account=aws_account,
        operator=operator,
        name=name,
        blob=seal(secret.open()),
        expires_at=until,
    )
