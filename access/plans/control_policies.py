"""What control policies leave to the principals of an AWS account, for the comparison of what they have.

Organizations User Guide, "SCP evaluation" (every level must allow, a denial at any decides), "Service control
policies" ("Tasks and entities not restricted by SCPs"), "RCP evaluation" and "Resource control policies".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from access.holders import caller_named
from access.request_context import UnknownContextKeys, facts_of_place
from access.resource_policies import on_services_with_rcps
from access.surroundings import Surroundings
from policies.engine.callers import Caller, CallerKind
from policies.engine.compiled import CompiledDocument, CompiledStatement, compiled
from policies.engine.document import compact
from policies.engine.layers import Facts, LayerName, LayerPolicy
from policies.engine.truth import MAYBE, NO

Written = dict[str, Any]
_OF_ONE = frozenset({"aws:principalarn", "aws:principaltype", "aws:userid", "aws:username"})  # of a principal, not all
_NOT_KEPT = frozenset({"Sid", "Condition", "Principal", "NotPrincipal"})


@dataclass(frozen=True)
class ControlLimits:
    """Documents as texts, without principals; equal for all to whom the control policies say the same.

    `denials`: of service control policies. `levels`: of each of theirs that doesn't allow everything, the documents of
    which one must allow. `on_resources`: what resource control policies deny on the resources of `account_id`.
    """

    denials: frozenset[str] = frozenset()
    levels: frozenset[frozenset[str]] = frozenset()
    on_resources: frozenset[str] = frozenset()
    account_id: str = ""

    def __bool__(self) -> bool:
        return bool(self.denials or self.levels or self.on_resources)

    def read(self, reading: Callable[[str], str], nothing: str = "") -> ControlLimits:
        """Each text read otherwise. `nothing`: what of a text is left where nothing is."""

        def each_of(texts: Iterable[str]) -> frozenset[str]:
            return frozenset(found for text in texts if (found := reading(text)) != nothing)

        return replace(
            self,
            denials=each_of(self.denials),
            levels=frozenset(map(each_of, self.levels)),
            on_resources=each_of(self.on_resources),
        )


NO_LIMITS = ControlLimits()


def is_bound(arn: str) -> bool:
    """Organizations User Guide, "Service control policies", "Tasks and entities not restricted by SCPs"; "Resource
    control policies", "Resources and entities not restricted by RCPs"."""
    return ":role/aws-service-role/" not in arn


class AccountLimits:
    """Of the principals of one AWS account. What is so of a principal anyway is decided; its tags, which a plan may
    change, and the request stay as they are written."""

    def __init__(self, around: Surroundings, of_resources: Surroundings | None = None) -> None:
        """`of_resources`: what bounds the AWS account that has the resources, where that is another one."""
        elsewhere = of_resources or around
        own = facts_of_place(around, Surroundings(""), "*")
        there = {**facts_of_place(around, elsewhere, "*"), "aws:resourceaccount": (elsewhere.account_id,)}
        self._account_id, self._resources_in = around.account_id, elsewhere.account_id
        self._levels = [[_SettledPolicy(policy, own) for policy in level.policies] for level in around.scps]
        policies = [policy for level in elsewhere.rcps for policy in level.policies]
        self._rcps = [_SettledPolicy(policy, there) for policy in policies]
        self._is_empty = not (self._levels or any(policy.document.denies for policy in policies))
        policies += [policy for level in around.scps for policy in level.policies]
        statements = (each for policy in policies for each in policy.document.statements)
        self._varies = any(not each.keys.isdisjoint(_OF_ONE) for each in statements)

    def of(self, arn: str) -> ControlLimits:
        """Of a user or role: nothing, where it is linked to a service."""
        if self._is_empty or not is_bound(arn):
            return NO_LIMITS
        return self._of(caller_named(arn) or self._anybody) if self._varies else self._of_anybody

    def of_anybody(self) -> ControlLimits:
        """Of somebody in the AWS account, whoever it is."""
        return NO_LIMITS if self._is_empty else self._of_anybody

    @cached_property
    def _of_anybody(self) -> ControlLimits:
        return self._of(self._anybody)

    @property
    def _anybody(self) -> Caller:
        return Caller(CallerKind.ROLE, account=self._account_id)

    def _of(self, caller: Caller) -> ControlLimits:
        unknown = UnknownContextKeys(caller, None)
        levels = [[each.allowing(caller, unknown) for each in level] for level in self._levels]
        denials = {each.denying(caller, unknown) for level in self._levels for each in level}
        on_resources = {each.denying(caller, unknown, on_services_with_rcps) for each in self._rcps}
        return ControlLimits(
            frozenset(denials - {""}),
            frozenset(frozenset(filter(None, level)) for level in levels if not _allows_everything(level)),
            frozenset(on_resources - {""}),
            self._resources_in,
        )


def _allows_everything(texts: Iterable[str]) -> bool:
    return any(text and compiled(text).allows_everything for text in texts)


_Settled = tuple[tuple[int, tuple[bool, ...]], ...]  # of statements that may apply: their place, and which tests stay


class _SettledPolicy:
    """A control policy, as it reads for one caller after another: few of them make a difference to it."""

    def __init__(self, policy: LayerPolicy, known: Mapping[str, tuple[str, ...]]) -> None:
        self._document = policy.document
        self._known = known
        self._texts: dict[tuple[bool, _Settled], str] = {}

    def allowing(self, caller: Caller, unknown: Callable[[str], bool]) -> str:
        """Of what it allows the text; "" for nothing."""
        return self._text(caller, unknown, allows=True)

    def denying(
        self,
        caller: Caller,
        unknown: Callable[[str], bool],
        narrowed: Callable[[Written], Iterator[Written]] | None = None,
    ) -> str:
        """`narrowed`: what of a statement counts."""
        return self._text(caller, unknown, allows=False, narrowed=narrowed)

    def _text(
        self,
        caller: Caller,
        unknown: Callable[[str], bool],
        *,
        allows: bool,
        narrowed: Callable[[Written], Iterator[Written]] | None = None,
    ) -> str:
        facts = Facts({**self._known, **caller.keys}, unknown)
        statements = self._document.statements
        settled = tuple(
            (place, stay)
            for place, each in enumerate(statements)
            if (each.allows if allows else each.denies) and (stay := _that_stay(each, facts)) is not None
        )
        key = (allows, settled)
        if key not in self._texts:
            found = [_without_settled(statements[place], stay) for place, stay in settled]
            self._texts[key] = _document(self._document, [one for each in found for one in (narrowed or _whole)(each)])
        return self._texts[key]


def _whole(written: Written) -> Iterator[Written]:
    yield written


def _document(document: CompiledDocument, statements: Sequence[Written]) -> str:
    return compact({**document.written, "Statement": list(statements)}) if statements else ""


# ---- Statements for one principal ------------------------------------------------------------------------------
def settled(statement: CompiledStatement, facts: Facts) -> Written | None:
    """The statement without principals and conditions that are so anyway; None where a condition never is."""
    stay = _that_stay(statement, facts)
    return None if stay is None else _without_settled(statement, stay)


def _that_stay(statement: CompiledStatement, facts: Facts) -> tuple[bool, ...] | None:
    """Of each test whether it isn't known to hold."""
    if statement.source.holds_never:
        return None
    held = [test.holds(facts.values_of(test.key), facts.lookup) for test in statement.tests]
    return None if NO in held else tuple(each is MAYBE for each in held)


def _without_settled(statement: CompiledStatement, stay: Sequence[bool]) -> Written:
    left: dict[str, dict[str, Any]] = {}
    for stays, condition in zip(stay, statement.source.conditions, strict=True):
        if stays:
            left.setdefault(condition.operator, {})[condition.key] = condition.written
    written = {name: value for name, value in statement.source.written.items() if name not in _NOT_KEPT}
    return {**written, "Condition": left} if left else written


def not_counted(surroundings: Surroundings) -> Iterator[str]:
    """In sentences, which control policies a comparison leaves out."""
    unread = dict.fromkeys(sorted(set(surroundings.not_read.values())))
    for why in unread:
        yield f"Control policies may still deny it. {why}"
    in_organization = bool(surroundings.organization_id) and LayerName.RCP not in surroundings.not_read
    if in_organization and any(policy.document.denies for level in surroundings.rcps for policy in level.policies):
        yield "Resource control policies of other AWS accounts may still deny it on resources there."
