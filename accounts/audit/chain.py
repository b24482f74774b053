"""The sealed chain: each entry's seal is an HMAC over the seal before it and what the entry says.

The key is not in the database, so whoever can write the database can't make a chain that fits. The head goes to
the log stream, so that cutting off the newest entries shows too. Only one sealer works at a time: it holds the lock
of the one `AuditHead` row (on SQLite, the database's own).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Sequence
from datetime import UTC

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import stream
from accounts.models import AuditEntry, AuditHead

GENESIS = "0" * 64  # stands before the first entry
BATCH = 500

log = logging.getLogger("iamconsole.audit")


def canonical(entry: AuditEntry, number: int) -> bytes:
    """Everything that the entry says, in one way of writing it."""
    said = {
        "number": number,
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": entry.verb,
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "aws_account": entry.aws_account_id,
        "object": [entry.object_kind, entry.object_id, entry.object_name],
        "reason": entry.reason,
        "data": entry.data,
        "address": entry.address,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal_of(entry: AuditEntry, number: int, previous: str) -> str:
    text = previous.encode() + b"\n" + canonical(entry, number)
    return hmac.new(settings.AUDIT_KEY.encode(), text, hashlib.sha256).hexdigest()


def seal() -> int:
    """Chains the entries written since the last time, in the order of their ids; says how many.

    An entry whose transaction ends later than that of a younger one just gets the next number, next time.
    """
    sealed = 0
    while (batch := _seal_batch()) == BATCH:
        sealed += batch
    return sealed + batch


@transaction.atomic
def _seal_batch() -> int:
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"seal": GENESIS})
    waiting = AuditEntry.objects.filter(number__isnull=True).select_related("aws_account")
    entries = list(waiting.order_by("pk")[:BATCH])
    for entry in entries:
        head.number += 1
        head.seal = seal_of(entry, head.number, head.seal)
        entry.number, entry.seal = head.number, head.seal
        # A plain queryset: AuditEntry's own refuses to update.
        QuerySet(AuditEntry).filter(pk=entry.pk).update(number=head.number, seal=head.seal)
    if entries:
        head.save(update_fields=["number", "seal"])
        transaction.on_commit(lambda: _tell(entries, head))
    return len(entries)


def _tell(entries: Sequence[AuditEntry], head: AuditHead) -> None:
    for entry in entries:
        stream.tell(entry)
    extra = {"audit_number": head.number, "audit_seal": head.seal}
    log.info("audit trail sealed up to %s", head, extra=extra)
