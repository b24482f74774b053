"""Leases: one change at a time writes an object. A change takes all that it needs, or none and waits."""

from __future__ import annotations

from django.db.models import QuerySet

from sync import operations
from sync.changes.rows import wake_after_commit
from sync.models import Change, Lease


def keys_of(change: Change) -> list[str]:
    """The objects that its steps write, sorted: who takes in the same order never blocks each other for good."""
    keys: set[str] = set()
    for step in change.steps.all():
        operation = operations.registry[step.kind]
        keys.update(operation.objects(operation.parse(step.params)))
    return sorted(keys)


def take(change: Change) -> bool:
    """Takes the leases in the caller's transaction; False when another change has one of them. Safe to repeat."""
    keys = keys_of(change)
    wanted = [Lease(aws_account=change.aws_account, object_key=key, change=change) for key in keys]
    Lease.objects.bulk_create(wanted, ignore_conflicts=True)
    if held_by_others(change, keys).exists():
        change.leases.all().delete()
        return False
    return True


def held_by_others(change: Change, keys: list[str]) -> QuerySet[Lease]:
    return Lease.objects.filter(aws_account=change.aws_account, object_key__in=keys).exclude(change=change)


def release(change: Change) -> None:
    """Releases the leases in the transaction that ends the work, and wakes changes that may have waited for them."""
    change.leases.all().delete()
    waiting = Change.objects.filter(aws_account=change.aws_account, state=Change.State.WAITING)
    for pk in waiting.order_by("queued_at").values_list("pk", flat=True):
        wake_after_commit(pk)
