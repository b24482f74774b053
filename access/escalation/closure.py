"""The transitive closure of moves: everything that each principal can bring about, until no move adds a fact.

Of each fact it is known by which principals it can be brought about, as a number with a bit for each of them. So all
principals are looked at together, and what takes several facts is those who have each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from access.escalation.graph import GOAL, Move
from access.escalation.identity_changes import Change, Fact
from access.escalation.techniques import TechniqueGain
from access.holders import Holder


@dataclass(frozen=True, slots=True)
class Variant:
    """What a principal (by its number) is once `changes` are made. `facts`: what that takes."""

    number: int
    changes: frozenset[Change]
    holder: Holder
    facts: tuple[Fact, ...]

    @classmethod
    def of(cls, number: int, changes: frozenset[Change], holder: Holder) -> Variant:
        made = sorted({(gains, thing) for gains, thing, _ in changes}, key=str)
        return cls(number, changes, holder, ((TechniqueGain.CONTROL, number), *made))


class Closure:
    """Identities by their number: those in the index, and variants that are administrators, who have negative ones.

    `starts` are those of whom one wants to know, by number: the bit of each is its place among them.
    """

    def __init__(self, starts: Sequence[int]) -> None:
        self.starts = starts
        self.bits: dict[Fact, int] = {
            (TechniqueGain.CONTROL, number): 1 << place for place, number in enumerate(starts)
        }
        self.moves: list[Move] = []
        self.variants: dict[int, Variant] = {}
        self.winning: set[int] = set()
        self._after: list[int] = []  # by whom each move could be made when it was last looked at
        self._acting: dict[frozenset[int], int] = {}
        self._dependent: dict[Fact, list[int]] = defaultdict(list)
        self._dirty: set[int] = set(starts)

    def add(self, moves: Iterable[Move]) -> None:
        for move in moves:
            self.moves.append(move)
            self._after.append(0)
            for stage in move.stages:
                if stage.actors not in self._acting:
                    self._acting[stage.actors] = self._together(stage.actors)

    def add_variant(self, number: int, variant: Variant) -> None:
        self.variants[number] = variant
        for fact in variant.facts:
            self._dependent[fact].append(number)
        self._dirty.add(number)

    def of(self, number: int) -> int:
        """Who can act as this."""
        variant = self.variants.get(number)
        if variant is None:
            return self.bits.get((TechniqueGain.CONTROL, number), 0)
        found = -1
        for fact in variant.facts:
            found &= self.bits.get(fact, 0)
        return found

    @property
    def won(self) -> int:
        """The principals who can become administrators."""
        found = self.bits.get(GOAL, 0)
        for number in self.winning:
            found |= self.of(number)
        return found

    def making(self, first: int) -> int:
        """Who can make a part of any of the moves from this one on."""
        found = 0
        for actors in {stage.actors for move in self.moves[first:] for stage in move.stages}:
            found |= self._acting[actors]
        return found

    def run(self) -> None:
        """Applies the moves until none adds a fact."""
        while True:
            changed, self._dirty = self._dirty, set()
            if changed:
                now = {number: self.of(number) for number in changed}
                for actors, bits in self._acting.items():
                    for number in changed & actors:
                        bits |= now[number]
                    self._acting[actors] = bits
            for place, move in enumerate(self.moves):
                self._make(place, move)
            if not self._dirty:
                return

    def _make(self, place: int, move: Move) -> None:
        after = -1
        for stage in move.stages:
            after &= self._acting[stage.actors]
        if after == self._after[place]:
            return
        self._after[place] = after
        for fact in move.facts:
            before = self.bits.get(fact, 0)
            if before | after != before:
                self.bits[fact] = before | after
                self._dirty.update(self._dependent.get(fact, ()))
                if fact[0] is TechniqueGain.CONTROL:
                    self._dirty.add(int(fact[1]))

    def _together(self, numbers: Iterable[int]) -> int:
        found = 0
        for number in numbers:
            found |= self.of(number)
        return found


def members(bits: int) -> Iterator[int]:
    """The numbers of those who have a bit."""
    text = bin(bits)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)


def apart(among: int, facts: Sequence[Fact], bits: dict[Fact, int]) -> dict[frozenset[Fact], int]:
    """Those with a bit in `among`, by which of the facts they can bring about."""
    found: dict[frozenset[Fact], int] = {frozenset(): among}
    for fact in facts:
        having = bits.get(fact, 0)
        parts: dict[frozenset[Fact], int] = {}
        for known, some in found.items():
            if some & having:
                parts[known | {fact}] = some & having
            if some & ~having:
                parts[known] = some & ~having
        found = parts
    return found
