"""Questions about patterns: who may do anything that `s3:Get*` on `arn:aws:s3:::payroll/*` stands for, and where.

A pattern of actions is asked about as the actions that it stands for. One of resources, and `*` for any resource at
all, is asked about in two rounds. First by examples that the policies themselves suggest, each of everybody who has
such a policy: whoever is surely allowed one is found. Of the others the engine decides it exactly
(policies/engine/somewhere), once for all who have the same policies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from access.action_kinds import expansion
from access.index import Index
from access.matches import ExampleRequest, WhoCanMatch
from access.question import WhoCanQuestion, asks_who
from access.request_context import UnknownContextKeys, facts_of_holder, may_be_tagged
from access.resource_contexts import ButHeld, ResourceContexts
from access.resource_policies import is_assuming
from access.resource_sides.lookup import ResourceSides
from access.resource_sides.values import ResourceSide
from access.resource_sides.wide import WideResources
from access.situations import EVERYTHING
from policies.engine import catalogue
from policies.engine.callers import Caller, CallerKind
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.diff.budget import Budget
from policies.engine.evaluate import who_needs_no_policy
from policies.engine.layers import LayerPolicy
from policies.engine.matching import meet, resource_glob, tokens
from policies.engine.somewhere import (
    SomewhereAnswer,
    SomewhereQuestion,
    Witness,
    exists,
    is_pattern,
    may_take,
)
from policies.engine.somewhere.search import STEPS
from policies.engine.truth import UNKNOWN

MOST_WILDCARDS = 8
_FEW = 50  # principals, whose documents are looked at one by one
_STEPS = 8_000_000  # for a whole question: some ten seconds at worst; of who is left then it is unknown


def is_too_wild(text: str) -> bool:
    return text.count("*") + text.count("?") > MOST_WILDCARDS


def who_can(
    index: Index, action: str, resource: str, context: Context, sides: ResourceSides | None = None
) -> list[WhoCanMatch]:
    """For patterns, too: of each principal one example that is allowed, if there is one. `sides`: what is held of
    resources.

    What everybody may whatever policies say is told where one asks for it by name: else it would be the answer to `*`.
    """
    if not is_pattern(action) and who_needs_no_policy(action.lower()):
        return index.who_can(action, "*", context)  # it takes no resource
    if not is_pattern(action) and not is_pattern(resource):
        return index.who_can(action, resource, context, side=side_in(sides, action, resource))
    asking = _PatternQuestion(index, resource, context, lambda one: side_in(sides, one, resource))
    for one in actions_of(index, action, resource, sides):
        wide = wide_in(sides, one, resource)
        if wide is None:
            asking.ask(one)
        else:
            asking.ask_of_several(one, wide)
    return [asking.found[number] for number in sorted(asking.found)]


def who_can_on(
    index: Index, action: str, resource: str, context: Context, side: ResourceSide, but: Collection[int] = ()
) -> list[WhoCanMatch]:
    """One action on one resource, or on what is in it, of which this is held. `but`: nobody asks about these."""
    if not is_pattern(resource):
        among = set(range(len(index.holders))).difference(but) if but else None
        return index.who_can(action, resource, context, among=among, side=side)
    asking = _PatternQuestion(index, resource, context, lambda one: side, but)
    asking.ask(action)
    return [asking.found[number] for number in sorted(asking.found)]


def side_in(sides: ResourceSides | None, action: str, resource: str) -> ResourceSide | None:
    """None: it isn't held, or nobody looks there."""
    found = sides.of(action, resource) if sides else None
    return found if isinstance(found, ResourceSide) else None


def wide_in(sides: ResourceSides | None, action: str, resource: str) -> WideResources | None:
    """None: it doesn't stand for several resources with policies of their own, or nobody looks there."""
    return sides.within(action, resource) if sides and is_pattern(resource) else None


def actions_of(
    index: Index,
    action: str,
    resource: str,
    sides: ResourceSides | None = None,
    beside: frozenset[str] = frozenset(),
) -> list[str]:
    """Of a pattern, an action of each kind that no policy tells apart, of those that may be asked for on the resource.

    `beside`: the patterns, in lower case, of policies that the index doesn't have.
    """
    if not is_pattern(action):
        return [action]
    patterns = index.action_patterns | beside
    if side := side_in(sides, action, resource):
        patterns = patterns | side.action_patterns
    for service in {each.partition(":")[0] for each in catalogue.actions_matching(action)}:
        if wide := wide_in(sides, f"{service}:", resource):
            patterns = patterns | wide.action_patterns
    return sorted(expansion(action, patterns, resource).kinds)


class _PatternQuestion:
    """One question to everybody, action by action. `found`: by number, the best that was found."""

    def __init__(
        self,
        index: Index,
        resource: str,
        context: Context,
        side: Callable[[str], ResourceSide | None],
        but: Collection[int] = (),
    ) -> None:
        """`side`: where all that the pattern stands for is in one resource, what is held of that for an action. `but`:
        whom nobody asks about."""
        self.found: dict[int, WhoCanMatch] = {}
        self._side = self._side_of_pattern = side
        self._index = index
        self._but: ButHeld | None = None
        self._resource = resource
        self._context = context
        self._budget = Budget(_STEPS)
        self._glob = resource_glob(tuple(tokens(resource)))
        self._allowed = set(but)
        self._questions: dict[Hashable, WhoCanQuestion] = {}

    def ask(self, action: str) -> None:
        if is_assuming(action, ":role/"):
            self._ask_about_roles(action)
        if not is_pattern(self._resource):
            named = self._named(action, self._side_of(action))
            among = (self._candidates(action) | named) - self._allowed
            self._keep(self._question(action, self._resource, self._context).answers(among) if among else ())
            return
        side = self._side(action)
        candidates = self._candidates(action) | self._named(action, side)
        if not candidates - self._allowed:
            return
        places = ResourceContexts(self._index.surroundings, action, side, self._but)
        best = self._at_best(action, places)
        if best.witness is not None:
            self._ask_about_examples(action, best.witness)
        elif best.decision is Decision.IMPLICIT_DENY:  # by control policies, which don't bind service-linked roles
            holders = self._index.holders
            candidates = {number for number in candidates if holders[number].caller.is_service_linked}
        self._decide(action, places, candidates - self._allowed)

    # ---- Several resources ---------------------------------------------------------------------------------------
    def ask_of_several(self, action: str, wide: WideResources) -> None:
        """Of each resource that is held, as its policy says; then of what is outside all of these."""
        everybody = set(range(len(self._index.holders)))
        for part, side in wide.parts(action):
            if everybody <= self._allowed:
                return
            if is_pattern(part):
                within = _PatternQuestion(self._index, part, self._context, lambda one, side=side: side)  # type: ignore[misc]
                within.found, within._allowed, within._budget = self.found, self._allowed, self._budget
                within.ask(action)
            else:
                question = self._index.question(action, part, self._context, side)
                self._keep(question.answers(everybody - self._allowed))
        said = (pattern for _, each in self._about(action) for one in each for pattern in one.resources.patterns)
        self._but = but = ButHeld.of(wide, map(_without_variables, said))
        of_others = but.as_side(self._index.surroundings) if but is not None and wide.is_complete else None
        self._side = (lambda one: of_others) if of_others else self._side_of_pattern
        self.ask(action)

    def _about(self, action: str) -> Iterable[tuple[int, tuple[CompiledStatement, ...]]]:
        """What documents say of the action: those of whom is left, where these are few."""
        index, left = self._index, self._having_something - self._allowed
        if len(left) > _FEW:
            return index.about(action.lower())
        held = {document for number in left for document in (*index.documents_of[number], index.boundary_of[number])}
        said = ((number, index.documents[number].about(action.lower())) for number in held if number is not None)
        return [(number, statements) for number, statements in said if statements]

    @cached_property
    def _having_something(self) -> set[int]:
        index = self._index
        allowing = (n for n, document in enumerate(index.documents) if any(each.allows for each in document.statements))
        return {holder for number in allowing for holder in index.held_by.get(number, ())}

    # ---- First round: examples ---------------------------------------------------------------------------------
    def _at_best(self, action: str, places: ResourceContexts) -> SomewhereAnswer:
        """What control policies leave of it to somebody who has everything."""
        around = self._index.surroundings
        anybody = Caller(CallerKind.ROLE, account=around.account_id)
        layers = places.layers_above(identity=(EVERYTHING,))
        question = SomewhereQuestion(anybody, [action], self._resource, self._context, lambda key: True, places.at_best)
        return exists(question, layers, Budget(STEPS, self._budget))

    def _ask_about_examples(self, action: str, best: Witness) -> None:
        context = {**best.chosen, **self._context}
        for example, documents in self._examples(action, best).items():
            among = self._holding(documents) - self._allowed
            if among:
                question = self._question(action, example, context)
                found = (each for each in question.answers(among) if each.decision is Decision.ALLOWED)
                self._keep(each.at(ExampleRequest(best.chosen)) for each in found)

    def _examples(self, action: str, best: Witness) -> dict[str, set[int]]:
        """Resources where the best one is, with the documents that suggest each."""
        found: dict[str, set[int]] = defaultdict(set)
        parts, asked = best.resource.split(":", 5), self._resource.split(":", 5)
        near = ":".join([*parts[:5], asked[5] if len(asked) == 6 else "*"]) if len(parts) == 6 else best.resource
        for document, statements in self._about(action):
            for pattern in {pattern for each in statements if each.allows for pattern in _patterns_of(each)}:
                example = best.resource if pattern == "*" else meet(near, pattern)
                if example and self._is_example(action, example):
                    found[example].add(document)
        return found

    def _is_example(self, action: str, resource: str) -> bool:
        is_left_out = self._but is not None and self._but.is_held(resource)
        return not is_left_out and self._glob.matches(resource) and may_take(action, resource, self._resource)

    def _holding(self, documents: Iterable[int]) -> set[int]:
        """Those who have one of the documents, as a policy or as a boundary."""
        found: set[int] = set()
        for document in documents:
            found.update(self._index.held_by.get(document, ()), self._index.bounded_by.get(document, ()))
        return found

    # ---- Second round: exactly -----------------------------------------------------------------------------------
    def _named(self, action: str, side: ResourceSide | None) -> set[int]:
        """Whom the policy of the resource may let in without one of their own."""
        return self._question(action, self._resource, self._context).named if side else set()

    def _candidates(self, action: str) -> set[int]:
        """Who has a policy, and no boundary without one, that allows some of it, whatever else they have."""
        index = self._index
        allowing: set[int] = set()
        found: set[int] = set()
        for document, statements in self._about(action):
            if any(each.allows for each in statements):
                allowing.add(document)
                if any(each.allows and self._may_be_about(each) for each in statements):
                    found.update(index.held_by.get(document, ()))
        return {
            number for number in found if index.boundary_of[number] is None or index.boundary_of[number] in allowing
        }

    def _may_be_about(self, statement: CompiledStatement) -> bool:
        if statement.not_resources or statement.resources.is_everything:
            return True
        return any(_overlap(self._resource, pattern) for pattern in statement.resources.patterns)

    def _decide(self, action: str, places: ResourceContexts, numbers: Iterable[int]) -> None:
        asking = {
            document: any(map(asks_who, statements))
            for document, statements in self._about(action)
            if any(map(self._may_be_about, statements))
        }
        of_all = any(
            asks_who(statement)
            for level in (*self._index.surroundings.scps, *self._index.surroundings.rcps)
            for policy in level.policies
            for statement in policy.document.about(action.lower())
        )
        of_resource = places.policy.document.about(action.lower()) if places.policy else ()
        of_all = of_all or any(map(asks_who, of_resource))
        decided: dict[Hashable, SomewhereAnswer] = {}
        for number in sorted(numbers):
            alike = self._alike(number, asking, of_all=of_all), self._naming(number, of_resource)
            found = decided.get(alike)
            if found is None:
                found = decided[alike] = self._decided(action, places, number)
            self._keep(self._rows_of(action, number, found))

    def _alike(self, number: int, asking: Mapping[int, bool], *, of_all: bool) -> Hashable:
        """Two are the same if nothing that decides tells them apart. `asking`: of the documents that may be about the
        resource, whether they ask who it is."""
        holder, boundary = self._index.holders[number], self._index.boundary_of[number]
        documents = frozenset(each for each in self._index.documents_of[number] if each in asking)
        is_asked = of_all or any(asking[each] for each in documents) or (boundary is not None and asking.get(boundary))
        own = number if is_asked else None
        return documents, boundary, own, holder.is_role, holder.caller.is_service_linked, may_be_tagged(holder)

    def _naming(self, number: int, statements: Iterable[CompiledStatement]) -> Hashable:
        """How the policy of the resource names a principal."""
        holder = self._index.holders[number]
        bounded = holder.boundary is not None
        return tuple(each.naming(holder.caller, UNKNOWN, bounded=bounded) for each in statements)

    def _decided(self, action: str, places: ResourceContexts, number: int) -> SomewhereAnswer:
        holder = self._index.holders[number]
        asked = SomewhereQuestion(
            holder.caller,
            [action],
            self._resource,
            {**self._context, **facts_of_holder(holder)},
            UnknownContextKeys(holder.caller, holder),
            places.of,
        )
        boundaries = None if holder.boundary is None else (holder.boundary,)
        layers = places.layers_above(identity=holder.policies, boundaries=boundaries)
        return exists(asked, layers, Budget(STEPS, self._budget))

    def _rows_of(self, action: str, number: int, found: SomewhereAnswer) -> Iterator[WhoCanMatch]:
        if found.decision is Decision.IMPLICIT_DENY:
            return
        if found.witness is None:
            question = self._question(action, self._resource, self._context)
            yield WhoCanMatch(question, number, Decision.UNKNOWN, ExampleRequest(is_undecided=True))
            return
        witness = found.witness
        question = self._question(action, witness.resource, {**witness.chosen, **self._context})
        yield WhoCanMatch(question, number, found.decision, ExampleRequest(witness.chosen, witness.supposed))

    # ---- Roles ---------------------------------------------------------------------------------------------------
    def _ask_about_roles(self, action: str) -> None:
        """Each that there is: its own trust policy decides."""
        for holder in self._index.holders:
            if holder.trust and self._glob.matches(holder.arn) and _lets_principals_in(holder.trust, action):
                self._keep(self._question(action, holder.arn, self._context).answers(None))

    # ---- Answers -------------------------------------------------------------------------------------------------
    def _keep(self, answers: Iterable[WhoCanMatch]) -> None:
        for found in answers:
            known = self.found.get(found.number)
            if found.decision is Decision.ALLOWED:
                self._allowed.add(found.number)
            if known is None or (known.decision is not Decision.ALLOWED and found.decision is Decision.ALLOWED):
                self.found[found.number] = found

    def _question(self, action: str, resource: str, context: Context) -> WhoCanQuestion:
        key = (action, resource, tuple(sorted(context.items())))
        found = self._questions.get(key)
        if found is None:
            found = self._questions[key] = self._index.question(action, resource, context, self._side_of(action))
        return found

    def _side_of(self, action: str) -> ResourceSide | None:
        """Examples and what is asked about itself are within the pattern."""
        return None if is_assuming(action, ":role/") else self._side(action)


@lru_cache(maxsize=65536)
def _overlap(asked: str, pattern: str) -> bool:
    """Whether they may have something in common, wherever their stars end."""
    return catalogue.parts_overlap(asked, _without_variables(pattern))


def _patterns_of(statement: CompiledStatement) -> Iterable[str]:
    """Without those that mean something else for each principal."""
    if statement.not_resources or statement.resources.is_everything:
        return ("*",)
    return (pattern for pattern in statement.resources.patterns if "${" not in pattern)


def _lets_principals_in(trust: LayerPolicy, action: str) -> bool:
    """Whether it names somebody but services."""
    return any(
        statement.allows
        and statement.principals is not None
        and (statement.principals.is_not or not all(map(_is_service, statement.principals.listed)))
        for statement in trust.document.about(action.lower())
    )


def _is_service(name: str) -> bool:
    return name.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _without_variables(pattern: str) -> str:
    before, found, after = pattern.partition("${")
    return f"{before}*{_without_variables(after.partition('}')[2])}" if found else pattern
