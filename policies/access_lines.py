"""Differences of access in lines for pages: one mechanism for documents, principals, roles and what a change stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from iamconsole.web.words import counted
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.diff.compare import PrincipalDocuments
from policies.engine.diff.report import held_denial_diff, held_diff, lines
from policies.engine.document import compact, load

SHOWN_ACTIONS = 12
_MOST_LINES = 500
_STEPS = 50_000  # for each comparison: some hundredths of a second
_NOTHING: Mapping[str, Any] = {"gained": [], "lost": [], "undecided": []}
EVERYTHING: Mapping[str, Any] = {"actions": ["*"], "resources": ["*"], "conditions": {}}


# ---- Items: of each difference what a page needs, short enough to be stored ----------------------------------
# An item is `{actions, more, on, plain, lines, raw}`: the first of its action patterns and how many more there are, its
# resources, whether nothing else limits it, what stands beside its actions in words, and all of that as JSON where
# words cut it, or stand for a condition; "" where it is long.
Item = dict[str, Any]

_MOST_ACTIONS, _MOST_RESOURCES, _MOST_LIMITS, _LONGEST_LINE, _LONGEST_RAW = 1_000, 12, 4, 300, 8_000
_SIMPLE = {"actions", "resources", "conditions"}


def line_item(whole: Mapping[str, Any], most_actions: int = _MOST_ACTIONS) -> Item:
    """`whole`: as `policy_diff` has it."""
    actions, resources, limits = whole["actions"], whole.get("resources", []), lines(whole)
    shortened = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in limits]
    more_limits = len(limits) - _MOST_LIMITS
    needs_raw = more_limits > 0 or shortened != limits or '"conditions":{"' in compact(dict(whole))
    return {
        "actions": actions[:most_actions],
        "more": max(0, len(actions) - most_actions),
        "on": resources if len(resources) <= _MOST_RESOURCES else [],
        "plain": set(whole) <= _SIMPLE and not whole["conditions"],
        "lines": [*shortened[:_MOST_LIMITS], *([f"and {more_limits} more such limits"] if more_limits > 0 else [])],
        "raw": _raw(whole) if needs_raw else "",
    }


def _raw(whole: Mapping[str, Any]) -> str:
    beside = {name: value for name, value in whole.items() if name not in ("actions", "because")}
    text = json.dumps(beside, indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST_RAW else ""


def is_everything(item: Item) -> bool:
    return bool(item["plain"]) and item["actions"] == ["*"] and item["on"] == ["*"]


# ---- Lines ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LineVerb:
    """`kind`: "add", "del" or "", as `.diff` has it."""

    sign: str
    kind: str
    words: str


Verbs = Mapping[str, LineVerb]  # by the kind of difference, in the order of a page

OF_DOCUMENTS: Verbs = {
    "gained": LineVerb("+", "add", "Allows"),
    "allowed_again": LineVerb("+", "add", "No longer denies"),
    "lost": LineVerb("−", "del", "No longer allows"),
    "denied": LineVerb("−", "del", "Denies"),
    "perhaps": LineVerb("?", "", "Can’t be told:"),
}
OF_PRINCIPALS: Verbs = {
    "gained": LineVerb("+", "add", "Gains"),
    "allowed_again": LineVerb("+", "add", "Is no longer denied"),
    "lost": LineVerb("−", "del", "Loses"),
    "denied": LineVerb("−", "del", "Is now explicitly denied"),
    "perhaps": LineVerb("?", "", "Can’t be told:"),
}
OF_ROLES: Verbs = {
    "gained": LineVerb("+", "add", "Can be assumed now"),
    "lost": LineVerb("−", "del", "May no longer be assumed"),
    "perhaps": LineVerb("?", "", "Can’t be told:"),
}


@dataclass(frozen=True)
class AccessLine:
    """`actions`: the first names, or "everything"; `rest`: the others, and `more`, how many there are beside those.

    `limits`: on what and so on; `raw`: all of these as JSON, for who wants it to the letter.
    """

    sign: str
    kind: str
    verb: str
    actions: str = ""
    limits: Sequence[str] = ()
    rest: Sequence[str] = ()
    more: int = 0
    raw: str = ""

    @property
    def hidden(self) -> int:
        """How many actions don't show at once."""
        return len(self.rest) + self.more


def lines_of(difference: Mapping[str, Any], verbs: Verbs) -> Iterator[AccessLine]:
    """`difference`: by kind `{items, more}`: its items, and how many more of them there are."""
    for kind, verb in verbs.items():
        found = difference.get(kind)
        if found is None:
            continue
        for item in found["items"]:
            yield _line(verb, item)
        if found["more"]:
            yield AccessLine(verb.sign, verb.kind, f"{verb.words} {counted(found['more'], 'more thing')}")


def _line(verb: LineVerb, item: Item) -> AccessLine:
    if is_everything(item):
        return AccessLine(verb.sign, verb.kind, verb.words, "everything")
    shown, rest = item["actions"][:SHOWN_ACTIONS], item["actions"][SHOWN_ACTIONS:]
    raw = item.get("raw", "")  # changes of older versions of this console have none
    return AccessLine(verb.sign, verb.kind, verb.words, ", ".join(shown), item["lines"], rest, item["more"], raw)


# ---- Of two documents ----------------------------------------------------------------------------------------
@lru_cache(maxsize=256)
def access_lines(old: str, new: str) -> tuple[AccessLine, ...]:
    """Of the texts of two documents; () where either is none, or both allow and deny the same."""
    was, becomes = load(old), load(new)
    if was is None or becomes is None:
        return ()
    before, after = PrincipalDocuments([was]), PrincipalDocuments([becomes])
    allowed = _all_or_nothing(compiled(old), compiled(new)) or held_diff(before, after, _STEPS)
    denied = held_denial_diff(before, after, _STEPS) if compiled(old).denies or compiled(new).denies else _NOTHING
    kinds = {
        "gained": allowed["gained"],
        "allowed_again": denied["gained"],
        "lost": allowed["lost"],
        "denied": denied["lost"],
        "perhaps": [*allowed["undecided"], *denied["undecided"]],
    }
    found = list(lines_of({kind: _all(items) for kind, items in kinds.items()}, OF_DOCUMENTS))
    more = [AccessLine("…", "", counted(len(found) - _MOST_LINES, "more line"))] if len(found) > _MOST_LINES else []
    return (*found[:_MOST_LINES], *more)


def _all(items: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"items": [line_item(each) for each in items], "more": 0}


def _all_or_nothing(old: CompiledDocument, new: CompiledDocument) -> Mapping[str, Any] | None:
    """Where one allows everything and the other doesn't: to list all that makes the difference would say less."""
    had, has = (each.allows_everything and not each.denies and not each.names_principals for each in (old, new))
    if had == has:
        return None
    return {**_NOTHING, "gained" if has else "lost": [EVERYTHING]}
