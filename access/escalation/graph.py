"""The graph's moves: techniques, with who may do each stage of them, and the facts that they bring about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from access.escalation import iam_techniques
from access.escalation.account import EscalationAccount
from access.escalation.identity_changes import Fact
from access.escalation.permits import Matches, Permits, TechniqueObject
from access.escalation.places import RegionNeeds, RegionSearch
from access.escalation.techniques import NeedResource, PermissionNeed, Technique, TechniqueGain, TechniqueTarget
from access.holders import Holder
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.regions import only_region
from policies.quotas import KEYS_OF_USER, VERSIONS_OF_POLICY

GOAL: Fact = (TechniqueGain.ADMINISTRATOR, "")


@dataclass(frozen=True, slots=True)
class MoveStage:
    """The part of a move that one identity does. `actors`: who has all its permissions; `permitted`: by
    what, for each need."""

    actors: frozenset[int]
    permitted: tuple[tuple[PermissionNeed, Matches], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """Each stage, done by one of its actors, makes each of `facts` so. `regions`: where, if not in all.

    `is_sure`: all that it takes is allowed, and is there, whatever the mirror doesn't know.
    """

    technique: Technique
    stages: tuple[MoveStage, ...]
    facts: Mapping[Fact, str]  # with the ARN of what it is turned on
    regions: tuple[str, ...] = ()
    is_sure: bool = True


class Moves:
    """Those of the actors of `permits`. `things`: what techniques may be turned on, by kind."""

    def __init__(
        self, account: EscalationAccount, permits: Permits, things: Mapping[TechniqueTarget, Sequence[TechniqueObject]]
    ) -> None:
        self._account = account
        self._permits = permits
        self._things = things
        self._places = RegionSearch(permits, account.partition, account.account_id)

    def of(self, technique: Technique) -> Iterator[Move]:
        for needs in technique.stages:
            if not self._permits.may_at_all(needs, on_others=_is_of_others(technique)):
                return
        for asked, things in self._kinds(technique):
            for place in self._places.of(asked):
                yield from self._at(asked, things, place)

    # ---- Targets ---------------------------------------------------------------------------------------------
    def _kinds(self, technique: Technique) -> Iterator[tuple[Technique, Sequence[TechniqueObject]]]:
        """The targets that it works on, by what it takes there."""
        found: dict[int, tuple[Technique, list[TechniqueObject]]] = {}
        for thing in self._things.get(technique.target, ()):
            if self._fits(technique, thing):
                asked = self._with_what_it_takes(technique, thing)
                found.setdefault(id(asked), (asked, []))[1].append(thing)
        yield from found.values()

    def _fits(self, technique: Technique, thing: TechniqueObject) -> bool:
        account = self._account
        is_there = thing.number is None or thing.number < len(account.index.holders)
        if technique.gains is TechniqueGain.CONTROL and not is_there:
            return technique.target in (TechniqueTarget.NEW_USER, TechniqueTarget.NEW_ROLE)
        if technique.target is TechniqueTarget.USER and technique.gains is TechniqueGain.CONTROL:
            known = account.credentials.get(thing.arn)
            has_password = known.has_password if known else None
            refused = {"iam:CreateLoginProfile": True, "iam:UpdateLoginProfile": False}.get(technique.name)
            return refused is None or has_password is not refused
        if technique.gains is TechniqueGain.ADMINISTRATOR:
            return account.identity_center
        if technique.gains is TechniqueGain.NO_BOUNDARY:
            return thing.boundary is not None
        if technique.gains is TechniqueGain.OLD_VERSION:
            return bool(account.older.get(thing.arn))
        if technique.target is TechniqueTarget.ROLE_OF_PROVIDER:
            return bool(account.providers_of(self._holder(thing), technique))
        if technique.target is TechniqueTarget.ROLE_OF_SERVICE:
            has_profile = not technique.by_instance_profile or self._is_in_a_profile(thing)
            return thing.number in account.trusting(technique.service) and (has_profile or _passes(technique))
        return technique.name != "sts:AssumeRole" or may_be_assumed(thing)

    def _with_what_it_takes(self, technique: Technique, thing: TechniqueObject) -> Technique:
        """A user with two keys has no room for a third, nor a policy with five versions for a sixth; a password alone
        doesn't sign in who has a second factor; a role gets to an instance in an instance profile."""
        known = self._account.credentials.get(thing.arn)
        if known and technique.name == "iam:CreateAccessKey" and (known.keys or 0) >= KEYS_OF_USER.usual:
            return _with(technique, iam_techniques.DELETE_KEY)
        if known and technique.name.endswith("LoginProfile") and known.mfa:
            return _with(technique, iam_techniques.DEACTIVATE_MFA)
        versions = len(self._account.older.get(thing.arn, ())) + 1
        if technique.gains is TechniqueGain.NEW_VERSION and versions >= VERSIONS_OF_POLICY.usual:
            return _with(technique, iam_techniques.DELETE_VERSION)
        if technique.by_instance_profile and not self._is_in_a_profile(thing):
            return _with(technique, *iam_techniques.INTO_A_PROFILE)
        return technique

    def _is_in_a_profile(self, role: TechniqueObject) -> bool:
        return self._account.profiled is None or role.arn in self._account.profiled

    def _holder(self, thing: TechniqueObject) -> Holder:
        return self._permits.index.holders[thing.number or 0]

    # ---- Who may do it -----------------------------------------------------------------------------------------
    def _at(self, technique: Technique, things: Sequence[TechniqueObject], place: RegionNeeds) -> Iterator[Move]:
        parts: list[tuple[Sequence[TechniqueObject], tuple[MoveStage, ...]]] = [(things, ())]
        for needs in technique.stages:
            parts = [
                (fewer, (*stages, stage))
                for listed, stages in parts
                for fewer, stage in self._stage(technique, needs, listed, place)
            ]
        for listed, stages in parts:
            facts = {_fact(technique, each): each.arn for each in listed}
            move = Move(technique, stages, facts, place.regions)
            yield from _by_sureness(move)

    def _stage(
        self,
        technique: Technique,
        needs: Sequence[PermissionNeed],
        things: Sequence[TechniqueObject],
        place: RegionNeeds,
    ) -> list[tuple[Sequence[TechniqueObject], MoveStage]]:
        parts: list[tuple[Sequence[TechniqueObject], MoveStage | None]] = [(things, None)]
        for needed in needs:
            parts = [
                (fewer, MoveStage(actors, ((*stage.permitted, (needed, matches)) if stage else ((needed, matches),))))
                for listed, stage in parts
                for fewer, matches in self._permitted(technique, needed, listed, place)
                if (actors := stage.actors.intersection(matches) if stage else frozenset(matches))
            ]
        return [(listed, stage) for listed, stage in parts if stage]

    def _permitted(
        self, technique: Technique, needed: PermissionNeed, things: Sequence[TechniqueObject], place: RegionNeeds
    ) -> Sequence[tuple[Sequence[TechniqueObject], Matches]]:
        context = self._context(needed, place)
        if needed.on is NeedResource.ANY:
            return [(things, place.matches[id(needed)])]
        if needed.on is NeedResource.TARGET:
            others = technique.target is TechniqueTarget.USER
            found = self._permits.on_targets(needed, context, things, on_others=others)
            if others and technique.gains is not TechniqueGain.CONTROL:
                found += self._permits.on_oneself(needed, context, things)
            return found
        by_provider: list[tuple[Sequence[TechniqueObject], Matches]] = []
        for thing in things:
            providers = self._account.providers_of(self._holder(thing), technique)
            matches = self._permits.on_any(needed, context, providers)
            by_provider += [([thing], matches)] if matches else []
        return by_provider

    def _context(self, needed: PermissionNeed, place: RegionNeeds) -> Context:
        """What such a request says: calls of IAM are made in one Region; where a role is passed isn't documented."""
        partition = self._account.partition
        found = {
            key: tuple(value.replace("{p}", partition) for value in values) for key, values in needed.context.items()
        }
        if needed.actions[0].startswith("sts:") and place.region:
            return {**found, "aws:requestedregion": (place.region,)}
        region = only_region(needed.actions[0], partition)
        if region and needed.actions[0] != "iam:PassRole":
            return {**found, "aws:requestedregion": (region,)}
        return found


def _by_sureness(move: Move) -> Iterator[Move]:
    """Of those who may do it surely, and of all."""
    sure = tuple(
        MoveStage(frozenset(each for each in stage.actors if _is_allowed(each, stage)), stage.permitted)
        for stage in move.stages
    )
    supposes = bool(move.technique.supposes)
    if not supposes and all(stage.actors for stage in sure):
        yield replace(move, stages=sure)
    if supposes or any(one.actors != all_.actors for one, all_ in zip(sure, move.stages, strict=True)):
        yield replace(move, is_sure=False)


def _is_allowed(actor: int, stage: MoveStage) -> bool:
    return all(matches[actor].decision is Decision.ALLOWED for _, matches in stage.permitted)


def _passes(technique: Technique) -> bool:
    return any("iam:PassRole" in each.actions for each in technique.needs)


def _is_of_others(technique: Technique) -> bool:
    """Whether permissions for one's own credentials are of no use."""
    return technique.target is TechniqueTarget.USER and technique.gains is TechniqueGain.CONTROL


def _fact(technique: Technique, thing: TechniqueObject) -> Fact:
    if technique.gains is TechniqueGain.ADMINISTRATOR:
        return GOAL
    return (technique.gains, thing.arn if thing.number is None else thing.number)


@lru_cache(maxsize=256)
def _with(technique: Technique, *needs: PermissionNeed) -> Technique:
    return replace(technique, needs=(*technique.needs, *needs))


def may_be_assumed(role: TechniqueObject) -> bool:
    """Whether its trust policy may let in a user or a role at all."""
    return role.trust is not None and any(
        statement.allows
        and statement.principals is not None
        and (statement.principals.is_not or any(_is_of_account(name) for name in statement.principals.listed))
        for statement in role.trust.document.about("sts:assumerole")
    )


def _is_of_account(principal: str) -> bool:
    """A user, a role, a session or all of an AWS account; not a service, not a provider of people."""
    return principal == "*" or principal.isdigit() or (principal.startswith("arn:") and "-provider/" not in principal)
