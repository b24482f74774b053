"""Shortest paths of one principal: the least number of moves for each fact that it can bring about.

What takes several facts costs the moves of all of them together, each once.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from access.escalation.closure import Closure
from access.escalation.graph import GOAL, Move
from access.escalation.identity_changes import Fact
from access.escalation.techniques import TechniqueGain


@dataclass(frozen=True, slots=True)
class MoveUse:
    """A move on one fact; `actors`: who does each stage of it."""

    move: Move
    fact: Fact
    actors: tuple[int, ...]


Proof = tuple[MoveUse, ...]
Proofs = dict[str, Proof]  # of the same length, by the technique that they begin with


class ClosurePaths:
    """In what a closure found. `ends`: facts that paths are to end with; None: an administrator of the AWS account."""

    def __init__(self, closure: Closure, ends: Collection[Fact] | None = None) -> None:
        self.closure = closure
        self._ends = None if ends is None else frozenset(ends)
        self.doing: dict[int, list[tuple[int, int]]] = defaultdict(list)  # the moves and stages of an identity
        for place, move in enumerate(closure.moves):
            for number, stage in enumerate(move.stages):
                for actor in stage.actors:
                    self.doing[actor].append((place, number))
        self.of_fact: dict[Fact, list[int]] = defaultdict(list)  # the variants that take it
        for number, variant in closure.variants.items():
            for fact in variant.facts:
                self.of_fact[fact].append(number)
        self.enough = self._enough() if ends is None else {}
        useful = self._useful_facts()
        self.useful = [[fact for fact in move.facts if fact in useful] for move in closure.moves]
        self.ending = [[fact for fact in move.facts if self.is_end(fact)] for move in closure.moves]

    def is_end(self, fact: Fact) -> bool:
        if self._ends is not None:
            return fact in self._ends
        return fact == GOAL or (fact[0] is TechniqueGain.CONTROL and fact[1] in self.closure.winning)

    def _enough(self) -> dict[int, set[Fact]]:
        """By principal, the single changes that make an administrator of it."""
        found: dict[int, set[Fact]] = defaultdict(set)
        for number in self.closure.winning:
            if variant := self.closure.variants.get(number):
                changes = variant.facts[1:]
                if len(changes) == 1:
                    found[variant.number].update(changes)
        return found

    def _useful_facts(self) -> set[Fact]:
        """Those that a way to an administrator may lead over."""
        closure = self.closure
        by_fact: dict[Fact, list[int]] = defaultdict(list)
        for place, move in enumerate(closure.moves):
            for fact in move.facts:
                by_fact[fact].append(place)
        waiting: list[Fact] = [GOAL] if self._ends is None else list(self._ends)
        for number in closure.winning if self._ends is None else ():
            waiting += self._facts(number)
        found: set[Fact] = set(waiting)
        seen: set[int] = set()
        acting: set[int] = set()
        while waiting:
            for place in by_fact.get(waiting.pop(), ()):
                if place in seen:
                    continue
                seen.add(place)
                for stage in closure.moves[place].stages:
                    for number in stage.actors - acting:
                        acting.add(number)
                        for fact in self._facts(number):
                            if fact not in found:
                                found.add(fact)
                                waiting.append(fact)
        return found

    def _facts(self, number: int) -> Iterable[Fact]:
        variant = self.closure.variants.get(number)
        return [(TechniqueGain.CONTROL, number)] if variant is None else variant.facts

    def of(self, start: int) -> Iterator[tuple[Proof, Fact]]:
        """The shortest, one for each technique that begins one, and what it ends with."""
        looking = _ShortestSearch(self, start)
        ends = looking.look()
        described = set()
        for fact in ends:
            for technique, proof in looking.proofs[fact].items():
                if technique not in described:
                    described.add(technique)
                    yield proof, fact


class _ShortestSearch:
    """Level by level: first what takes no move, then what takes one, …"""

    def __init__(self, ways: ClosurePaths, start: int) -> None:
        self._ways = ways
        self._closure = ways.closure
        self._start = start
        self.proofs: dict[Fact, Proofs] = {}
        self._levels: dict[int, dict[Fact, Proofs]] = defaultdict(dict)
        self._acting: dict[tuple[int, int], int] = {}  # who does a stage of a move
        self._limit = sys.maxsize  # the moves that are known to be enough
        self._enough: dict[Fact, Fact] = {}  # what makes an administrator of somebody one acts as already

    def look(self) -> list[Fact]:
        self._put((TechniqueGain.CONTROL, self._start), ())
        while self._levels:
            level = min(self._levels)
            acting: list[int] = []
            ends: list[Fact] = []
            while found := self._levels.pop(level, None):
                for fact, proofs in found.items():
                    if self.proofs.setdefault(fact, proofs) is proofs:
                        ends += [fact] if self._ways.is_end(fact) else []
                        acting += self._follows(fact)
            if ends:
                return ends
            for toward_end in (True, False):
                for number in acting:
                    self._act(number, toward_end=toward_end)
        return []

    def _put(self, fact: Fact, proof: Proof) -> None:
        if fact not in self.proofs and len(proof) <= self._limit:
            first = proof[0].move.technique.name if proof else ""
            self._levels[len(proof)].setdefault(fact, {}).setdefault(first, proof)

    def _follows(self, fact: Fact) -> list[int]:
        """As whom one acts then."""
        ways = self._ways
        for number in ways.of_fact.get(fact, ()):
            facts = self._closure.variants[number].facts
            if all(each in self.proofs for each in facts):
                for proof in self.proofs[fact].values():
                    self._put((TechniqueGain.CONTROL, number), self._together(facts, fact, proof))
        if fact[0] is not TechniqueGain.CONTROL:
            return []
        number = int(fact[1])
        self._enough.update(dict.fromkeys(ways.enough.get(number, ()), fact))
        return [number]

    def _act(self, number: int, *, toward_end: bool) -> None:
        ways = self._ways
        for place, stage in ways.doing.get(number, ()):
            self._acting.setdefault((place, stage), number)
            stages = self._closure.moves[place].stages
            found = [
                number if number in each.actors else self._acting.get((place, at)) for at, each in enumerate(stages)
            ]
            actors = tuple(each for each in found if each is not None)
            if len(actors) == len(found):
                self._make(place, actors, number, toward_end=toward_end)

    def _make(self, place: int, actors: tuple[int, ...], number: int, *, toward_end: bool) -> None:
        move = self._closure.moves[place]
        facts = self._ways.useful[place]
        if toward_end:
            facts = [*self._ways.ending[place], *(fact for fact in self._enough if fact in move.facts)]
        controls = [(TechniqueGain.CONTROL, each) for each in actors]
        for proof in self.proofs[TechniqueGain.CONTROL, number].values() if facts else ():
            so_far = self._together(controls, (TechniqueGain.CONTROL, number), proof)
            for fact in facts:
                if toward_end:
                    whose = next(iter(self.proofs[self._enough[fact]].values())) if fact in self._enough else ()
                    self._limit = min(self._limit, len({*so_far, *whose}) + 1)
                if len(so_far) + 1 < self._limit or toward_end:
                    self._put(fact, (*so_far, MoveUse(move, fact, actors)))

    def _together(self, facts: Sequence[Fact], fact: Fact, proof: Proof) -> Proof:
        """What brings about all of them, of the one fact by this proof."""
        found: dict[MoveUse, None] = {}
        for each in facts:
            made = proof if each == fact else next(iter(self.proofs[each].values()))
            found.update(dict.fromkeys(made))
        return tuple(found)
