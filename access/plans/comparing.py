"""Compares two combinations of documents: what one allows that the other doesn't."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from access.plans.holdings import Combination
from policies.access_lines import EVERYTHING, SHOWN_ACTIONS, Item, line_item
from policies.engine.compiled import compiled
from policies.engine.diff.compare import PrincipalDocuments, ResourceDenials
from policies.engine.diff.report import held_denial_diff, held_diff
from policies.engine.document import compact, load
from policies.engine.matching import Glob, tokens

# ---- Differences as a change keeps them: items, each sealed, so that none is taken for another -----------------
_MOST_ITEMS = 12


def seal(value: Any) -> str:
    return hashlib.sha256(compact(value).encode()).hexdigest()[:16]


def kept_items(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{items, more, seal}`: the first of them, how many more there are, and a hash of all."""
    items = [{**line_item(each), "seal": seal(dict(each))} for each in found[:_MOST_ITEMS]]
    return {"items": items, "more": max(0, len(found) - _MOST_ITEMS), "seal": seal(list(found))}


def size_of(kept: Mapping[str, Any]) -> int:
    """About how many characters they take."""
    return sum(len(compact(item)) for item in kept["items"])


def shortened(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the first actions of each only, and without JSON."""
    items = [
        {
            **item,
            "actions": item["actions"][:SHOWN_ACTIONS],
            "more": item["more"] + len(item["actions"][SHOWN_ACTIONS:]),
            "raw": "",
        }
        for item in kept["items"]
    ]
    return {**kept, "items": items}


def left_out(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Only how many there are."""
    return {**kept, "items": [], "more": len(kept["items"]) + kept["more"]}


def covers(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether all of `now` was in `before`, both as kept: it is the same, or plainly within."""
    if before["seal"] == now["seal"]:
        return True
    if any(_is_everything(each) for each in before["items"]):
        return True
    return not now["more"] and all(any(_covers(mine, its) for mine in before["items"]) for its in now["items"])


def _is_everything(item: Item) -> bool:
    return bool(item["plain"]) and "*" in item["actions"] and "*" in item["on"]


def _covers(mine: Item, its: Item) -> bool:
    if mine["seal"] == its["seal"]:
        return True
    if not mine["plain"] or its["more"] or not its["on"]:
        return False
    actions = all(any(_within(one, other) for other in mine["actions"]) for one in its["actions"])
    return actions and all(one in mine["on"] or "*" in mine["on"] for one in its["on"])


def _within(one: str, other: str) -> bool:
    """Whether one action pattern is plainly within another."""
    same = one.lower() == other.lower()
    return same or ("?" not in other and Glob(tokens(other.lower())).matches(one.lower()))


STEPS = 100_000  # for one pair: tenths of a second at worst
_ANYTHING = "anything:anything"  # nothing but "*" allows an action that doesn't exist
_TAG = "aws:principaltag/"
_ALLOWED_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class ComparedDocument:
    """What is asked of a document again and again."""

    def __init__(self, text: str) -> None:
        self._compiled = compiled(text)
        self.document: Any = load(text) or {}

    @cached_property
    def denies(self) -> bool:
        return self._compiled.denies

    @cached_property
    def is_wide(self) -> bool:
        """Whether it allows actions of all services."""
        return any(statement.allows for statement in self._compiled.about(_ANYTHING))

    @cached_property
    def allows_everything(self) -> bool:
        return self._compiled.allows_everything

    @cached_property
    def tags(self) -> frozenset[str]:
        """Of the principal, that it asks for; in lower case."""
        keys = {key for statement in self._compiled.statements for key in statement.keys}
        return frozenset(key.removeprefix(_TAG) for key in keys if key.startswith(_TAG))


@lru_cache(maxsize=4096)
def text(document: str) -> ComparedDocument:
    return ComparedDocument(document)


def allows_everything(has: Combination) -> bool:
    texts = [text(document) for document in has.documents]
    return (
        has.boundary is None
        and not has.limits.levels
        and any(each.allows_everything for each in texts)
        and not any(each.denies for each in texts)
    )


@dataclass(frozen=True)
class DocumentComparison:
    """Lists of items as `policy_diff` has them. `allowed_again`: what is denied no longer. `why`: sentences."""

    gained: Sequence[Mapping[str, Any]] = ()
    lost: Sequence[Mapping[str, Any]] = ()
    perhaps: Sequence[Mapping[str, Any]] = ()
    denied: Sequence[Mapping[str, Any]] = ()
    allowed_again: Sequence[Mapping[str, Any]] = ()
    why: tuple[str, ...] = ()
    at_most: bool = False

    @property
    def is_nothing(self) -> bool:
        return not (self.gained or self.lost or self.perhaps or self.denied or self.allowed_again or self.why)


NOT_COMPARED = DocumentComparison(
    perhaps=[{**EVERYTHING, "may_be": each, "because": "There is too much to compare."} for each in ("gained", "lost")]
)


def compare(before: Combination, after: Combination, steps: int = STEPS) -> DocumentComparison:
    """Who wasn't there before loses nothing, whatever a boundary or a denial of theirs is. `steps`: when to give up."""
    comparison = _compared(before, after, steps)
    if before.exists:
        return comparison
    perhaps = [each for each in comparison.perhaps if each.get("may_be") != "lost"]
    return replace(comparison, lost=(), denied=(), perhaps=perhaps)


def _compared(before: Combination, after: Combination, steps: int) -> DocumentComparison:
    why = tuple(_why(before, after))
    if _counted(before) == _counted(after):
        return DocumentComparison(why=why)
    same_limits = before.limits == after.limits  # else all that they allow is cut otherwise
    had, has = (same_limits and allows_everything(each) for each in (before, after))
    if had and has:
        return DocumentComparison(why=why)
    if (had or has) and after.limits and after.exists:
        why = (*why, f"What {_that_deny(after)} deny stays denied.")
    if has:
        return replace(_denials(before, after, steps), gained=[EVERYTHING], why=why)
    if had:
        stays = ("What its other policies allow stays.",) if after.exists else ()
        return replace(_denials(before, after, steps), lost=[EVERYTHING], why=(*why, *stays))
    found = held_diff(held(before), held(after), steps)
    denials = _denials(before, after, steps)
    perhaps = [*found["undecided"], *denials.perhaps]
    return replace(denials, gained=found["gained"], lost=found["lost"], perhaps=perhaps, why=why)


def _counted(has: Combination) -> tuple[Any, ...]:
    return has.documents, has.boundary, has.limits


def _that_deny(has: Combination) -> str:
    if has.limits.denials and has.limits.on_resources:
        return "control policies"
    return "service control policies" if has.limits.denials else "resource control policies"


def _denials(before: Combination, after: Combination, steps: int) -> DocumentComparison:
    if _denying(before) == _denying(after) or not after.exists:
        return DocumentComparison()  # to those who are gone nothing is allowed again
    found = held_denial_diff(held(before), held(after), steps)
    return DocumentComparison(denied=found["lost"], allowed_again=found["gained"], perhaps=found["undecided"])


def _denying(has: Combination) -> set[str]:
    return {each for each in (*has.documents, has.boundary) if each is not None and text(each).denies}


def held(has: Combination) -> PrincipalDocuments:
    boundary = None if has.boundary is None else text(has.boundary).document
    policies = [text(each).document for each in sorted(has.documents | has.limits.denials)]
    levels = [[text(each).document for each in sorted(level)] for level in sorted(has.limits.levels, key=sorted)]
    denied = [text(each).document for each in sorted(has.limits.on_resources)]
    on_resources = ResourceDenials(has.limits.account_id, denied) if denied else None
    return PrincipalDocuments(policies, boundary, has.boundary is not None, levels, on_resources)


def _why(before: Combination, after: Combination) -> Iterator[str]:
    """What can't be told, and why."""
    for policy in sorted(before.lacks | after.lacks):
        name = policy.rpartition("/")[2]
        yield f"The mirror doesn’t have the text of {name}: what it allows isn’t counted here."
    asked = {tag for document in before.documents | after.documents for tag in text(document).tags}
    for key in sorted({key for key, _ in before.tags ^ after.tags}):
        if key.lower() in asked:
            yield f"Policies ask for the tag {key}: what its new value allows or denies isn’t counted here."


def without_common(before: Combination, after: Combination) -> tuple[Combination, Combination]:
    """Only what differs: by it alone, one gains and loses at most what comes of it.

    Where that is what control policies say, it is what somebody would gain and lose who is allowed everything.
    """
    if before.limits != after.limits:
        everything = frozenset({compact(_ALLOWED_EVERYTHING)})
        return replace(before, documents=everything, boundary=None), replace(after, documents=everything, boundary=None)
    if before.boundary != after.boundary:
        return before, after
    common = before.documents & after.documents
    return tuple(  # type: ignore[return-value]  # two of them
        replace(each, documents=each.documents - common, boundary=None) for each in (before, after)
    )
