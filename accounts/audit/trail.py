"""Writes audit entries."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.audit.verbs import require
from accounts.models import AuditEntry, AuditText, AwsAccount, Operator

# ---- The network address of what happens now -----------------------------------------------------------------------
# While a request is answered it is the request's; while a worker carries out a change, that of the request by which
# somebody applied it, which the change keeps.
_cause: ContextVar[HttpRequest | str | None] = ContextVar("cause", default=None)


def address() -> str | None:
    """None for what nobody's request caused: the clock, the command line."""
    cause = _cause.get()
    return address_of(cause) if isinstance(cause, HttpRequest) else cause


def address_of(request: HttpRequest) -> str | None:
    """The network address that a request came from, as far as the proxies in front tell."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # allauth's answer when the server was told no address
        return None


@contextmanager
def caused_from(known: str | None) -> Iterator[None]:
    token = _cause.set(known)
    try:
        yield
    finally:
        _cause.reset(token)


class CausedByRequest:
    """The middleware within which a request is the cause of what is written down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _cause.set(request)
        try:
            return self._get_response(request)
        finally:
            _cause.reset(token)


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
        data={**(data or {}), **({"texts": dict(texts)} if texts else {}), **_by_token(actor)},
        address=address_of(request) if request is not None else address(),
    )


def _by_token(actor: Operator | None) -> dict[str, str]:
    """Where a program acted for the operator."""
    return {"by_token": actor.token_limits.label} if actor and actor.token_limits else {}


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


# ---- Free texts ----------------------------------------------------------------------------------------------------
# Reasons and titles stand apart, so that they can be erased and the chain still verifies. An entry holds a digest of
# each, by a salt that stands with the text: without the text, the digest tells nobody what it was; with it, a text
# that was rewritten shows.
def apart(aws_account: AwsAccount | None, obj: tuple[str, object], said: Mapping[str, str]) -> dict[str, str]:
    """Keeps the texts, each once, in the caller's transaction. Gives name → digest, for `audit.entry`.

    `obj` is (kind, id) of what the entries are about.
    """
    wanted = {name: text for name, text in said.items() if text}
    if not wanted:
        return {}
    object_kind, object_id = obj
    about = {"object_kind": object_kind, "object_id": str(object_id), "aws_account": aws_account}
    known = {row.text: row.digest for row in AuditText.objects.filter(**about)}
    for text in wanted.values():
        if text not in known:
            salt = secrets.token_hex(16)
            known[text] = AuditText.objects.create(**about, salt=salt, text=text, digest=digest_of(salt, text)).digest
    return {name: known[text] for name, text in wanted.items()}


def digest_of(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def altered(entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Those of which a text was rewritten. One that is gone was erased."""
    digests = {digest for entry in entries for digest in entry.digests.values()}
    rows = AuditText.objects.filter(digest__in=digests) if digests else ()
    wrong = {row.digest for row in rows if digest_of(row.salt, row.text) != row.digest}
    return [entry for entry in entries if wrong.intersection(entry.digests.values())]
