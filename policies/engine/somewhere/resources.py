"""Concrete resources in place of a pattern: one for each way in which statements tell those that it matches apart.

The patterns of all statements run side by side (policies/engine/diff/cells.py), so no way is left out. What stands for
a Region or an AWS account in the ARN is one that there is, or that a policy names; of those that nothing tells apart,
one is enough. Which shapes ARNs have, the catalogue knows of each action.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product

from policies.engine import catalogue, variables
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import ConditionTest
from policies.engine.diff.budget import Budget
from policies.engine.diff.cells import Automaton, Pattern, arn_pattern, kept_automaton, resource_pattern
from policies.engine.layers import Facts
from policies.engine.matching import Token, Wildcard, meet, resource_glob, tokens
from policies.engine.regions import is_region, of_partition
from policies.engine.somewhere.asked import REGION, ResourceContext, SomewhereQuestion, is_chosen
from policies.engine.truth import UNKNOWN
from policies.engine.variables import Variable

_ANYTHING = "*"
_PARTS = 6
_BUCKET = "arn:?*:s3:::?*"  # whose name has no slash, unlike the ARN of an object
_SLASH = "arn:*:s3:::*/*"
_OBJECTS = ("arn:aws:s3:::", "arn:aws-cn:s3:::", "arn:aws-us-gov:s3:::")  # whose names may have colons
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_OF_PLACE = "aws:resource"  # how keys begin that the ARN tells

KeyedStatement = tuple[
    Hashable, CompiledStatement
]  # with what makes it alike others that say the same of whatever they are about


@dataclass(frozen=True)
class _Head:
    """The choices for the parts of an ARN before the last one."""

    partition: str
    service: str
    regions: Sequence[str]
    accounts: Sequence[str]


class ResourceChoices:
    """That `asked.resource` matches, for one action. Iterating raises BudgetExceededError."""

    def __init__(
        self, asked: SomewhereQuestion, action: str, statements: Sequence[KeyedStatement], budget: Budget
    ) -> None:
        self._asked = asked
        self._action = action
        self._budget = budget
        self._on_everything = catalogue.takes_no_resource(action.lower())
        self._statements = statements
        self._facts = Facts({**asked.caller.keys, **asked.context}, self._is_open)
        self._shapes = self._shapes_of_action()
        self._most_colons = max(shape.count(":") for shape in (*self._shapes, asked.resource, ":" * 5))
        keys = {key for _, statement in statements for key in statement.resources.keys}
        self._is_filled_by_place = any(key == REGION or key.startswith(_OF_PLACE) for key in keys)

    def _is_open(self, key: str) -> bool:
        unknown = self._asked.is_unknown
        return key.startswith(_OF_PLACE) or is_chosen(key) or (unknown is not None and unknown(key))

    def __iter__(self) -> Iterator[str]:
        resource = self._asked.resource
        if not is_pattern(resource) or (self._on_everything and resource == _ANYTHING):
            yield resource
            return
        yield from self._guesses()
        running = self._automaton(self._facts)
        seen: set[Hashable] = set()
        odd: list[str] = []
        for head in self._heads:
            for text in self._below(running, head, seen):
                if self.is_odd(text):
                    odd.append(text)
                else:
                    yield text
        yield from odd
        if resource == _ANYTHING and self._may_be_without():
            yield resource

    def is_odd(self, resource: str) -> bool:
        """Such as a function whose name has a colon: a star of a policy ran into it, and there can't be one."""
        return resource.count(":") > self._most_colons and not resource.startswith(_OBJECTS)

    def _guesses(self) -> Iterator[str]:
        """What a statement that allows has in common with the pattern, in the first place that comes to mind."""
        parts = self._asked.resource.split(":", 5)
        rest = parts[5] if len(parts) == _PARTS else _ANYTHING
        beginnings = dict.fromkeys(
            f"arn:{head.partition}:{head.service}:{head.regions[0]}:{head.accounts[0]}:{rest}"
            for head in self._heads
            if head.regions and head.accounts
        )
        asked = resource_glob(tuple(tokens(self._asked.resource)))
        for beginning, pattern in product(beginnings, dict.fromkeys(self._allowing())):
            self._budget.spend(len(pattern))
            text = meet(beginning, pattern)
            if text and asked.matches(text) and may_take(self._action, text, self._asked.resource):
                yield text

    def _allowing(self) -> Iterator[str]:
        """Resource patterns of statements that allow, with what is known in place of variables."""
        asked = self._asked.resource
        for _, statement in self._statements:
            if statement.allows and statement.not_resources:
                yield asked
            for parts in statement.resources.parsed() if statement.allows and not statement.not_resources else ():
                known = variables.resolved(parts, self._facts.lookup)
                if known is not None:
                    pattern = "".join(token if isinstance(token, str) else token.value for token in known)
                    yield asked if pattern == _ANYTHING else pattern

    def _shapes_of_action(self) -> list[str]:
        """How ARNs of what the action takes look, where the pattern leaves that open."""
        asked = self._asked.resource
        if self._on_everything:
            return []
        kinds = [kind for kind in catalogue.resource_types(self._action) if catalogue.may_match(asked, kind)]
        if kinds or asked != _ANYTHING:
            return list(dict.fromkeys(catalogue.shape_of(kind) for kind in kinds))
        return [f"arn:*:{self._action.partition(':')[0].lower()}:*:*:?*"]

    def _may_be_without(self) -> bool:
        """Whether the action may be asked for without a resource."""
        known = catalogue.action(self._action)
        return known is None or not any(use.required for use in known.uses)

    # ---- Patterns side by side ---------------------------------------------------------------------------------
    def _automaton(self, facts: Facts) -> Automaton:
        patterns: list[Pattern] = [_resource_pattern(tuple(tokens(self._asked.resource)))]
        alike: list[Hashable] = ["asked"]
        for shape in self._shapes:
            patterns.append(_shape_pattern(shape))
            alike.append(("shape", shape == _BUCKET))
        if _BUCKET in self._shapes:
            patterns.append(_shape_pattern(_SLASH))
            alike.append("slash")
        for group, statement in self._statements if not self._on_everything else ():
            for pattern in _patterns_of(statement, facts):
                patterns.append(pattern)
                alike.append(group)
        return kept_automaton(patterns, self._budget, alike)

    def _below(self, running: Automaton, head: _Head, seen: set[Hashable]) -> Iterator[str]:
        beginning = f"arn:{head.partition}:{head.service}:"
        start = running.state_after(beginning)
        for region in head.regions:
            after_region = running.state_after(f"{region}:", start)
            for account in head.accounts if self._is_alive(running, after_region) else ():
                state = running.state_after(f"{account}:", after_region)
                self._budget.spend(2)
                text = f"{beginning}{region}:{account}:"
                place = self._asked.place_of(text)
                key = (state, self._group_by_place(place))
                if key in seen or not self._is_alive(running, state):
                    continue
                seen.add(key)
                if self._is_filled_by_place:
                    yield from self._filled(text, head.partition, place)
                else:
                    yield from (text + rest for rest in self._endings(running, state))

    def _filled(self, beginning: str, partition: str, place: ResourceContext) -> Iterator[str]:
        """Where names of resources have the Region, or the AWS account, in them, as variables."""
        known = [place.context] if REGION in place.context or REGION in self._asked.context else []
        for context in known or [{**place.context, REGION: (region,)} for region in self._regions(partition)]:
            running = self._automaton(self._facts_of(replace(place, context=context)))
            yield from (beginning + rest for rest in self._endings(running, running.state_after(beginning)))

    def _facts_of(self, place: ResourceContext) -> Facts:
        of_place = {"aws:resourceaccount": (place.account,), **place.context}
        return Facts({**self._asked.caller.keys, **of_place, **self._asked.context}, self._is_open)

    def _is_alive(self, running: Automaton, state: int) -> bool:
        shapes = sum(1 << place for place in self._shape_places())
        return running.may_match(state, 1) and (not shapes or running.may_match(state, shapes))

    def _shape_places(self) -> range:
        return range(1, 1 + len(self._shapes))

    def _endings(self, running: Automaton, state: int) -> Iterator[str]:
        within: list[Iterable[int]] = [(0,), *([self._shape_places()] if self._shapes else [])]
        found = running.cells(self._budget, [tuple(each) for each in within], state)
        for vector, text in found.items():
            if not self._is_no_bucket(vector):
                yield text

    def _is_no_bucket(self, vector: int) -> bool:
        """Whether it has the shape of a bucket only, and a slash."""
        if _BUCKET not in self._shapes or not vector >> (1 + len(self._shapes)) & 1:
            return False
        others = sum(1 << place for place in self._shape_places() if self._shapes[place - 1] != _BUCKET)
        return not vector & others

    # ---- Regions and AWS accounts --------------------------------------------------------------------------------
    @cached_property
    def _heads(self) -> Sequence[_Head]:
        return list(self._each_head())

    def _each_head(self) -> Iterator[_Head]:
        shapes = self._shapes or [self._asked.resource]
        heads = dict.fromkeys(tuple(([*shape.split(":", 5), *[_ANYTHING] * _PARTS])[1:5]) for shape in shapes)
        own = self._own_partition()
        for partition, service, region, account in heads:
            partition = own if is_pattern(partition) else partition
            service = self._action.partition(":")[0].lower() if is_pattern(service) else service
            besides = () if self._shapes else ("",)
            regions = [*self._regions(partition), *besides] if is_pattern(region) else [region]
            accounts = [*self._accounts(), *besides] if is_pattern(account) else [account]
            yield _Head(partition, service, regions, accounts)

    def _own_partition(self) -> str:
        for text in (self._asked.resource, self._asked.caller.arn):
            parts = text.split(":", 2)
            if len(parts) == 3 and not is_pattern(parts[1]):
                return parts[1]
        return "aws"

    def _regions(self, partition: str) -> list[str]:
        """Those that policies name first."""
        if REGION in self._asked.context:
            return list(self._asked.context[REGION])
        named = [text for text in (*self._constants(REGION), *self._parts()) if is_region(text)]
        return list(dict.fromkeys([*named, *of_partition(partition)]))

    def _accounts(self) -> list[str]:
        """The caller's own first, a stranger's last."""
        own = self._asked.place_of("").account or self._asked.caller.account
        named = [own, *self._constants("aws:resourceaccount"), *map(_as_account, self._parts())]
        named = [each for each in dict.fromkeys(named) if _ACCOUNT.fullmatch(each) or each == "aws"]
        stranger = next(text for digit in "9012345678" if (text := digit * 12) not in named)
        return [*named, stranger]

    def _parts(self) -> Iterator[str]:
        """What stands between colons in the ARNs that policies name, and in the pattern asked about, each once."""
        patterns = (pattern for _, statement in self._statements for pattern in statement.resources.patterns)
        yield from dict.fromkeys(part for pattern in (self._asked.resource, *patterns) for part in pattern.split(":"))

    def _constants(self, key: str) -> Iterator[str]:
        for _, statement in self._statements:
            for test in statement.tests:
                if test.key == key and isinstance(test, ConditionTest):
                    yield from test.constants

    def _group_by_place(self, place: ResourceContext) -> Hashable:
        """What of the place any statement may tell from another."""
        known = {"aws:resourceaccount": (place.account,), **place.context, **self._asked.context}
        outcomes = tuple(
            test.holds(known[test.key], self._facts.lookup)
            for _, statement in self._statements
            for test in statement.tests
            if test.key in known
        )
        filled = tuple(
            known[key] for _, statement in self._statements for key in statement.resources.keys if key in known
        )
        return (place.account == self._asked.caller.account, id(place.policy), frozenset(known), outcomes, filled)


def _as_account(part: str) -> str:
    """One that it matches, if it has digits and wildcards only."""
    filled = part.replace("?", "0")
    lacking = 12 - len(filled.replace("*", ""))
    return filled.replace("*", "0" * max(0, lacking), 1).replace("*", "")


def _patterns_of(statement: CompiledStatement, facts: Facts) -> Iterator[Pattern]:
    """Of a variable whose value isn't known, whatever it may be."""
    for parts in statement.resources.parsed():
        found: list[Token] = []
        for part in parts:
            if isinstance(part, Variable) and facts.lookup(part.key) is UNKNOWN:
                found += [Wildcard.ONE, Wildcard.ANY]
                continue
            known = variables.resolved([part], facts.lookup)
            if known is None:  # then it matches nothing
                break
            found += known
        else:
            yield _resource_pattern(tuple(_joined(found)))


@lru_cache(maxsize=4096)
def _resource_pattern(found: tuple[Token, ...]) -> Pattern:
    return resource_pattern(found)


@lru_cache(maxsize=4096)
def _shape_pattern(shape: str) -> Pattern:
    return arn_pattern(tokens(shape))


def _joined(found: Sequence[Token]) -> list[Token]:
    """With what is literal in one: only so can be seen how an ARN begins."""
    joined: list[Token] = []
    for token in found:
        if isinstance(token, str) and joined and isinstance(joined[-1], str):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def may_take(action: str, resource: str, pattern: str) -> bool:
    """Whether a resource that the pattern matches is of a kind that the action takes, if it takes any such kind."""
    kinds = [kind for kind in catalogue.resource_types(action) if catalogue.may_match(pattern, kind)]
    return not kinds or any(catalogue.may_mean(resource, kind) for kind in kinds)


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text
