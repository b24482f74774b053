"""The Regions and resources in which a service may be made to run something, as far as policies distinguish them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from access.escalation.permits import Matches, Permits, without_variables
from access.escalation.techniques import NeedResource, PermissionNeed, Technique
from access.matches import WhoCanMatch
from policies.engine import catalogue
from policies.engine.callers import Caller, CallerKind
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import ConditionTest
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.matching import Glob, meet, tokens
from policies.engine.regions import is_region, of_partition, only_region
from policies.engine.somewhere import SomewhereQuestion, is_pattern
from policies.engine.somewhere.asked import REGION
from policies.engine.somewhere.resources import ResourceChoices

_REGION_KEYS = (REGION, "ec2:region")
_STEPS = 2_000_000  # for all resources that have to be told apart in one search; a step takes about a microsecond
_STEPS_OF_ONE = 200_000
_MOST_EXAMPLES = 256  # of one technique in one Region


@dataclass(frozen=True)
class RegionNeeds:
    """`regions`: all in which it is the same; none where it is so in every Region. `matches`: by the id of each need on
    anything, who has it in `region`."""

    region: str
    regions: tuple[str, ...]
    matches: Mapping[int, Matches]


class RegionSearch:
    """Of `permits`' actors."""

    def __init__(self, permits: Permits, partition: str, account_id: str) -> None:
        self._permits = permits
        self._partition = partition
        self._account_id = account_id
        self._relevant_by_action: dict[str, _RegionDistinctions] = {}
        self._matches: dict[tuple[str, str, str], Matches] = {}
        self._budget = Budget(_STEPS)
        self._resources: dict[tuple[tuple[str, ...], str], list[str]] = {}

    def of(self, technique: Technique) -> Iterator[RegionNeeds]:
        """Where somebody has what is needed, of each need; places where it is the same people are one."""
        needs = [each for each in technique.needs if each.on is NeedResource.ANY]
        regional = needs or [each for each in technique.needs if each.actions[0].startswith("sts:")]
        kinds = self.regions_apart([action for each in regional for action in each.actions])
        if not needs:
            yield from (RegionNeeds(listed[0], tuple(listed) if len(kinds) > 1 else (), {}) for listed in kinds)
            return
        found: dict[Hashable, tuple[list[str], Mapping[int, Matches]]] = {}
        for listed in kinds:
            here = set()
            for chosen in self._choices(needs, listed[0]):
                matches = {id(each): self._on(each, listed[0], chosen) for each in needs}
                people = tuple(
                    frozenset((each.number, each.decision) for each in by.values()) for by in matches.values()
                )
                if all(people) and people not in here:
                    here.add(people)
                    found.setdefault(people, ([], matches))[0].extend(listed)
        everywhere = sum(map(len, kinds))
        for where, by_need in found.values():
            yield RegionNeeds(where[0], tuple(where) if len(where) < everywhere else (), by_need)

    # ---- Regions ---------------------------------------------------------------------------------------------
    def regions_apart(self, actions: Sequence[str]) -> list[list[str]]:
        """By the kinds that policies tell apart, in what they say of the actions."""
        tellings = [self._relevant(action) for action in actions]
        found: dict[Hashable, list[str]] = {}
        named = [region for each in tellings for region in each.regions]
        for region in dict.fromkeys([*of_partition(self._partition), *named]) if actions else ("",):
            found.setdefault(tuple(each.of(region) for each in tellings), []).append(region)
        return list(found.values())

    def _relevant(self, action: str) -> _RegionDistinctions:
        relevant = self._relevant_by_action.get(action)
        if relevant is None:
            permits = self._permits
            may = permits.may_at_all([PermissionNeed((action,))])
            relevant = self._relevant_by_action[action] = _RegionDistinctions(permits.statements(action, may))
        return relevant

    # ---- Resources -------------------------------------------------------------------------------------------
    def _choices(self, needs: Sequence[PermissionNeed], region: str) -> Iterator[Mapping[str, str]]:
        """For each pattern that several needs share an example, so that they are about the same resource."""
        uses = Counter(each.resource for each in needs if each.resource != "*")
        shared = [pattern for pattern, times in uses.items() if times > 1]
        examples = []
        for pattern in shared:
            actions = [action for each in needs if each.resource == pattern for action in each.actions]
            examples.append(self._examples(tuple(actions), pattern, region))
        for number, chosen in enumerate(product(*examples)):
            if number == _MOST_EXAMPLES:
                return
            yield dict(zip(shared, chosen, strict=True))

    def _examples(self, actions: tuple[str, ...], pattern: str, region: str) -> list[str]:
        """One resource of each kind that policies tell apart in what they say of the actions."""
        asked = self._filled(pattern, region)
        key = (actions, asked)
        if key not in self._resources:
            statements = [each for action in actions for each in self._relevant(action).statements]
            self._resources[key] = self._apart(actions[0], asked, region, statements)
        return self._resources[key]

    def _apart(self, action: str, asked: str, region: str, statements: Sequence[CompiledStatement]) -> list[str]:
        if not is_pattern(asked) or asked == "*":
            return [asked]
        if all(set(each.resources.patterns) == {"*"} for each in statements):
            return [asked.replace("*", "any")]
        relevant = [((each.allows, each.not_resources, each.resources.patterns), each) for each in statements]
        caller = Caller(CallerKind.ROLE, account=self._account_id)
        question = SomewhereQuestion(caller, (action,), asked, {REGION: (region,)}, is_unknown=lambda key: True)
        # A star of a policy may run over colons, but no name has any that its kind of ARN doesn't show.
        most = max([asked.count(":"), *(kind.arn.count(":") for kind in catalogue.resource_types(action))])
        try:
            found = ResourceChoices(question, action, relevant, self._budget.part(_STEPS_OF_ONE))
            return [text for text in found if text.count(":") <= most]
        except BudgetExceededError:
            patterns = {without_variables(pattern) for each in statements for pattern in each.resources.patterns}
            return sorted({text for pattern in {"*", *patterns} if (text := meet(asked, pattern))})

    def _on(self, needed: PermissionNeed, region: str, chosen: Mapping[str, str]) -> Matches:
        found: dict[int, WhoCanMatch] = {}
        for action in needed.actions:
            given = chosen.get(needed.resource)
            for text in [given] if given else self._examples((action,), needed.resource, region):
                for number, each in self._who(action, text, region).items():
                    found.setdefault(number, each)
        return found

    def _who(self, action: str, resource: str, region: str) -> Matches:
        key = (action, resource, region)
        if key not in self._matches:
            context = dict.fromkeys(_REGION_KEYS, (only_region(action, self._partition) or region,))
            may = self._permits.may_at_all([PermissionNeed((action,))])
            self._matches[key] = self._permits.who(action, resource, context, may)
        return self._matches[key]

    def _filled(self, pattern: str, region: str) -> str:
        parts = pattern.replace("{p}", self._partition).replace("{a}", self._account_id).split(":", 5)
        if len(parts) == 6 and parts[3] == "*":
            parts[3] = region
        return ":".join(parts)


class _RegionDistinctions:
    """What tells Regions apart, in statements about an action."""

    def __init__(self, statements: Sequence[CompiledStatement]) -> None:
        self.statements = statements
        self._tests = [test for each in statements for test in each.tests if test.key in _REGION_KEYS]
        patterns = {pattern for each in statements for pattern in each.resources.patterns}
        parts = {pattern.split(":", 5)[3] for pattern in patterns if pattern.count(":") >= 3}
        self._globs = [Glob(tokens(part)) for part in sorted(parts - {"", "*"})]
        named = [text for test in self._tests if isinstance(test, ConditionTest) for text in test.constants]
        self.regions = [text for text in (*named, *sorted(parts)) if is_region(text)]

    def of(self, region: str) -> Hashable:
        matches = tuple(test.holds((region,), _nothing) for test in self._tests)
        return matches, tuple(glob.matches(region) for glob in self._globs)


def _nothing(key: str) -> None:
    return None
