"""Differences between two documents in words: as `manage.py policy_diff --json` prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from policies.engine.condition_words import condition_words, exception_words
from policies.engine.diff.actions import Actions, Universe
from policies.engine.diff.compare import (
    AccessDifference,
    OneSidedAccess,
    Parts,
    PrincipalDocuments,
    compare,
    compare_principals,
)
from policies.engine.diff.spaces import Answer
from policies.engine.diff.terms import EVERYONE, PrincipalTerm, Term
from policies.engine.document import compact
from policies.engine.statements import document_of

Item = dict[str, Any]
Words = dict[str, Any]  # what of an item isn't its actions

_BECAUSE = {
    Answer.CANT_TELL: "The conditions, or the variables, can't be compared.",
    Answer.TOO_MUCH: "There is too much to compare.",
}
_STAR = ("*",)


def policy_diff(old: Any, new: Any) -> dict[str, Any]:
    """`gained_actions` and `lost_actions` are names. `gained`, `lost` and `undecided` are lists of
    `{actions, resources, conditions}`, as the documents write them, with

    - `not_resources` in place of `resources`, where it is all others;
    - `principals` or `not_principals`, where the documents have them;
    - `directly`: the principals themselves are (or were) named, and not only their AWS account;
    - `also`: resources, principals and conditions that must match besides;
    - `except`: a list of those that are left out;
    - `may_be` ("gained", "lost") and `because`, in what is undecided.

    Takes any documents.
    """
    return reported(compare(old, new))


def held_diff(old: PrincipalDocuments, new: PrincipalDocuments, steps: int) -> dict[str, Any]:
    """The same of all that somebody has, within the boundary. `steps`: when to give up, about a microsecond each."""
    return reported(compare_principals(old, new, steps))


def held_within(old: PrincipalDocuments, new: PrincipalDocuments, denying: Any, steps: int) -> dict[str, Any]:
    """`gained` and `undecided` alone: what `new` allows, `old` doesn't, and the document `denying` denies."""
    found = reported(compare_principals(old, new, steps, within=denying))
    return {
        "gained": found["gained"],
        "undecided": [item for item in found["undecided"] if item["may_be"] == "gained"],
    }


def held_denial_diff(old: PrincipalDocuments, new: PrincipalDocuments, steps: int) -> dict[str, Any]:
    return reported(compare_principals(_denying(old), _denying(new), steps))


def _denying(held: PrincipalDocuments) -> PrincipalDocuments:
    return replace(held, policies=[_all_but_denied(each) for each in (*held.policies, held.boundary)], is_bounded=False)


def reported(found: AccessDifference) -> dict[str, Any]:
    undecided = [
        {**item, "may_be": may_be, "because": because}
        for answer, because in _BECAUSE.items()
        for may_be, parts in (("gained", found.gained), ("lost", found.lost))
        for item in _items(found, parts, answer)
    ]
    return {
        "gained_actions": _named(found, found.gained),
        "lost_actions": _named(found, found.lost),
        "gained": _items(found, found.gained, Answer.SOMETHING),
        "lost": _items(found, found.lost, Answer.SOMETHING),
        "undecided": undecided + _not_compared(found),
    }


def denial_diff(old: Any, new: Any) -> dict[str, Any]:
    """The same of what is left by what the documents deny, where other policies allow everything: `lost` is what `new`
    denies and `old` doesn't, `gained` the reverse.
    """
    return policy_diff(_all_but_denied(old), _all_but_denied(new))


def _all_but_denied(document: Any) -> dict[str, Any]:
    whole = document_of(document)
    denying = [each.written for each in whole.statements if each.denies]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if whole.names_principals:
        everything["Principal"] = "*"
    return {**whole.written, "Statement": [everything, *denying]}


def is_empty(difference: Mapping[str, Any]) -> bool:
    return not (difference["gained"] or difference["lost"] or difference["undecided"])


def _named(found: AccessDifference, parts: Parts) -> list[str]:
    actions = 0
    for part, mask in parts.items():
        actions |= mask if part.answer is Answer.SOMETHING else 0
    return found.universe.named(actions) if found.universe else []


def _not_compared(found: AccessDifference) -> list[Item]:
    if found.universe and not found.not_compared:
        return []
    actions = found.universe.described(found.not_compared, found.patterns) if found.universe else list(_STAR)
    because = _BECAUSE[Answer.TOO_MUCH]
    return [
        {"actions": actions, "resources": list(_STAR), "conditions": {}, "may_be": may_be, "because": because}
        for may_be in ("gained", "lost")
    ]


def _items(found: AccessDifference, parts: Parts, answer: Answer) -> list[Item]:
    """Those that are alike but for their resources, or their principals, are put together."""
    if found.universe is None:
        return []
    by_actions: dict[Actions, list[Words]] = {}
    for words, actions in _by_words(found.universe, parts, answer):
        by_actions.setdefault(actions, []).append(words)
    items = [
        {"actions": _described(found.universe, actions, words, found.patterns), **words}
        for actions, listed in by_actions.items()
        for words in _joined(listed)
    ]
    return sorted(items, key=compact)


def _by_words(universe: Universe, parts: Parts, answer: Answer) -> Iterator[tuple[Words, Actions]]:
    """Actions that take no resource go with the others of a statement about all resources but some."""
    found: dict[str, tuple[Words, Actions]] = {}
    for part, actions in parts.items():
        if part.answer is answer:
            words = _words(part)
            found[compact(words)] = words, actions | found.get(compact(words), (words, 0))[1]
    for name, (words, actions) in found.items():
        if "not_resources" in words:
            whole = {key: value for key, value in words.items() if key != "not_resources"} | {"resources": list(_STAR)}
            of_whole, others = found.get(compact(whole), (whole, 0))
            found[name] = words, actions | others & universe.without_resource
            if others:
                found[compact(whole)] = of_whole, others & ~universe.without_resource
    yield from ((words, actions) for words, actions in found.values() if actions)


def _described(universe: Universe, actions: Actions, words: Words, patterns: Iterable[str]) -> list[str]:
    """An action that takes no resource is no matter where resources are named."""
    names_resources = words.get("resources") != list(_STAR)
    return universe.described(actions, patterns, universe.without_resource if names_resources else 0)


def _joined(listed: list[Words]) -> list[Words]:
    for name in ("resources", "principals"):
        groups: dict[str, list[Words]] = {}
        for words in listed:
            groups.setdefault(compact({**words, name: name in words}), []).append(words)
        listed = [{**group[0], **_together(name, group)} for group in groups.values()]
    return listed


def _together(name: str, group: Iterable[Words]) -> Words:
    values = [words[name] for words in group if name in words]
    if not values:
        return {}
    if name == "resources":
        return {name: sorted({each for value in values for each in value})}
    kinds = sorted({kind for value in values for kind in value})
    return {name: {kind: sorted({each for value in values for each in value.get(kind, ())}) for kind in kinds}}


# ---- One part ------------------------------------------------------------------------------------------------
def _words(part: OneSidedAccess) -> Words:
    first, *besides = part.common
    found = _elements(first)
    for denied in besides:
        found = _both(found, _elements(denied))
    left_out = [each for each in part.without if not _is_less_direct(each, first)]
    if len(left_out) < len(part.without):
        found["directly"] = True
    if left_out:
        found["except"] = sorted(_joined([_beside(found, _elements(each)) for each in left_out]), key=compact)
    return found


def _elements(term: Term) -> Words:
    return reduce(_both, map(_own_elements, term.bounds), _own_elements(term))


def _own_elements(term: Term) -> Words:
    name = "not_resources" if term.resources.negated else "resources"
    found: Words = {name: sorted(term.words.resources), "conditions": term.words.conditions}
    if term.who is not None:
        found["not_principals" if term.who.negated else "principals"] = _principals(term.who)
    return found


def _principals(who: PrincipalTerm) -> dict[str, list[str]]:
    kinds = sorted({kind for kind, _ in who.listed})
    return {kind: sorted(value for other, value in who.listed if other == kind) for kind in kinds}


def _both(one: Words, other: Words) -> Words:
    """What matches both, as briefly as it can be said."""
    found: Words = dict(one)
    also: Words = {}
    for names, says_nothing in _ELEMENTS:
        mine, its = _of(one, names), _of(other, names)
        if says_nothing(its) or mine == its:
            continue
        if says_nothing(mine):
            found = {name: value for name, value in found.items() if name not in names} | its
        else:
            also.update(its)
    return {**found, "also": also} if also else found


def _beside(whole: Words, other: Words) -> Words:
    """Only what is said otherwise than in the whole."""
    found: Words = {}
    for names, says_nothing in _ELEMENTS:
        its = _of(other, names)
        if its != _of(whole, names) and not says_nothing(its):
            found |= its
    if "also" in other and other["also"] != whole.get("also"):
        found["also"] = other["also"]
    return found or other


def _of(words: Words, names: tuple[str, ...]) -> Words:
    return {name: words[name] for name in names if name in words}


_ELEMENTS: tuple[tuple[tuple[str, ...], Callable[[Words], bool]], ...] = (
    (("resources", "not_resources"), lambda words: words.get("resources") == list(_STAR)),
    (("principals", "not_principals"), lambda words: words in ({}, {"principals": _principals(EVERYONE)})),
    (("conditions",), lambda words: not words["conditions"]),
)


def _is_less_direct(term: Term, than: Term) -> bool:
    """It names only the AWS account of the principal whom the other names."""
    if term.who is None or than.who is None or term.who.negated or than.who.negated:
        return False
    (kind, value), (_, named) = next(iter(term.who.listed)), next(iter(than.who.listed))
    return term.allows and kind == "AWS" and value != named and value.isdecimal() and f"::{value}:" in named


# ---- An item of a difference in short lines, for people ------------------------------------------------------
_LABELS = {
    "resources": "on ",
    "not_resources": "on all but ",
    "principals": "to ",
    "not_principals": "to all but ",
    "conditions": "",
    "also": "and also ",
    "except": "",
    "may_be": "perhaps ",
    "because": "",
}


def lines(item: Mapping[str, Any]) -> list[str]:
    """What stands beside its actions: "on arn:aws:s3:::b/*", "if aws:SourceIp is in …", "except without MFA"."""
    return [label + line for name, label in _LABELS.items() if item.get(name) for line in _in_words(name, item[name])]


def _in_words(name: str, value: Any) -> Iterator[str]:
    if name == "except":
        yield from map(_exception, value)
    elif name == "also":
        yield " ".join(lines(value))
    else:
        yield _WORDS.get(name, ", ".join)(value)


def _exception(item: Mapping[str, Any]) -> str:
    """The conditions alone are said as such: "unless signed in without MFA"."""
    if set(item) == {"conditions"}:
        return exception_words(item["conditions"])
    return f"except {' '.join(lines(item))}"


def _principal_lines(value: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{kind} {each}" for kind, listed in value.items() for each in listed)


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "principals": _principal_lines,
    "not_principals": _principal_lines,
    "conditions": condition_words,
    "may_be": str,
    "because": str,
}
