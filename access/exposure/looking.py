"""Looks who gets to a resource from outside: each action that policies tell apart is decided by the engine, for each
party that a policy may mean. Nothing is taken for closed because of what isn't known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property

from access.exposure.asked import ActionClass, arns_asked, classes_of, lets_in_anybody
from access.exposure.deciding import PartyAnswer, PartyQuestion
from access.exposure.lists import openings_by_lists
from access.exposure.parties import outside_parties, services
from access.exposure.suppositions import is_network
from access.exposure.values import Opening, OpeningEvidence, Party, PartyKind, ResourceExposure
from access.resource_sides.kinds import side_of
from access.resource_sides.values import ResourceSide, SaidByResource, joined
from access.surroundings import Surroundings, surroundings_of
from policies.engine.catalogue import AccessLevel
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.diff.budget import Budget
from policies.engine.layers import LayerPolicy
from resources.models import Resource
from resources.selectors import HeldPolicies

_STEPS = 1_000_000  # of one resource: a second or two at worst
_NETWORK_ONLY = frozenset({"PRIVATE", "VPC"})
_MOST_SHOWN = 20


def exposure_of(held: HeldPolicies, around: Surroundings | None = None) -> ResourceExposure | None:
    """Of a resource that the mirror has, with its AWS account; None of what lets in nobody, such as a VPC endpoint.

    `around`: what bounds its AWS account.
    """
    row = held.resource
    if row is None or not lets_in_anybody(row.kind):
        return None
    return _Look(held, row, around or surroundings_of(row.aws_account.account_id)).exposure()


@dataclass
class _Together:
    """What comes together for a party: of all actions that are surely allowed, or of those that may be."""

    levels: dict[AccessLevel, None] = field(default_factory=dict)
    actions: dict[str, None] = field(default_factory=dict)
    on: dict[str, None] = field(default_factory=dict)
    evidence: dict[tuple[str, str], OpeningEvidence] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    unsure: dict[str, None] = field(default_factory=dict)
    network: list[bool] = field(default_factory=list)
    unsigned: dict[AccessLevel, None] = field(default_factory=dict)

    def add(self, of: ActionClass, on: str, answer: PartyAnswer) -> None:
        self.levels |= dict.fromkeys(of.levels)
        self.actions |= dict.fromkeys(of.names)
        self.on[on] = None
        self.evidence |= {(each.policy, each.which): each for each in answer.evidence}
        self.keys |= dict.fromkeys(answer.keys)
        self.unsure |= dict.fromkeys(filter(None, [answer.unsure]))
        self.network.append(bool(answer.keys) and all(map(is_network, answer.keys)))
        self.unsigned |= dict.fromkeys(of.levels if answer.unsigned else ())

    def opening(self, party: Party, *, is_sure: bool, is_in_network: bool) -> Opening:
        return Opening(
            party,
            is_sure,
            _in_order(self.levels),
            tuple(self.actions),
            tuple(self.on),
            tuple(self.evidence.values())[:_MOST_SHOWN],
            tuple(sorted(self.keys)),
            next(iter(self.unsure), ""),
            is_in_network or all(self.network),
            _in_order(self.unsigned),
        )


def _in_order(levels: Collection[AccessLevel]) -> tuple[AccessLevel, ...]:
    return tuple(level for level in AccessLevel if level in levels)


class _Look:
    """At one resource."""

    def __init__(self, held: HeldPolicies, row: Resource, around: Surroundings) -> None:
        self._held, self._row, self._around = held, row, around
        self._owner = row.aws_account
        self._budget = Budget(_STEPS)
        self._found: defaultdict[tuple[Party, bool, bool], _Together] = defaultdict(_Together)
        self._unknown: dict[str, None] = {}

    def exposure(self) -> ResourceExposure:
        own = dict.fromkeys([self._row.arn, *(each.arn for each in self._held.policies)])
        for on in own:
            policies = tuple(each for each in self._held.policies if each.arn == on)
            self._look_at(replace(self._held, policies=policies), on)
        found = [
            replace(each.opening(party, is_sure=is_sure, is_in_network=self._is_in_network), among_all=among_all)
            for (party, is_sure, among_all), each in self._found.items()
        ]
        return ResourceExposure([*found, *openings_by_lists(self._held)], next(filter(None, self._unknown), ""))

    @cached_property
    def _is_in_network(self) -> bool:
        """Whether it is reached from a network of its owner's only."""
        said = self._held.facts.get("endpoint_types") or [self._held.facts.get("network")]
        return bool(said) and all(each in _NETWORK_ONLY for each in said)

    # ---- What a policy is about --------------------------------------------------------------------------------
    def _look_at(self, held: HeldPolicies, on: str) -> None:
        for resource in arns_asked(self._row, on):
            first = self._side(held, "", resource)
            if first is None:
                continue
            self._unknown[first.others.may_be_granted] = None
            for each in classes_of(self._row.kind, resource, self._patterns(first)):
                if any(statement.allows for statement in first.own.policy.document.about(each.asked.lower())):
                    self._ask(held, each, resource)

    def _side(self, held: HeldPolicies, action: str, resource: str) -> ResourceSide | None:
        found = side_of(held, action, resource, self._around)
        return found if isinstance(found, ResourceSide) else None

    def _patterns(self, side: ResourceSide) -> frozenset[str]:
        """Of RCPs and of its policies, in lower case."""
        above = (policy.document for level in self._around.rcps for policy in level.policies)
        return side.action_patterns | {
            pattern.lower()
            for document in above
            for statement in document.statements
            for pattern in statement.actions.patterns
        }

    # ---- Who ---------------------------------------------------------------------------------------------------
    def _ask(self, held: HeldPolicies, actions: ActionClass, resource: str) -> None:
        side = self._side(held, actions.asked, resource)
        if side is None:
            return
        statements = side.own.policy.document.about(actions.asked.lower())
        asking = PartyQuestion(side, actions.asked, resource, statements, self._budget, self._absent(held, resource))
        is_public = False
        for party in outside_parties(statements, self._owner.account_id):
            answer = asking.answer(party, side.others)
            if answer is not None:
                self._found[party.key, answer.is_sure, is_public].add(actions, resource, answer)
                is_public = is_public or (answer.is_sure and party.kind is PartyKind.ANYBODY)
        written = self._as_written(held, side)
        of_policies = written.policy.document.about(actions.asked.lower())
        asking = replace(asking, statements=of_policies)
        for party in services(of_policies, self._owner.partition):
            answer = asking.answer(party, written)
            if answer is not None:
                self._found[party.key, answer.is_sure, False].add(actions, resource, answer)

    @staticmethod
    def _as_written(held: HeldPolicies, side: ResourceSide) -> SaidByResource:
        """Without the grants of a key, which services have for their own work."""
        documents = [compiled(each.document.text) for each in held.policies] or [CompiledDocument({})]
        return replace(side.own, policy=LayerPolicy(side.own.policy.name, joined(documents)))

    @staticmethod
    def _absent(held: HeldPolicies, resource: str) -> frozenset[str]:
        """Of a function: without a URL that asks for no sign-in, nobody comes through one."""
        if held.kind.kind != "lambda.function" or "urls" not in held.facts:
            return frozenset()
        is_open = any(url["arn"] == resource and url["auth"] == "NONE" for url in held.facts["urls"] or ())
        alone = frozenset({"lambda:functionurlauthtype"})
        return alone if is_open else alone | {"lambda:invokedviafunctionurl"}
