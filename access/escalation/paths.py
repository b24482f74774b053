"""Escalation paths: the steps of what a search found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from access.descriptions import describe_context
from access.escalation.account import EscalationAccount
from access.escalation.elsewhere import RoleLead
from access.escalation.graph import GOAL
from access.escalation.identity_changes import Fact
from access.escalation.leaving import Leaving, fact_of
from access.escalation.search import TECHNIQUES, Search, SearchBasis
from access.escalation.shortest import ClosurePaths, MoveUse, Proof
from access.escalation.techniques import NeedResource, Technique, TechniqueGain
from access.holders import Holder
from access.matches import WhoCanMatch
from aws_constraints.arn import account_in, name_of
from policies.engine.catalogue import spelled
from policies.engine.combine import Decision

_TO, _OVER = "to another AWS account", "over another AWS account"
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
        if self.is_elsewhere:
            return ("under a condition",) if self.supposes else ()
        return tuple(dict.fromkeys([*found, *self._depends()]))

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is turned on a role of another AWS account, of which nothing is told here."""
        return self.technique.gains is TechniqueGain.ELSEWHERE

    @property
    def conditions_elsewhere(self) -> tuple[str, ...]:
        """Of such a step, in words: for who may see that AWS account."""
        return tuple(dict.fromkeys(self._depends()))

    def _depends(self) -> Iterator[str]:
        for each in self.permissions:
            if each.decision is Decision.UNKNOWN:
                allowed_if = each.match.allowed_if
                yield from (
                    describe_context(allowed_if)
                    if allowed_if
                    else [f"depending on {spelled(key)}" for key in each.depends_on]
                )

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
    """From who isn't an administrator to one; to itself where it becomes one.

    `lead`: of a path that ends with a role of another AWS account, where that leads. What lies there isn't told in
    `sentences`, nor in `as_json`, unless one asks for it: not everybody who sees the path may see that AWS account.
    """

    steps: tuple[EscalationStep, ...]
    target: str
    lead: RoleLead | None = None

    @property
    def source(self) -> str:
        return self.steps[0].principal

    @property
    def technique(self) -> str:
        name = self.steps[0].technique.name
        if self.lead is None:
            return name
        return f"{name} {_OVER if self.lead.account_id == account_in(self.source) else _TO}"

    @property
    def supposes(self) -> bool:
        """Whether something has to be so that the mirror doesn't know."""
        return any(step.supposes for step in self.steps) or bool(self.lead and not self.lead.is_sure)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Of each step, without a subject: who acts where that is another, what is done to whom, where, and only if."""
        return tuple(" ".join(filter(None, self._words(step))) for step in self.steps)

    def _words(self, step: EscalationStep) -> Iterator[str]:
        yield f"as {name_of(step.principal)}" if step.principal != self.source else ""
        yield step.does_by_name
        yield step.where
        yield f"only {', '.join(step.conditions)}" if step.conditions else ""

    def as_json(self, *, tells_elsewhere: bool = False) -> dict[str, Any]:
        """`tells_elsewhere`: with what lies in other AWS accounts."""
        steps = [step.as_json() for step in self.steps]
        found = {"from": self.source, "to": self.target, "technique": self.technique, "steps": steps}
        if self.lead is None:
            return found
        if not tells_elsewhere:
            left = [{**step, "target": "", "permissions": [], "supposes": []} for step in steps[-1:]]
            return {**found, "to": "", "steps": [*steps[:-1], *left]}
        hops = [{"account": hop.account_id, "role": hop.role, "does": list(hop.sentences)} for hop in self.lead.hops]
        return {**found, "account": self.lead.account_id, "then": hops}


@dataclass(frozen=True)
class EscalationsFound:
    """`paths`: the shortest first, of these those that suppose nothing that the mirror doesn't know.

    `administrators`, by their ARNs, have none. `direct`: of each principal the single steps that surely make an
    administrator, with all their targets; None where there are too many (`MOST_DIRECT`). `beyond`: paths that lead to
    an administrator over another AWS account, also those of administrators.
    """

    paths: list[EscalationPath]
    administrators: frozenset[str]
    direct: Mapping[str, Sequence[EscalationStep]] | None = None
    beyond: Sequence[EscalationPath] = ()

    @property
    def all_paths(self) -> list[EscalationPath]:
        return [*self.paths, *self.beyond]


def escalations(account: EscalationAccount) -> EscalationsFound:
    return searched(account)[1]


def searched(account: EscalationAccount) -> tuple[Search, EscalationsFound]:
    """With the search, which supposes what isn't known by then."""
    search = Search(SearchBasis.of(account))
    search.look(TECHNIQUES)
    sure, direct = list(paths(search)), _direct(search)
    leaving = Leaving(search)
    leaving.add(is_sure=True)
    surely_beyond = list(paths_beyond(search, is_sure=True))
    search.suppose()
    leaving.add(is_sure=False)
    found = found_in(search, sure, direct, search.administrators)
    return search, replace(found, beyond=beyond_in(search, surely_beyond))


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


def paths(search: Search, among: Collection[int] | None = None) -> Iterator[EscalationPath]:
    """For each principal that isn't an administrator, one for each technique that begins a shortest way.

    `among`: the numbers of whom one wants to know; None: of all for whom supposing made a difference.
    """
    ways = ClosurePaths(search.closure)
    won = search.closure.won & (search.supposing if among is None else -1)
    for place, number in enumerate(search.closure.starts):
        if won >> place & 1 and number not in search.administrators and (among is None or number in among):
            for proof, end in ways.of(number):
                yield _path(search, proof, number if end == GOAL else int(end[1]))


# ---- Over another AWS account ----------------------------------------------------------------------------------
def beyond_in(search: Search, sure: Sequence[EscalationPath]) -> list[EscalationPath]:
    """`sure`: what was found before anything was supposed."""
    found = {(path.source, path.technique): path for path in sure}
    for path in paths_beyond(search, is_sure=False):
        found.setdefault((path.source, path.technique), path)
    return sorted(found.values(), key=lambda path: (len(path.steps), path.supposes, path.source, path.technique))


def paths_beyond(search: Search, *, is_sure: bool) -> Iterator[EscalationPath]:
    """For each principal one for each technique that begins a shortest way to a role of another AWS account that leads
    to an administrator: of another AWS account, or of this one, whoever isn't one and can't become one here.

    `is_sure`: only over roles that surely lead there, so that none that perhaps does takes the place of one.
    """
    own, won = search.account.account_id, search.closure.won

    def fits(lead: RoleLead, is_own: bool) -> bool:
        return (lead.account_id == own) is is_own and (lead.is_sure or not is_sure)

    here = {number for place, number in enumerate(search.closure.starts) if won >> place & 1} | search.administrators
    for is_own in (False, True):
        leads = {
            fact_of(role): lead
            for role in search.account.elsewhere
            if (lead := next((each for each in role.leads if fits(each, is_own)), None))
        }
        starts = set(search.closure.starts) - (here if is_own else set())
        for path in paths_to(search, leads, starts):
            yield replace(path, lead=leads[TechniqueGain.ELSEWHERE, path.target])


def paths_to(search: Search, facts: Collection[Fact], numbers: Collection[int]) -> Iterator[EscalationPath]:
    """Of these principals one for each technique that begins a shortest way to one of these facts, that one controls a
    role of another AWS account, which is the target."""
    reached = [bits for fact in facts if (bits := search.closure.bits.get(fact, 0))]
    if not reached:
        return
    ways = ClosurePaths(search.closure, facts)
    for place, number in enumerate(search.closure.starts):
        if number in numbers and any(bits >> place & 1 for bits in reached):
            for proof, end in ways.of(number):
                yield replace(_path(search, proof, number), target=str(end[1]))


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
    principal = _holder(search, made.actors[0]).arn
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
            yield StepPermission(_holder(search, actor).arn, action, resource, found.decision, found)


def _holder(search: Search, number: int) -> Holder:
    """Variants that are administrators aren't in the index."""
    return search.closure.variants[number].holder if number < 0 else search.index.holders[number]
