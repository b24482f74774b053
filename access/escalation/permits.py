"""Finds who may do what, asked once for all targets that no policy distinguishes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

from access.escalation.techniques import PermissionNeed
from access.holders import Holder
from access.index import Index, is_of_oneself
from access.matches import ExampleRequest, WhoCanMatch
from policies.engine import catalogue
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.layers import Facts, LayerName, LayerPolicy
from policies.engine.matching import ArnGlob, tokens
from policies.engine.somewhere import REGION, is_chosen
from policies.engine.somewhere.asked import REQUEST_TAG, SECURE_TRANSPORT
from policies.engine.somewhere.search import are_consistent
from policies.engine.somewhere.values import ConditionKeys

_ASSUME = "sts:assumerole"
_BOUNDARY = "iam:permissionsboundary"
UNKNOWN_BOUNDARY = "not read"
_MOST_CHOICES = 64
_STEPS_OF_QUESTION, _STEPS_OF_ONE, _STEPS_OF_TARGET = 60, 20, 2  # of a budget
_STEPS = 100_000  # for the values of all keys that the caller chooses
_ANY_SERVICE = "*"
_CHUNK = 50  # of so few, only the documents that they hold are looked at
_WHOLE_ARN = 5  # colons


@dataclass(frozen=True, slots=True)
class TechniqueObject:
    """What a technique is turned on. `number`: of a principal, in the index."""

    arn: str
    number: int | None = None
    trust: LayerPolicy | None = None
    boundary: str | None = None

    @classmethod
    def of(cls, number: int, holder: Holder) -> TechniqueObject:
        boundary = UNKNOWN_BOUNDARY if LayerName.BOUNDARY in holder.not_read else None
        return cls(holder.arn, number, holder.trust, holder.boundary.name if holder.boundary else boundary)


Matches = Mapping[int, WhoCanMatch]  # by the number of whoever may


class Permits:
    """Of `actors`, by their numbers in the index."""

    def __init__(self, index: Index, actors: Sequence[int], budget: Budget | None = None) -> None:
        """`budget`: what is asked spends of it, and raises BudgetExceededError."""
        self.index = index
        self._budget = budget
        self.actors = {each for each in actors if not index.holders[each].caller.is_service_linked}
        self._chosen: dict[str, list[Context]] = {}
        self._allowed: dict[tuple[str, bool], set[int]] = {}
        self._relevant: dict[tuple[str, bool], _ResourceDistinctions] = {}
        self._classes: dict[tuple[Hashable, ...], Matches] = {}
        self._keys: dict[tuple[str, bool], dict[tuple[str, str | None], Hashable]] = defaultdict(dict)

    def who(self, action: str, resource: str, context: Context, among: Set[int]) -> dict[int, WhoCanMatch]:
        """What the caller chooses (tags of the request, TLS) is chosen so that it is allowed, if there is a way."""
        context = {**_absent(action), **context}
        found = self._asked(action, resource, context, among)
        unknown = {number for number, each in found.items() if each.decision is Decision.UNKNOWN}
        choices = self._choices(action) if unknown else ()
        possible: set[int] = set()
        for chosen in choices:
            for number, each in self._asked(action, resource, {**chosen, **context}, unknown).items():
                possible.add(number)
                if each.decision is Decision.ALLOWED:
                    found[number] = each.at(ExampleRequest(chosen))
                    unknown.discard(number)
        if choices:
            found = {number: each for number, each in found.items() if number not in unknown - possible}
        return found

    def _asked(self, action: str, resource: str, context: Context, among: Set[int]) -> dict[int, WhoCanMatch]:
        if self._budget is not None:
            self._budget.spend(_STEPS_OF_QUESTION + len(among) * _STEPS_OF_ONE)
        question = self.index.question(action, resource, context)
        if len(among) * 10 > len(self.index.holders):
            return {each.number: each for each in question.answers(None) if each.number in among}
        listed = sorted(among)
        parts = (listed[at : at + _CHUNK] for at in range(0, len(listed), _CHUNK))
        return {each.number: each for part in parts for each in question.answers(part)}

    def _choices(self, action: str) -> Sequence[Context]:
        """All that makes a difference of the keys that the caller chooses; none where there are none, or too many."""
        if action not in self._chosen:
            statements = self._relevant_for(action, False).statements
            keys = sorted({key for each in statements for key in each.keys if is_chosen(key) and key != REGION})
            tags = _has(action, REQUEST_TAG)
            self._chosen[action] = _combined(keys, statements, with_tags=tags) if keys else []
        return self._chosen[action]

    def may_at_all(self, needs: Iterable[PermissionNeed], *, on_others: bool = False) -> set[int]:
        """Who has policies that allow of each need something, wherever; trust policies may let in more."""
        found = self.actors
        for needed in needs:
            if not any(action.lower() == _ASSUME for action in needed.actions):
                found = found & set().union(*(self._may(action, on_others=on_others) for action in needed.actions))
        return found

    def on_targets(
        self, needed: PermissionNeed, context: Context, things: Sequence[TechniqueObject], *, on_others: bool
    ) -> list[tuple[list[TechniqueObject], Matches]]:
        """The targets, by who may do it on them; those on whom nobody may are left out."""
        by_class: dict[tuple[Hashable, ...], list[TechniqueObject]] = defaultdict(list)
        for action in needed.actions:
            if self._budget is not None and self._may(action, on_others=on_others):
                self._budget.spend(len(things) * _STEPS_OF_TARGET)
            for thing in things if self._may(action, on_others=on_others) else ():
                by_class[self._class_of(action, context, thing, on_others)].append(thing)
        by_thing: dict[int, list[Matches]] = defaultdict(list)
        for key, listed in by_class.items():
            matches = self._matches(key, listed[0], context)
            for thing in listed if matches else ():
                by_thing[id(thing)].append(matches)
        grouped: dict[tuple[int, ...], list[TechniqueObject]] = defaultdict(list)
        all_matches: dict[tuple[int, ...], list[Matches]] = {}
        for thing in things:
            if several := by_thing.get(id(thing)):
                together = tuple(map(id, several))
                grouped[together].append(thing)
                all_matches[together] = several
        return [(listed, _merged(all_matches[together])) for together, listed in grouped.items()]

    def on_oneself(
        self, needed: PermissionNeed, context: Context, things: Sequence[TechniqueObject]
    ) -> list[tuple[list[TechniqueObject], Matches]]:
        """Of those whose policies allow it on the user's own name only."""
        by_arn = {thing.arn: thing for thing in things}
        found: list[tuple[list[TechniqueObject], Matches]] = []
        for action in needed.actions:
            for number in self._may(action, on_others=False) - self._may(action, on_others=True):
                thing = by_arn.get(self.index.holders[number].arn)
                matches = self._who_on(action, thing, context, {number}) if thing else {}
                found += [([thing], matches)] if thing and matches else []
        return found

    def on_any(self, needed: PermissionNeed, context: Context, resources: Iterable[str]) -> Matches:
        found: dict[int, WhoCanMatch] = {}
        for action in needed.actions:
            for resource in resources:
                found = {**self.who(action, resource, context, self._may(action, on_others=False)), **found}
        return found

    def _class_of(self, action: str, context: Context, thing: TechniqueObject, on_others: bool) -> tuple[Hashable, ...]:
        relevant = self._relevant_for(action, on_others)
        keys = self._keys[action, on_others]
        name = (thing.arn, thing.boundary)
        key = keys.get(name)
        if key is None:
            key = keys[name] = relevant.key(thing, is_assumed=action.lower() == _ASSUME)
        given = tuple(sorted((name, values) for name, values in context.items() if name in relevant.keys))
        return (action, on_others, given, key)

    def _matches(self, key: tuple[Hashable, ...], thing: TechniqueObject, context: Context) -> Matches:
        if key not in self._classes:
            action, on_others = str(key[0]), bool(key[1])
            self._classes[key] = self._who_on(action, thing, context, self._may(action, on_others=on_others))
        return self._classes[key]

    def _who_on(self, action: str, thing: TechniqueObject, context: Context, among: Set[int]) -> Matches:
        """IAM User Guide, "IAM and AWS STS condition context keys", iam:PermissionsBoundary: the target's."""
        if _BOUNDARY not in context and _has(action, _BOUNDARY) and thing.boundary != UNKNOWN_BOUNDARY:
            context = {**context, _BOUNDARY: (thing.boundary,) if thing.boundary else ()}
        return self.who(action, thing.arn, context, among)

    def _may(self, action: str, *, on_others: bool) -> set[int]:
        key = (action, on_others)
        if key not in self._allowed:
            self._allowed[key] = set(self._allowed_at_all(action, on_others=on_others))
        return self._allowed[key]

    def _allowed_at_all(self, action: str, *, on_others: bool) -> Set[int]:
        service = action.partition(":")[0].lower()
        if action.lower() == _ASSUME:
            return self.actors
        if not self._services.isdisjoint((service, _ANY_SERVICE)):
            if len(self.actors) > _CHUNK:
                return self.actors & self.index.allowed_at_all(action, on_others=on_others)
            return {number for number in self.actors if self._has_any(number, action.lower(), on_others=on_others)}
        return set()

    def _has_any(self, number: int, action: str, *, on_others: bool) -> bool:
        """As `Index.allowed_at_all` has it, of one."""
        index = self.index
        found = any(
            each.allows and not (on_others and is_of_oneself(each))
            for document in index.documents_of[number]
            for each in index.documents[document].about(action)
        )
        boundary = index.boundary_of[number]
        return found and (boundary is None or any(each.allows for each in index.documents[boundary].about(action)))

    @cached_property
    def _services(self) -> Set[str]:
        """Whose actions policies allow the actors."""
        documents = {document for number in self.actors for document in self.index.documents_of[number]}
        found: set[str] = set()
        for document in documents:
            for statement in self.index.documents[document].statements:
                if statement.allows:
                    services = {pattern.partition(":")[0].lower() for pattern in statement.actions.patterns}
                    is_open = statement.not_actions or any(set("*?") & set(each) for each in services)
                    found |= {_ANY_SERVICE} if is_open else services
        return found

    def _relevant_for(self, action: str, on_others: bool) -> _ResourceDistinctions:
        key = (action, on_others)
        if key not in self._relevant:
            self._relevant[key] = _ResourceDistinctions(self.statements(action, self._may(action, on_others=on_others)))
        return self._relevant[key]

    def statements(self, action: str, actors: Collection[int]) -> list[CompiledStatement]:
        """All about the action that bear on these."""
        index = self.index
        documents = {each for number in actors for each in index.documents_of[number]}
        documents |= {each for number in actors if (each := index.boundary_of[number]) is not None}
        found = [each for number in sorted(documents) for each in index.documents[number].about(action.lower())]
        for level in (*index.surroundings.scps, *index.surroundings.rcps):
            for policy in level.policies:
                found += policy.document.about(action.lower())
        if action.lower() == _ASSUME:
            trusts = {id(each.trust.document): each.trust.document for each in index.holders if each.trust}
            found += [statement for document in trusts.values() for statement in document.about(_ASSUME)]
        return found


def _combined(keys: Sequence[str], statements: Sequence[CompiledStatement], *, with_tags: bool) -> list[Context]:
    known, facts, budget = ConditionKeys(statements, "aws"), Facts({}, lambda key: True), Budget(_STEPS)
    try:
        values = [
            known.values(key, facts, "", budget) if with_tags or key == SECURE_TRANSPORT else [()] for key in keys
        ]
    except BudgetExceededError:
        return []
    if math.prod(map(len, values)) > _MOST_CHOICES:
        return []
    made = (dict(zip(keys, each, strict=True)) for each in product(*values))
    return [each for each in made if are_consistent(each)]


_OF_IAM = (_BOUNDARY, "iam:policyarn", "iam:passedtoservice", "iam:associatedresourcearn")


@lru_cache(maxsize=1024)
def _absent(action: str) -> Context:
    """Keys of IAM's that requests for the action don't have (Service Authorization Reference, by the action)."""
    return {key: () for key in _OF_IAM if not _has(action, key)}


def _has(action: str, key: str) -> bool:
    if catalogue.action(action) is None:
        return True
    return any(each.lower().partition("${")[0] == key for each in catalogue.condition_keys(action))


class _ResourceDistinctions:
    """What tells the resources of an action apart, in statements about it."""

    def __init__(self, statements: Sequence[CompiledStatement]) -> None:
        self.statements = statements
        self.keys: set[str] = set().union(*(statement.keys for statement in statements)) if statements else set()
        patterns = {pattern for statement in statements for pattern in statement.resources.patterns}
        self._exact = {each for each in patterns if not set("*?$") & set(each) and each.count(":") >= _WHOLE_ARN}
        wild = sorted(patterns - self._exact - {"*"})
        self._globs = [ArnGlob(tokens(each)) for each in wild if "${" not in each]
        self._open = [ArnGlob(tokens(without_variables(each))) for each in wild if "${" in each]

    def key(self, thing: TechniqueObject, *, is_assumed: bool) -> Hashable:
        arn = thing.arn
        is_alone = arn in self._exact or any(glob.matches(arn) for glob in self._open)
        return (
            arn if is_alone else None,
            tuple(number for number, glob in enumerate(self._globs) if glob.matches(arn)),
            id(thing.trust.document) if is_assumed and thing.trust else None,
            thing.boundary if _BOUNDARY in self.keys else None,
        )


def without_variables(pattern: str) -> str:
    before, found, after = pattern.partition("${")
    return f"{before}*{without_variables(after.partition('}')[2])}" if found else pattern


def _merged(all_matches: Sequence[Matches]) -> Matches:
    if len(all_matches) == 1:
        return all_matches[0]
    found: dict[int, WhoCanMatch] = {}
    for matches in all_matches:
        found = {**matches, **found}
    return found
