"""The registry of verbs: name → sentence. Each app registers its own, and records no verb that it didn't register.

A sentence follows the actor's name ("Alice" + "turned writes on for {aws_account}"). In braces: `object` (its name),
`aws_account`, `reason`, and whatever the entry's data holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from accounts.models import AuditEntry

_sentences: dict[str, str] = {}


class UnknownVerb(LookupError):
    def __init__(self, verb: str) -> None:
        super().__init__(f"The audit verb {verb!r} isn't registered: see accounts.audit.register.")


def register(sentences: Mapping[str, str]) -> None:
    """Adds verbs. Raises ValueError when another app has given one of them another sentence."""
    for verb, template in sentences.items():
        if _sentences.setdefault(verb, template) != template:
            raise ValueError(f"The audit verb {verb!r} is registered already, as {_sentences[verb]!r}.")


def verbs() -> Sequence[str]:
    return sorted(_sentences)


def require(verb: str) -> None:
    if verb not in _sentences:
        raise UnknownVerb(verb)


class _Words(Formatter):
    """Says "…" for what an entry doesn't hold: an old entry must stay readable under a new sentence."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "…")


def sentence(entry: AuditEntry) -> str:
    """What was done, without who did it. A verb that is no longer registered says its name."""
    template = _sentences.get(entry.verb, entry.verb)
    data = entry.data if isinstance(entry.data, dict) else {}
    words = {**data, **entry.texts, "object": entry.said_name or "…", "reason": entry.said_reason}
    said = _Words().vformat(template, (), {**words, "aws_account": entry.aws_account or "all AWS accounts"})
    return f"{said}, by the token {data['by_token']}" if "by_token" in data else said
