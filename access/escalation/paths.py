"""Escalation paths: the steps of what a search found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.descriptions import describe_context
from access.escalation.account import EscalationAccount
from access.escalation.search import TECHNIQUES, Search, SearchBasis
from access.escalation.shortest import ClosurePaths, MoveUse, Proof
from access.escalation.techniques import NeedResource, Technique
from access.matches import WhoCanMatch
from aws_constraints.arn import name_of
from policies.engine.catalogue import spelled
from policies.engine.combine import Decision

_MOST_REGIONS = 4  # that a sentence lists


@dataclass(frozen=True)
class StepPermission:
    """`principal`: whose it is."""

    principal: str
    action: str
    resource: str
    decision: Decision
    match: WhoCanMatch

    @property
    def depends_on(self) -> tuple[str, ...]:
        return self.match.depends_on


@dataclass(frozen=True)
class EscalationStep:
    """`supposes`: what has to be so and isn't known: context keys, and things that the mirror doesn't have.

    `regions`: where, if policies don't allow it in all of them. `others`: identities under the same control that have a
    part in it. `of`: the identity that a change of a group or of a policy is for.
    """

    principal: str
    technique: Technique
    target: str
    permissions: tuple[StepPermission, ...]
    supposes: tuple[str, ...]
    regions: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    of: str = ""

    @property
    def does(self) -> str:
        """In words: what is done to whom, whose ARN stands beside it."""
        it = "itself" if self.target == self.principal else self.technique.target.called
        whom = "itself" if self.of == self.principal else self.of.rpartition(":")[2].replace("user/", "the user ", 1)
        return self.technique.does.replace("{it}", it).replace("{whom}", whom)

    @property
    def does_by_name(self) -> str:
        """The same, with the name of whom it is done to: for where no ARN stands beside it."""
        called = self.technique.target.called
        return self.does.replace(called, f"{called} {name_of(self.target)}".rstrip(), 1) if called else self.does

    @property
    def where(self) -> str:
        """In which Regions; "" where that makes no difference."""
        *others, last = sorted(self.regions) or [""]
        if len(others) >= _MOST_REGIONS:
            return f"in {len(self.regions)} Regions, such as {others[0]}"
        return f"in {', '.join(others)} or {last}" if others else f"in {last}" if last else ""

    @property
    def conditions(self) -> tuple[str, ...]:
        """What it supposes, in words: that a function runs as the role, or MFA."""
        found = [f"if {self.technique.supposes}"] if self.technique.supposes else []
        for each in self.permissions:
            if each.decision is Decision.UNKNOWN:
                allowed_if = each.match.allowed_if
                found += (
                    describe_context(allowed_if)
                    if allowed_if
                    else [f"depending on {spelled(key)}" for key in each.depends_on]
                )
        return tuple(dict.fromkeys(found))

    def as_json(self) -> dict[str, Any]:
        permissions = [
            {"principal": each.principal, "action": each.action, "resource": each.resource} for each in self.permissions
        ]
        return {
            "principal": self.principal,
            "technique": self.technique.name,
            "does": self.does,
            "target": self.target,
            "regions": list(self.regions),
            "permissions": permissions,
            "supposes": list(self.supposes),
        }


@dataclass(frozen=True)
class EscalationPath:
    """From who isn't an administrator to one; to itself where it becomes one."""

    steps: tuple[EscalationStep, ...]
    target: str

    @property
    def source(self) -> str:
        return self.steps[0].principal

    @property
    def technique(self) -> str:
        return self.steps[0].technique.name

    @property
    def supposes(self) -> bool:
        """Whether something has to be so that the mirror doesn't know."""
        return any(step.supposes for step in self.steps)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Of each step, without a subject: who acts where that is another, what is done to whom, where, and only if."""
        return tuple(" ".join(filter(None, self._words(step))) for step in self.steps)

    def _words(self, step: EscalationStep) -> Iterator[str]:
        yield f"as {name_of(step.principal)}" if step.principal != self.source else ""
        yield step.does_by_name
        yield step.where
        yield f"only {', '.join(step.conditions)}" if step.conditions else ""

    def as_json(self) -> dict[str, Any]:
        steps = [step.as_json() for step in self.steps]
        return {"from": self.source, "to": self.target, "technique": self.technique, "steps": steps}


@dataclass(frozen=True)
class EscalationsFound:
    """`paths`: the shortest first, of these those that suppose nothing that the mirror doesn't know.

    `administrators`, by their ARNs, have none. `direct`: of each principal the single steps that surely make an
    administrator, with all their targets; None where there are too many (`MOST_DIRECT`).
    """

    paths: list[EscalationPath]
    administrators: frozenset[str]
    direct: Mapping[str, Sequence[EscalationStep]] | None = None


def escalations(account: EscalationAccount) -> EscalationsFound:
    search = Search(SearchBasis.of(account))
    search.look(TECHNIQUES)
    sure, direct = list(paths(search)), _direct(search)
    search.suppose()
    return found_in(search, sure, direct, search.administrators)


DirectSteps = Mapping[str, Sequence[EscalationStep]]


def found_in(
    search: Search, sure: Sequence[EscalationPath], direct: DirectSteps | None, among: Collection[int]
) -> EscalationsFound:
    """In a search that supposes what isn't known; `sure`, `direct`: what was found before it did.

    `among`: those of whom to say whether they are administrators.
    """
    found = {(path.source, path.technique): path for path in sure}
    for path in paths(search):
        found.setdefault((path.source, path.technique), path)
    ordered = sorted(found.values(), key=lambda path: (len(path.steps), path.supposes, path.source, path.technique))
    administrators = search.administrators & set(among)
    return EscalationsFound(ordered, frozenset(search.index.holders[number].arn for number in administrators), direct)


MOST_DIRECT = 20_000  # steps


def _direct(search: Search) -> DirectSteps | None:
    """Before anything is supposed. Without the permissions of the steps."""
    ways, left = ClosurePaths(search.closure), MOST_DIRECT
    found: dict[str, list[EscalationStep]] = defaultdict(list)
    for move, ending in zip(search.closure.moves, ways.ending, strict=True):
        actors = [number for number in move.stages[0].actors if number < search.real] if len(move.stages) == 1 else []
        for number in actors:
            if number in search.administrators:
                continue
            targets = {move.facts[fact] for fact in (*ending, *(ways.enough.get(number, set()) & move.facts.keys()))}
            left -= len(targets)
            if left < 0:
                return None
            arn = search.index.holders[number].arn
            found[arn] += [
                EscalationStep(arn, move.technique, target or arn, (), (), move.regions) for target in sorted(targets)
            ]
    return found


def paths(search: Search) -> Iterator[EscalationPath]:
    """For each principal that isn't an administrator, one for each technique that begins a shortest way."""
    ways = ClosurePaths(search.closure)
    won = search.closure.won & search.supposing
    for place, number in enumerate(search.closure.starts):
        if won >> place & 1 and number not in search.administrators:
            for proof, end in ways.of(number):
                yield _path(search, proof, number if end is None else end)


def _path(search: Search, proof: Proof, end: int) -> EscalationPath:
    """`end`: the identity that is an administrator."""
    variants = search.closure.variants
    acting = [*(actor for made in proof for actor in made.actors), end]
    of = {
        fact: variants[number].number
        for number in reversed(acting)
        if number in variants
        for fact in variants[number].facts
    }
    steps = tuple(_step(search, made, of.get(made.fact)) for made in proof)
    return EscalationPath(steps, search.index.holders[variants[end].number if end in variants else end].arn)


def _step(search: Search, made: MoveUse, of: int | None) -> EscalationStep:
    holders, move = search.index.holders, made.move
    technique, target = move.technique, move.facts[made.fact]
    permissions = tuple(_permissions(search, made, target))
    keys = {key for each in permissions for key in each.depends_on}
    principal = holders[made.actors[0]].arn
    return EscalationStep(
        principal,
        technique,
        target or principal,
        permissions,
        ((technique.supposes,) if technique.supposes else ()) + tuple(sorted(keys)),
        move.regions,
        tuple(dict.fromkeys(each.principal for each in permissions if each.principal != principal)),
        "" if of is None else holders[of].arn,
    )


def _permissions(search: Search, made: MoveUse, target: str) -> Iterator[StepPermission]:
    for actor, stage in zip(made.actors, made.move.stages, strict=True):
        for needed, matches in stage.permitted:
            found = matches[actor]
            action, resource = found.example
            resource = target if needed.on is NeedResource.TARGET else resource
            yield StepPermission(search.index.holders[actor].arn, action, resource, found.decision, found)
