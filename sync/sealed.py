"""Secrets at rest: what operators type, until it is sent; what AWS says once, until its operator has seen it.

The text is sealed under keys of its own (SEAL_KEYS), and erased at the apply, when it was seen, or when its time is
over, whichever is first. What it belongs to is sealed with it: its reference, AWS account, operator, change and step. A
row that somebody altered in the database, or a blob that was copied from another, can't be opened.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import AwsAccount, Operator
from iamconsole.sealed_values import SealedValues
from iamconsole.sealing import CannotUnseal, KeyMissing, SealingPurpose, key_names, seal, sealed_under, unseal
from sync import clock
from sync.aws.secrets import Secret
from sync.models import Change, SealedSecret, Step

# How long what was typed waits for the proposal that it belongs to.
_TYPING = timedelta(minutes=15)

_REFERENCE = "sealed:"
_TOGETHER = 200

# Whose steps are being sent: what was typed for another change isn't opened for them.
_sending: ContextVar[int | None] = ContextVar("sending", default=None)


class NotKept(Exception):
    """The secret was erased, or its key is gone. The text is a sentence for the operator."""

    def __init__(self, words: str = "What was typed in secret isn't kept any more: make the change again.") -> None:
        super().__init__(words)


@dataclass(frozen=True)
class RevealedSecret:
    """A secret that AWS said once, for its operator to copy."""

    position: int
    name: str
    secret: Secret
    until: datetime


def is_reference(text: str) -> bool:
    return text.startswith(_REFERENCE)


def keep_typed(text: str, *, name: str, aws_account: AwsAccount, operator: Operator) -> str:
    """Seals what an operator typed; the reference is the parameter of the step that sends it."""
    row = _row(name, aws_account, operator, clock.now() + _TYPING)
    _seal(row, text)
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
    for row in free:
        secret = _open(row)
        row.change, row.expires_at = change, change.expires_at
        _seal(row, secret.open())
    _save_all(free)


def _may_bind(row: SealedSecret, operator: Operator) -> bool:
    if row.change is None:
        return row.operator_id == operator.pk
    return row.change.state in Change.STUCK


@contextmanager
def sending(change: Change) -> Iterator[None]:
    """Meanwhile `open_typed` opens what was typed for this change."""
    token = _sending.set(change.pk)
    try:
        yield
    finally:
        _sending.reset(token)


def open_typed(reference: str) -> Secret:
    """To be sent, by the change that it was typed for (`sending`). Raises NotKept."""
    row = SealedSecret.objects.filter(reference=reference, position__isnull=True).first()
    if row is None or row.expires_at <= clock.now() or row.change_id != _sending.get():
        raise NotKept
    return _open(row)


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
    rows = []
    for name, secret in secrets.items():
        row = _row(name, change.aws_account, operator, until)
        row.change, row.position = change, step.position
        _seal(row, secret.open())
        rows.append(row)
    SealedSecret.objects.bulk_create(rows)
    _keep_together(change, operator, until)


def hand_over(step: Step, made_up: Mapping[str, str], *, operator: Operator) -> None:
    """What the console thought up and has sent by now: from here on its operator may see it. References by name."""
    until = clock.now() + timedelta(seconds=settings.SECRET_SHOWN_S)
    names = {reference: name for name, reference in made_up.items()}
    rows = SealedSecret.objects.filter(reference__in=names, change=step.change, position__isnull=True)
    opened = []
    for row in rows:
        with suppress(NotKept):  # its key is gone: it stays what was typed, and goes with that
            secret = _open(row)
            row.name, row.position, row.operator, row.expires_at = names[row.reference], step.position, operator, until
            _seal(row, secret.open())
            opened.append(row)
    _save_all(opened)
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


def show(change: Change, operator: Operator) -> list[RevealedSecret]:
    """Opens them. What can't be opened any more is left out."""
    found = []
    for row in to_be_shown(change).filter(operator=operator):
        with suppress(NotKept):
            found.append(RevealedSecret(row.position or 0, row.name, _open(row), row.expires_at))
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


def names_of_keys() -> Iterator[str]:
    """The key that each is sealed under."""
    for row in SealedSecret.objects.only("blob").iterator(chunk_size=_TOGETHER):
        yield sealed_under(_blob(row))


def reseal() -> Iterator[int]:
    """Those under an older one of SEAL_KEYS that is still there, under the newest: so many at once."""
    older = set(key_names()[1:])
    rows = SealedSecret.objects.only("blob").order_by("pk").iterator(chunk_size=_TOGETHER)
    stale = [row.pk for row in rows if sealed_under(_blob(row)) in older]
    for first in range(0, len(stale), _TOGETHER):
        yield _reseal(stale[first : first + _TOGETHER])


@transaction.atomic
def _reseal(pks: Sequence[int]) -> int:
    """How many could be opened."""
    opened = []
    for row in SealedSecret.objects.select_for_update().filter(pk__in=pks).order_by("pk"):
        with suppress(NotKept):
            _seal(row, _open(row).open())
            opened.append(row)
    SealedSecret.objects.bulk_update(opened, ["blob"])
    return len(opened)


SEALED_SECRETS = SealedValues("secrets of changes", names_of_keys, reseal)


def _row(name: str, aws_account: AwsAccount, operator: Operator, until: datetime) -> SealedSecret:
    return SealedSecret(
        reference=f"{_REFERENCE}{uuid.uuid4().hex}",
        aws_account=aws_account,
        operator=operator,
        name=name,
        expires_at=until,
    )


def _bound(row: SealedSecret) -> tuple[object, ...]:
    return row.reference, row.aws_account_id, row.operator_id, row.change_id, row.position


def _seal(row: SealedSecret, text: str) -> None:
    row.blob = seal(text, SealingPurpose.STEP_SECRET, *_bound(row)).encode()


def _blob(row: SealedSecret) -> str:
    return bytes(row.blob).decode(errors="replace")


def _open(row: SealedSecret) -> Secret:
    """Raises NotKept."""
    try:
        return Secret(unseal(_blob(row), SealingPurpose.STEP_SECRET, *_bound(row)))
    except KeyMissing as error:
        raise NotKept(str(error)) from error
    except CannotUnseal as error:
        raise NotKept from error


def _save_all(rows: Sequence[SealedSecret]) -> None:
    fields = ["operator", "change", "position", "name", "expires_at", "blob"]
    SealedSecret.objects.bulk_update(rows, fields, batch_size=200)
