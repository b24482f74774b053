"""The last head of the trail, noted outside the database: the sealer never goes on behind it.

Whoever writes the database could cut off the newest entries and set the note of the head back there too; what is sealed
after that would stand in their place. So each head is noted in a file (settings.AUDIT_HEAD_FILE), and before it seals
anything the sealer looks whether the database still has the entry with that very seal. A backup that was put back looks
the same: somebody who knows says so by `manage.py continue_audit`.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from django.conf import settings

from accounts.models import AuditEntry, AuditHead

log = logging.getLogger("iamconsole.audit")

Head = tuple[int, str]
HEAD = re.compile(r"(?P<number>\d+):(?P<seal>[0-9a-f]{64})")
ADVICE = (
    "If a backup was put back, say so: manage.py continue_audit --reason “…”. If not, somebody has changed the "
    "database: check the trail with manage.py verify_audit and the heads of the log."
)


class SetBack(Exception):
    """The trail in the database isn't the one that was sealed last; the text says how they differ."""


def read() -> Head | None:
    """The head that was noted last; None: there was none yet. Raises SetBack where the note can't be read."""
    try:
        text = _path().read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SetBack(f"The note of the last head, {_path()}, can’t be read: {error.strerror}.") from error
    match = HEAD.fullmatch(text.strip())
    if match is None:
        raise SetBack(f"The note of the last head, {_path()}, has been damaged.")
    return int(match["number"]), match["seal"]


def note(head: AuditHead) -> None:
    """Replaces the note as a whole. Where that can't be done the trail is sealed all the same, and the log says so."""
    path = _path()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{head}\n")
        draft.replace(path)
    except OSError as error:
        log.error("The head of the audit trail, %s, can’t be noted in %s: %s", head, path, error.strerror)


def check(head: AuditHead) -> None:
    """Raises SetBack when the database ends before the noted head, or has another entry in its place."""
    known = read()
    if known is None:
        return
    number, seal = known
    if head.number < number:
        raise SetBack(f"The audit trail ends at entry {head.number}, but it was sealed up to entry {number} before.")
    there = head.seal if head.number == number else _seal_of(number)
    if there != seal:
        raise SetBack(f"Entry {number} of the audit trail isn’t the one that was sealed before.")


def problem() -> str:
    """Why nothing is sealed, as a sentence for owners; "" when all is well."""
    try:
        check(AuditHead.objects.filter(pk=1).first() or AuditHead())
    except SetBack as found:
        return f"{found} Nothing is sealed until that is settled. {ADVICE}"
    return ""


def _seal_of(number: int) -> str | None:
    return AuditEntry.objects.filter(number=number).values_list("seal", flat=True).first()


def _path() -> Path:
    return Path(settings.AUDIT_HEAD_FILE)
