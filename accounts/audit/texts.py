"""Free texts of entries (reasons, titles): they stand apart, so that they can be erased and the chain still verifies.

An entry holds a digest of each, by a salt that stands with the text: without the text, the digest tells nobody what it
was; with it, a text that was rewritten shows.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence

from accounts.models import AuditEntry, AuditText, AwsAccount


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
