"""Hand-overs: the entries at which the audit trail changes its key.

Such an entry names the former key and the new one, and holds a digest of every entry before it. It is sealed under the
former key, as the trail was so far, and its `proof` is an HMAC under the new key over the seal before it and all that
it says. So each key attests the other; and the new key alone attests every entry before it, also where the former key
was lost or has leaked since: what was rewritten later differs from the digest.

Where the former key was lost already (`manage.py accept_key AUDIT_KEY`), the entry says so, and is sealed under the new
one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from accounts.audit import verbs
from accounts.audit.chain import canonical, mac
from accounts.models import AuditEntry

CHANGED, LOST = "audit.key_changed", "audit.key_lost"

HAND_OVERS = (CHANGED, LOST)

verbs.register(
    {
        CHANGED: "changed the key of the audit trail from {from} to {to}",
        LOST: "gave up the lost key {from} of the audit trail, which goes on under {to}",
    }
)


@dataclass(frozen=True)
class HandOver:
    number: int
    former: str  # names of keys
    following: str
    digest: str  # of all entries before it
    is_lost: bool  # the former key was

    @property
    def sealed_under(self) -> str:
        return self.following if self.is_lost else self.former


def hand_overs() -> list[HandOver]:
    """In their order: there are few."""
    rows = AuditEntry.objects.filter(verb__in=HAND_OVERS, number__isnull=False).order_by("number")
    return [_read(entry) for entry in rows]


def key_at(number: int, changes: Sequence[HandOver], only: str) -> str:
    """The name of the key that the entry of that number is sealed under, by the hand-overs of the trail.

    `only`: that of a trail without any.
    """
    for each in changes:
        if each.number >= number:
            return each.sealed_under if each.number == number else each.former
    return changes[-1].following if changes else only


def _read(entry: AuditEntry) -> HandOver:
    said: dict[str, Any] = entry.data if isinstance(entry.data, dict) else {}
    former, following, digest = (str(said.get(name, "")) for name in ("from", "to", "digest"))
    return HandOver(entry.number or 0, former, following, digest, entry.verb == LOST)


def digest_with(digest: str, seal: str, said: bytes) -> str:
    """The digest of all entries up to one, from that of those before it, its seal, and all that it says."""
    return hashlib.sha256(f"{digest}\n{seal}\n".encode() + said).hexdigest()


def proof_of(entry: AuditEntry, number: int, previous: str, key: str) -> str:
    """Over all that `entry` says, but for its id, which it has when it is written, and for the proof itself."""
    bare = copy(entry)
    bare.pk, bare.data = None, {name: value for name, value in entry.data.items() if name != "proof"}
    return mac(key, f"hand-over\n{previous}", canonical(bare, number))


def is_proven(entry: AuditEntry, number: int, previous: str, key: str) -> bool:
    return isinstance(entry.data, dict) and hmac.compare_digest(
        str(entry.data.get("proof", "")), proof_of(entry, number, previous, key)
    )
