"""Describes differences of an object's content: "attached reports-read", "the trust policy changed".

A mirror has the words for its parts (`Mirror.parts`); other parts are described by their key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 80  # characters of a value in a sentence


@dataclass(frozen=True)
class ContentPart:
    """The words for a top-level key of the content, with the placeholders {name}, {old} and {new}.

    `added` and `removed` are for what is in a list or a map, and for a text that was empty, or is now. {label} may
    stand there, too.
    """

    label: str  # "Attached policies", for filters and heads
    added: str = ""
    removed: str = ""
    changed: str = ""
    named: Callable[[str], str] = str  # how an item is called: by the name in its ARN
    describe: Callable[[Any], str] | None = None  # how an item of a list is said that is more than a text
    follows: str = ""  # the part that says it, too: it is told only where that one didn't change


@dataclass(frozen=True)
class ContentDifference:
    """`old` and `new` are hashes of policy documents, where it is one that differs; "" for none."""

    part: str
    words: str
    old: str = ""
    new: str = ""


def differences(
    parts: Mapping[str, ContentPart], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[ContentDifference]:
    """In the order of `parts`; what they don't know comes last."""
    names = [*parts, *sorted((before.keys() | after.keys()) - parts.keys())]
    changed = [name for name in names if _meaning(before.get(name)) != _meaning(after.get(name))]
    return [
        found
        for name in changed
        if (part := parts.get(name) or _unknown(name)).follows not in changed
        for found in _difference(name, part, before.get(name), after.get(name))
    ]


def _unknown(name: str) -> ContentPart:
    label = name.replace("_", " ")
    label = label[:1].upper() + label[1:]
    return ContentPart(label, "{label}: {name} added", "{label}: {name} removed")


def _difference(name: str, part: ContentPart, old: Any, new: Any) -> Iterator[ContentDifference]:
    if is_document(old) or is_document(new):
        yield _of_documents(name, part, "", old, new)
    elif isinstance(old, dict) or isinstance(new, dict):
        yield from _of_maps(name, part, old or {}, new or {})
    elif isinstance(old, list) or isinstance(new, list):
        yield from _of_lists(name, part, old or [], new or [])
    else:
        yield ContentDifference(name, _sentence(part, "", old, new))


def _of_maps(
    name: str, part: ContentPart, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[ContentDifference]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if _meaning(before) == _meaning(after):
            continue
        if is_document(before) or is_document(after):
            yield _of_documents(name, part, key, before, after)
        elif isinstance(before, dict) and isinstance(after, dict):
            which = f"{part.label}: {part.named(key)}"
            yield from (ContentDifference(name, f"{which}: {words}") for words in _inner(before, after))
        else:
            yield ContentDifference(name, _sentence(part, key, before, after))


def _inner(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield f"{key.replace('_', ' ')} {said(new.get(key))} instead of {said(old.get(key))}"


def _of_lists(name: str, part: ContentPart, old: list[Any], new: list[Any]) -> Iterator[ContentDifference]:
    described = part.describe or said
    yield from (
        ContentDifference(name, _sentence(part, described(item), None, item)) for item in new if item not in old
    )
    yield from (
        ContentDifference(name, _sentence(part, described(item), item, None)) for item in old if item not in new
    )


def _of_documents(name: str, part: ContentPart, key: str, old: Any, new: Any) -> ContentDifference:
    hashes = [value["text"] if is_document(value) else "" for value in (old, new)]
    return ContentDifference(name, _sentence(part, key, old, new), *hashes)


def _sentence(part: ContentPart, name: str, old: Any, new: Any) -> str:
    if old in (None, "") and part.added:
        words = part.added
    elif new in (None, "") and part.removed:
        words = part.removed
    elif name or is_document(old or new):
        words = part.changed or ("{label}: {name} changed" if name else "{label} changed")
    else:
        words = part.changed or "{label}: {new} instead of {old}"
    values = {"old": said(old), "new": said(new), "name": name or said(new or old)}
    return words.format(label=part.label, **{key: part.named(value) for key, value in values.items()})


def said(value: Any) -> str:
    """A value in a sentence: a text as it is, yes and no, what has parts as JSON, all of it short."""
    if value is None or value == "":
        return "none"
    if is_document(value):
        return "a document"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def is_document(value: Any) -> bool:
    """A reference to a policy document (sync.mirror.hashing.reference)."""
    return isinstance(value, dict) and value.keys() == {"text", "canonical"}


def _meaning(value: Any) -> Any:
    """A document that is merely written differently is the same."""
    if is_document(value):
        return value["canonical"]
    return {key: _meaning(inner) for key, inner in value.items()} if isinstance(value, dict) else value
