"""What actions and condition keys of a service do, in AWS's own sentences, made shorter.

They are read when they are asked for, and nobody keeps them: with them the catalogue would be three times as large.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from policies.engine.catalogue.store import read, service_names, without_marks

# Service Authorization Reference: nearly all of its sentences begin so.
_HEAD = re.compile(
    r"(?:Grants?|Controls?|Provides?|Gives?)(?: \w+)? (?:permissions?|access) (?:to|for) |"
    r"Filters? (?:access|actions|requests|create requests)(?: by| based on| to| using| with)? (?:whether )?|"
    r"Allows? (?:access )?to ",
    re.IGNORECASE,
)
_LONGEST = 300  # of the sentences some are whole paragraphs


@dataclass(frozen=True)
class ServiceSentences:
    """By the names in lower case; those of actions without the service."""

    actions: Mapping[str, str]
    keys: Mapping[str, str]


def sentences_of(prefix: str) -> ServiceSentences:
    """Of a service by its prefix in lower case; none of what the catalogue doesn't know."""
    if prefix not in service_names():
        return ServiceSentences({}, {})
    actions, keys = read("actions", f"{prefix}.json"), read("conditionKeys", f"{prefix}.json")
    return ServiceSentences(
        {name: _short(found["description"]) for name, found in actions.items()},
        {without_marks(found["key"]).lower(): _short(found["description"]) for found in keys.values()},
    )


def _short(sentence: str) -> str:
    """ "Add an object to a bucket." of "Grants permission to add an object to a bucket"."""
    sentence = " ".join(sentence.split())
    rest = _HEAD.sub("", sentence, count=1) if _HEAD.match(sentence) else sentence
    rest = rest[:1].upper() + rest[1:]
    if len(rest) > _LONGEST:
        return rest[:_LONGEST].rpartition(" ")[0] + " …"
    return rest if not rest or rest.endswith((".", "!", "?")) else f"{rest}."
