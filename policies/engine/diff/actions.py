"""The actions that two documents are about: those that AWS is known to have, and those that only they name.

A pattern is the actions that it matches today: `s3:*` is the list of S3's actions. One that matches none stands for
itself, as an action of a service that isn't known.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from policies.engine import catalogue
from policies.engine.diff.budget import Budget
from policies.engine.matching import Glob, tokens

Actions = int  # a set of them, one bit each, by their places in the universe

_WILDCARD = re.compile(r"[*?]")
_LAST = "\U0010ffff"
_UNHEARD_OF = {ord("*"): "\ue000\ue000\ue000", ord("?"): "\ue000"}  # in place of wildcards: matched by wildcards only
_VERB = re.compile(r"[^:*?]+:[A-Z][a-z]+")
_LOOKS_A_STEP = 2


@dataclass(frozen=True)
class _KnownActions:
    """Those of the catalogue, and others in their places between them."""

    others: Mapping[str, str]  # as they are written, by lower case
    lowered: Sequence[str]  # all, in the order of the alphabet
    gaps: Sequence[int]  # the places of the others, lowest first

    def place(self, name: str) -> int:
        """Of one that is known, by lower case."""
        return bisect_left(self.lowered, name)

    def written(self, name: str) -> str:
        return self.others[name] if name in self.others else _catalogue()[name]

    def mask(self, in_catalogue: Actions) -> Actions:
        """What is a set of actions of the catalogue, with room for the others."""
        found = in_catalogue
        for gap in self.gaps:
            found = found & ((1 << gap) - 1) | found >> gap << (gap + 1)
        return found


def _known(others: Mapping[str, str]) -> _KnownActions:
    if not others:
        return _KnownActions(others, _sorted_catalogue(), ())
    lowered = sorted([*_sorted_catalogue(), *sorted(others)])  # merges two that are sorted
    return _KnownActions(others, lowered, [bisect_left(lowered, name) for name in sorted(others)])


@cache
def _catalogue() -> Mapping[str, str]:
    """As AWS writes them, by lower case."""
    return {name.lower(): name for name in catalogue.all_actions()}


@cache
def _sorted_catalogue() -> Sequence[str]:
    return sorted(_catalogue())


@cache
def _without_resource() -> Actions:
    return sum(mask for _, mask in _asked_on(""))


@cache
def _asked_on(partition: str) -> Sequence[tuple[str, Actions]]:
    by_text: dict[str, list[int]] = {}
    for place, name in enumerate(_sorted_catalogue()):
        if text := catalogue.asked_on(name, partition):
            by_text.setdefault(text, []).append(place)
    return [(text, _mask(places)) for text, places in by_text.items()]


class Universe:
    """All actions there are, for two documents."""

    def __init__(self, patterns: Iterable[str], budget: Budget) -> None:
        """`patterns` as the documents have them. Raises BudgetExceededError."""
        self._budget = budget
        self._known = _known({})
        written = {pattern.lower(): pattern for pattern in patterns}
        self._add({name: each for name, each in written.items() if not _WILDCARD.search(name)})
        wild = [name for name in written if _WILDCARD.search(name)]
        self._add({name.translate(_UNHEARD_OF): written[name] for name in wild if not any(self._places(name))})
        self._by_pattern = {name: _mask(self._places(name)) for name in wild}
        self.everything: Actions = (1 << len(self._known.lowered)) - 1
        self.without_resource = self._known.mask(_without_resource())  #: They take none.

    def _add(self, names: Mapping[str, str]) -> None:
        unknown = {name: written for name, written in names.items() if name not in _catalogue()}
        if unknown:
            self._known = _known({**unknown, **self._known.others})

    def asked_on(self, partition: str) -> list[tuple[str, Actions]]:
        """Those that take no resource, by the text that resource patterns must match for them."""
        return [(text, self._known.mask(mask)) for text, mask in _asked_on(partition)]

    def matching(self, patterns: Iterable[str]) -> Actions:
        """Of those with which this was made."""
        found = 0
        exact: list[int] = []
        for pattern in {pattern.lower() for pattern in patterns}:
            if pattern in self._by_pattern:
                found |= self._by_pattern[pattern]
            else:
                exact.append(self._known.place(pattern))
        return found | _mask(exact)

    def named(self, actions: Actions) -> list[str]:
        """In the order of the alphabet."""
        return [self._known.written(name) for name in self._lowered(actions)]

    def described(self, actions: Actions, patterns: Iterable[str], indifferent: Actions = 0) -> list[str]:
        """By patterns, first those given, where all that they match is meant or indifferent; the rest by name.

        A pattern that nobody wrote stands for what is meant and nothing else: `iam:Set*` isn't said of one action.
        """
        found: list[str] = []
        left = actions
        written, ours = actions | indifferent, actions
        ways = ((lambda _: self._written(patterns), written), (self._services, ours), (self._verbs, ours))
        for patterns_for, meant in ways:
            for pattern in patterns_for(left):
                mask = self._of_pattern(pattern)
                if mask & left and not mask & ~meant and mask.bit_count() > 1:
                    found.append(pattern)
                    left &= ~mask
        return sorted(found + self.named(left))

    def _written(self, patterns: Iterable[str]) -> list[str]:
        """The widest first."""
        return sorted({"*", *(each for each in patterns if _WILDCARD.search(each))}, key=lambda each: (len(each), each))

    def _services(self, actions: Actions) -> list[str]:
        prefixes = {name.partition(":")[0] for name in self.named(actions)}
        return sorted(f"{prefix}:*" for prefix in prefixes if not _WILDCARD.search(prefix))

    def _verbs(self, actions: Actions) -> list[str]:
        """`iam:Get*` for `iam:GetUser`."""
        found = (_VERB.match(name) for name in self.named(actions))
        return sorted({f"{match.group()}*" for match in found if match})

    def _of_pattern(self, pattern: str) -> Actions:
        lowered = pattern.lower()
        if lowered not in self._by_pattern:
            self._by_pattern[lowered] = _mask(self._places(lowered))
        return self._by_pattern[lowered]

    def _lowered(self, actions: Actions) -> list[str]:
        return [self._known.lowered[place] for place in _places(actions)]

    def _places(self, pattern: str) -> Iterator[int]:
        """Of what a pattern with wildcards matches. Raises BudgetExceededError."""
        wild = _WILDCARD.search(pattern)
        prefix = pattern[: wild.start()] if wild else pattern
        lowered = self._known.lowered
        first, end = bisect_left(lowered, prefix), bisect_left(lowered, prefix + _LAST)
        if pattern == f"{prefix}*":
            return iter(range(first, end))
        self._budget.spend(1 + (end - first) * (1 + len(pattern) // 1000) // _LOOKS_A_STEP)
        glob = Glob(tokens(pattern))
        return (place for place in range(first, end) if glob.matches(lowered[place]))


def _mask(places: Iterable[int]) -> Actions:
    chosen = list(places)
    if not chosen:
        return 0
    digits = bytearray(b"0") * (max(chosen) + 1)
    for place in chosen:
        digits[-1 - place] = ord("1")
    return int(digits, 2)


def _places(actions: Actions) -> list[int]:
    return [match.start() for match in re.finditer("1", f"{actions:b}"[::-1])]
