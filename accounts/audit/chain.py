"""The sealed chain: each entry's seal is an HMAC over the seal before it and what the entry says.

The key is not in the database, so whoever can write the database can't make a chain that fits. The head goes to
the log stream, so that cutting off the newest entries shows too; and to a file, behind which the sealer never goes on
(accounts/audit/fence.py). Only one sealer works at a time: it holds the lock of the one `AuditHead` row (on SQLite,
the database's own).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import fence, ring, verbs
from accounts.audit.listing import AUDIT
from accounts.audit.trail import record
from accounts.audit.verbs import sentence
from accounts.models import AuditEntry, AuditHead
from iamconsole.web.exports import as_object

GENESIS = "0" * 64  # stands before the first entry
BATCH = 500

log = logging.getLogger("iamconsole.audit")

WENT_ON, RESTORED = "audit.went_on", "audit.restored"
verbs.register(
    {
        WENT_ON: "let the audit trail go on from entry {now}, after it had been sealed up to {known}",
        RESTORED: "restored the database from a backup: what happened between {since} and {until} isn’t in this trail, "
        "which goes on from entry {now}, after it had been sealed up to {known}",
    }
)


def canonical(entry: AuditEntry, number: int) -> bytes:
    """Everything that the entry says, in one way of writing it."""
    fields = {
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
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal_of(entry: AuditEntry, number: int, previous: str, key: str) -> str:
    return mac(key, previous, canonical(entry, number))


def mac(key: str, previous: str, said: bytes) -> str:
    return hmac.new(key.encode(), previous.encode() + b"\n" + said, hashlib.sha256).hexdigest()


def key_of_newest() -> str:
    """The name of the given key that sealed the newest entry that is sealed, of AUDIT_KEY where none is; else ""."""
    newest = list(AuditEntry.objects.filter(number__isnull=False).order_by("-number")[:2])
    if not newest:
        return ring.newest()
    before = newest[1].seal if len(newest) > 1 else GENESIS
    for name, key in ring.given().items():
        if hmac.compare_digest(newest[0].seal, seal_of(newest[0], newest[0].number or 0, before, key)):
            return name
    return ""


def seal() -> int:
    """Chains the entries written since the last time, in the order of their ids; says how many. Raises WrongKey.

    An entry whose transaction ends later than that of a younger one just gets the next number, next time. Nothing is
    sealed, and the log says why, when the database was set back behind the last head.
    """
    sealed = 0
    try:
        while (batch := _seal_batch()) == BATCH:
            sealed += batch
    except fence.SetBack as error:
        log.error("Nothing is sealed. %s %s", error, fence.ADVICE)
        return sealed
    return sealed + batch


def go_on(*, reason: str) -> int:
    """For whoever put a backup back: from now on the trail is the one that the database has.

    Says how many entries were sealed.
    """
    try:
        known = fence.read()
    except fence.SetBack:
        known = None
    with transaction.atomic():
        head = locked_head()
        said = {"known": f"{known[0]}:{known[1]}" if known else "an unknown head", "now": str(head)}
        record(WENT_ON, actor=None, actor_name="command line", reason=reason, data=said)
    fence.note(head)
    return seal()


def record_gap(*, since: datetime, until: datetime, known: str) -> None:
    """In the transaction that ends a restore: an entry that says what the trail lacks from here on.

    `known`: the newest head that stands outside the database, as NUMBER:SEAL; "" for none.
    """
    said = {
        "since": _moment(since),
        "until": _moment(until),
        "known": known or "an unknown head",
        "now": str(locked_head()),
    }
    record(RESTORED, actor=None, actor_name="command line", data=said)


def take_up() -> int:
    """After that: the trail goes on from where the database is. Says how many entries were sealed."""
    with transaction.atomic():
        head = locked_head()
    fence.note(head)
    return seal()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def locked_head() -> AuditHead:
    """The one row, locked."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"seal": GENESIS})
    return head


@transaction.atomic
def _seal_batch() -> int:
    head = locked_head()
    fence.check(head)
    waiting = AuditEntry.objects.filter(number__isnull=True).select_related("aws_account")
    entries = list(waiting.order_by("pk")[:BATCH])
    key = ring.sealing_key() if entries else ""  # with the head locked: it is changed under that lock, too
    for entry in entries:
        append(head, entry, key)
    if entries:
        head.save(update_fields=["number", "seal"])
        transaction.on_commit(lambda: tell(entries, head))
    return len(entries)


def append(head: AuditHead, entry: AuditEntry, key: str) -> None:
    """Numbers and seals one entry; the caller holds the head, and saves it."""
    number = head.number + 1
    head.number, head.seal = number, seal_of(entry, number, head.seal, key)
    entry.number, entry.seal = head.number, head.seal
    # A plain queryset: AuditEntry's own refuses to update.
    QuerySet(AuditEntry).filter(pk=entry.pk).update(number=head.number, seal=head.seal)


def tell(entries: Sequence[AuditEntry], head: AuditHead) -> None:
    """After the transaction: the stream, the note outside the database and the log."""
    for entry in entries:
        stream_entry(entry)
    fence.note(head)
    extra = {"audit_number": head.number, "audit_seal": head.seal}
    log.info("audit trail sealed up to %s", head, extra=extra)


# ---- The stream for a SIEM -----------------------------------------------------------------------------------------
# Each entry, once it is sealed, as one line of the log (docs/audit.md).
# Without the texts that can be erased: nobody could erase them there.
stream_log = logging.getLogger("iamconsole.audit.entries")


def stream_entry(entry: AuditEntry) -> None:
    if stream_log.isEnabledFor(logging.INFO):
        entry.texts = dict.fromkeys(entry.digests, "[in the console]")
        stream_log.info("%s %s", entry.actor_name, sentence(entry), extra={"audit": as_object(AUDIT.columns, entry)})
