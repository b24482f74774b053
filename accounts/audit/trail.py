"""Writes audit entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.audit import causes
from accounts.audit.verbs import require
from accounts.models import AuditEntry, AwsAccount, Operator

# Pages are asked for with every letter that is typed, and every two seconds: within this time that is one look.
ONE_LOOK = timedelta(minutes=10)
CONSOLE = "IAM Console"  # the actor where nobody is: the clock, a worker


def entry(
    verb: str,
    *,
    actor: Operator | None,
    aws_account: AwsAccount | None = None,
    obj: tuple[str, object, str] | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    request: HttpRequest | None = None,
    actor_name: str = "",
    texts: Mapping[str, str] | None = None,
) -> AuditEntry:
    """One that is still to be written (`record_all`).

    `obj` is (kind, id, name). `actor_name` is for those who are no operators. Without a `request`, the address is that
    of the one that is answered, or that caused what a worker does. `texts`: what `audit.apart` gave for the
    free texts, which can be erased. Raises UnknownVerb.
    """
    require(verb)
    kind, object_id, object_name = obj or ("", "", "")
    return AuditEntry(
        verb=verb,
        actor=actor,
        actor_name=actor.email if actor else actor_name or CONSOLE,
        aws_account=aws_account,
        object_kind=kind,
        object_id=str(object_id)[:400],
        object_name=object_name[:400],
        reason=reason,
        data={**(data or {}), **({"texts": dict(texts)} if texts else {})},
        address=causes.address_of(request) if request is not None else causes.address(),
    )


def record(
    verb: str,
    *,
    actor: Operator | None,
    aws_account: AwsAccount | None = None,
    obj: tuple[str, object, str] | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    request: HttpRequest | None = None,
    actor_name: str = "",
    texts: Mapping[str, str] | None = None,
) -> AuditEntry:
    """Writes one entry; call it in the transaction that changes the state, so that neither is there without the other.

    What is said as in `entry`. Raises UnknownVerb.
    """
    fields = entry(
        verb,
        actor=actor,
        aws_account=aws_account,
        obj=obj,
        reason=reason,
        data=data,
        request=request,
        actor_name=actor_name,
        texts=texts,
    )
    fields.save()
    return fields


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Writes several at once, in their order; as `record`, in the transaction that changes the state."""
    AuditEntry.objects.bulk_create(entries)


def looks_lately(verb: str, actor: Operator, obj: tuple[str, object]) -> QuerySet[AuditEntry]:
    """Entries that the operator looked at (kind, id) within ONE_LOOK."""
    kind, object_id = obj
    since = timezone.now() - ONE_LOOK
    return AuditEntry.objects.filter(object_kind=kind, object_id=str(object_id), verb=verb, actor=actor, at__gte=since)


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, list[str]]:
    """What changed, as `data["changes"]` keeps it: field → [before, after], in words."""
    return {
        name: [_said(before.get(name)), _said(after[name])]
        for name in after
        if _said(before.get(name)) != _said(after[name])
    }


def _said(value: object) -> str:
    return "" if value is None else str(value)
