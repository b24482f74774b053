"""A statement as a sentence: what it allows or denies, on what, to whom and under which conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.engine import catalogue
from policies.engine.condition_words import condition_words
from policies.engine.statements import Statement
from policies.engine.visual.action_choices import is_wildcard

_MOST_NAMED = 4  # of actions, resources and principals; of more it says how many
_LONGEST = 160  # of what conditions are in words
_EVERYTHING = "*"


@dataclass(frozen=True)
class SentencePiece:
    """A piece of a sentence. `is_code`: as the document writes it."""

    text: str
    is_code: bool = False


def sentence(statement: Statement) -> tuple[SentencePiece, ...]:
    """Says no more than the statement does; what is long is counted."""
    if not statement.allows and not statement.denies:
        return (SentencePiece("Neither allows nor denies: its effect isn’t Allow or Deny."),)
    verb = "Allows" if statement.allows else "Denies"
    rest = (*_what(statement), *_where(statement), *_who(statement), *_condition(statement))
    return tuple(_joined([SentencePiece(verb), *rest]))


def _who(statement: Statement) -> Iterator[SentencePiece]:
    if statement.has("NotPrincipal"):
        yield SentencePiece("to everybody but")
        yield from _listed([value for _, value in statement.principal_words], "principal")
    elif statement.has("Principal"):
        values = [value for _, value in statement.principal_words]
        if ("AWS", _EVERYTHING) in statement.principal_words:
            yield SentencePiece("to everybody")
        else:
            yield SentencePiece("to")
            yield from _listed(values, "principal")


def _what(statement: Statement) -> Iterator[SentencePiece]:
    patterns = statement.action_words
    if statement.has("NotAction"):
        yield SentencePiece("everything but")
        yield from _listed(patterns, "action")
    elif _EVERYTHING in patterns:
        yield SentencePiece("everything")
    elif len(patterns) > _MOST_NAMED:
        yield SentencePiece(_services(patterns))
    else:
        yield from _listed(patterns, "action")


def _services(patterns: Sequence[str]) -> str:
    """ "12 actions of S3 and 3 of EC2": patterns that have wildcards are counted as such."""
    counts: dict[str, list[int]] = {}
    for pattern in patterns:
        prefix = pattern.partition(":")[0].lower()
        counts.setdefault(prefix, [0, 0])[is_wildcard(pattern)] += 1
    names = catalogue.service_names()
    found = [f"{_counted(*count)} of {names.get(prefix, prefix)}" for prefix, count in counts.items()]
    return _words(found) if len(found) <= _MOST_NAMED else f"{len(patterns)} actions of {len(found)} services"


def _counted(names: int, wildcards: int) -> str:
    found = [f"{names} action{'s' * (names != 1)}"] if names else []
    found += [f"{wildcards} pattern{'s' * (wildcards != 1)}"] if wildcards else []
    return " and ".join(found)


def _where(statement: Statement) -> Iterator[SentencePiece]:
    if statement.has("NotResource"):
        yield SentencePiece("on everything but")
        yield from _listed(statement.resource_words, "resource")
    elif statement.has("Resource"):
        yield SentencePiece("on")
        if _EVERYTHING in statement.resource_words:
            yield SentencePiece("everything")
        else:
            yield from _listed(statement.resource_words, "resource")


def _condition(statement: Statement) -> Iterator[SentencePiece]:
    block = statement.written.get("Condition")
    if block:
        words = condition_words(block)
        count = len(statement.conditions)
        many = f"if {count} conditions hold" if count > 1 else "under a condition"
        yield SentencePiece(words if len(words) <= _LONGEST else many)


def _listed(values: Sequence[str], what: str) -> Iterator[SentencePiece]:
    if not values:
        yield SentencePiece(f"no {what}")
    elif len(values) > _MOST_NAMED:
        yield SentencePiece(f"{len(values)} {what}s")
    else:
        for number, value in enumerate(values):
            if number:
                yield SentencePiece("and" if number == len(values) - 1 else ",")
            yield SentencePiece(value, is_code=True) if value else SentencePiece("an empty text")


def _words(several: Sequence[str]) -> str:
    return several[0] if len(several) == 1 else f"{', '.join(several[:-1])} and {several[-1]}"


def _joined(pieces: Iterable[SentencePiece]) -> Iterator[SentencePiece]:
    """With blanks between, and a full stop; neighbours that are no code become one."""
    text = ""
    for number, piece in enumerate(pieces):
        text += " " if number and piece.text != "," else ""
        if piece.is_code:
            yield SentencePiece(text)
            yield piece
            text = ""
        else:
            text += piece.text
    yield SentencePiece(f"{text}.")
