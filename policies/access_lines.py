"""What one document allows and denies that another doesn't, in lines for pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from iamconsole.web.words import counted, some
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.diff.compare import PrincipalDocuments
from policies.engine.diff.report import held_denial_diff, held_diff, lines
from policies.engine.document import load

SHOWN_ACTIONS = 12
_MOST_LINES = 20
_STEPS = 50_000  # for each comparison: some hundredths of a second
_NOTHING: Mapping[str, Any] = {"gained": [], "lost": [], "undecided": []}
_EVERYTHING = {"actions": ["*"], "resources": ["*"], "conditions": {}}


@dataclass(frozen=True)
class AccessLine:
    """`kind`: "add", "del" or "", as `.diff` has it. `actions`: names, or "everything"; `limits`: on what and so on."""

    sign: str
    kind: str
    verb: str
    actions: str = ""
    limits: Sequence[str] = ()


@lru_cache(maxsize=256)
def access_lines(old: str, new: str) -> tuple[AccessLine, ...]:
    """Of the texts of two documents; () where either is none, or both allow and deny the same."""
    was, becomes = load(old), load(new)
    if was is None or becomes is None:
        return ()
    before, after = PrincipalDocuments([was]), PrincipalDocuments([becomes])
    allowed = _all_or_nothing(compiled(old), compiled(new)) or held_diff(before, after, _STEPS)
    denied = held_denial_diff(before, after, _STEPS) if compiled(old).denies or compiled(new).denies else _NOTHING
    found = [
        *_lines("+", "add", "Allows", allowed["gained"]),
        *_lines("+", "add", "No longer denies", denied["gained"]),
        *_lines("−", "del", "No longer allows", allowed["lost"]),
        *_lines("−", "del", "Denies", denied["lost"]),
        *_lines("?", "", "Can’t be told:", [*allowed["undecided"], *denied["undecided"]]),
    ]
    more = [AccessLine("…", "", counted(len(found) - _MOST_LINES, "more line"))] if len(found) > _MOST_LINES else []
    return (*found[:_MOST_LINES], *more)


def _all_or_nothing(old: CompiledDocument, new: CompiledDocument) -> Mapping[str, Any] | None:
    """Where one allows everything and the other doesn't: to list all that makes the difference would say less."""
    had, has = (each.allows_everything and not each.denies and not each.names_principals for each in (old, new))
    if had == has:
        return None
    return {**_NOTHING, "gained" if has else "lost": [_EVERYTHING]}


def _lines(sign: str, kind: str, verb: str, items: Iterable[Mapping[str, Any]]) -> Iterator[AccessLine]:
    for item in items:
        if item == _EVERYTHING:
            yield AccessLine(sign, kind, verb, "everything")
        else:
            yield AccessLine(sign, kind, verb, some(item["actions"], shown=SHOWN_ACTIONS), lines(item))
