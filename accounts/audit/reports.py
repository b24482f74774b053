"""Reports that are kept whole, outside the trail, while an entry of it holds their digest.

An app says by the verb of that entry where the contents are: so checking the trail finds a report that was altered, or
taken away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from accounts.models import AuditEntry

DIGEST = "sha256"  # the name, in the data of the entry
Contents = Callable[[Collection[str]], Mapping[str, Any]]
_contents: dict[str, Contents] = {}


def register(verb: str, contents: Contents) -> None:
    """`contents`: by `object_id` of entries of the verb what the reports say, as JSON has it; none that is gone."""
    _contents[verb] = contents


def digest_of(content: Any) -> str:
    """Of the canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def entry_of(verb: str, object_id: object, content: Any, digest: str) -> AuditEntry | None:
    """The entry that has the digest of the report; None where that isn't what the report says."""
    if digest_of(content) != digest:
        return None
    entries = AuditEntry.objects.filter(verb=verb, object_id=str(object_id))
    return next((each for each in entries if each.data.get(DIGEST) == digest), None)


def altered_reports(entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Those whose report isn't there as it was sealed."""
    wrong = []
    for verb, contents in _contents.items():
        of_verb = [each for each in entries if each.verb == verb]
        there = contents({each.object_id for each in of_verb}) if of_verb else {}
        wrong += [each for each in of_verb if not _is_as_sealed(each, there)]
    return wrong


def _is_as_sealed(entry: AuditEntry, there: Mapping[str, Any]) -> bool:
    return entry.object_id in there and digest_of(there[entry.object_id]) == entry.data.get(DIGEST)
