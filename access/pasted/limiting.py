"""For whom in an AWS account a control policy would matter, were it attached: who has now what it takes.

What it denies is compared with the policies and boundary of each who has others, within the control policies that there
are. Conditions that the principal alone decides (its ARN, tags, organization) are decided; those on the request stay
open, and then it may matter. A service control policy that allows only some things is taken for the only one of its
level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from access.holders import Holder
from access.index import CachedIndex
from access.plans.comparing import held
from access.plans.control_policies import AccountLimits, ControlLimits, is_bound, settled
from access.plans.holdings import Combination
from access.plans.relevant import Patterns, is_about
from access.request_context import UnknownContextKeys, facts_of_holder, facts_of_place
from access.resource_policies import on_services_with_rcps
from access.surroundings import Surroundings
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.diff.compare import PrincipalDocuments, ResourceDenials
from policies.engine.diff.report import held_diff
from policies.engine.document import compact, load
from policies.engine.layers import Facts
from policies.engine.statements import Statement
from policies.engine.structure import DocumentType

STEPS = 20_000  # of one comparison, about a microsecond each
MOST_COMPARED = 60  # of those who have the same
_NOWHERE = Surroundings("")
_VERSION = "2012-10-17"

Written = dict[str, Any]


@dataclass(frozen=True)
class Limited:
    """Whom it takes something for sure; who may lose something; of whom there was no time to tell."""

    surely: Sequence[Holder] = ()
    perhaps: Sequence[Holder] = ()
    not_compared: Sequence[Holder] = ()


@dataclass(frozen=True)
class _Alike:
    """What is compared, equal for all who have the same. `boundary`: None without one."""

    policies: tuple[str, ...]
    boundary: str | None
    denied: tuple[str, ...]
    lacks: bool
    limits: ControlLimits


@dataclass
class _TakenAway:
    surely: list[Holder] = field(default_factory=list)
    perhaps: list[Holder] = field(default_factory=list)
    not_compared: list[Holder] = field(default_factory=list)


def limited_by(document: CompiledDocument, kind: DocumentType, cached: CachedIndex) -> Limited:
    """`document`: a control policy of the type."""
    draft = _ControlDraft(document, kind, cached.surroundings)
    alike: dict[_Alike, list[Holder]] = defaultdict(list)
    for holder in cached.index.holders:
        if is_bound(holder.arn) and (has := draft.of(holder)) is not None:
            alike[has].append(holder)
    found = _TakenAway()
    for number, (has, holders) in enumerate(sorted(alike.items(), key=lambda each: -len(each[1]))):
        if number >= MOST_COMPARED:
            found.not_compared += holders
        elif (matters := draft.takes(has)) is not None:
            (found.surely if matters else found.perhaps).extend(holders)
    return Limited(found.surely, found.perhaps, found.not_compared)


class _ControlDraft:
    def __init__(self, document: CompiledDocument, kind: DocumentType, around: Surroundings) -> None:
        self._is_rcp = kind is DocumentType.RCP
        self._around = around
        self._denying = [each for each in document.statements if each.denies]
        allowing = [each.source.written for each in document.statements if each.allows]
        lists = kind is DocumentType.SCP and bool(allowing) and not document.allows_everything
        self._allowed = {"Version": _VERSION, "Statement": allowing} if lists else None
        self._limits = AccountLimits(around)
        self._patterns = None if lists else _patterns(self._denying)
        self._reduced: dict[int, str] = {}

    # ---- What one has ------------------------------------------------------------------------------------------
    def of(self, holder: Holder) -> _Alike | None:
        """None where nothing that they have is concerned."""
        denied = tuple(sorted(compact(each) for each in self._denied(holder)))
        if not denied and self._allowed is None:
            return None
        policies = {self._about(policy.document) for policy in holder.policies} - {""}
        if not policies and not holder.not_read:
            return None
        boundary = None if holder.boundary is None else compact(holder.boundary.document.written)
        limits = self._limits.of(holder.arn)
        return _Alike(tuple(sorted(policies)), boundary, denied, bool(holder.not_read), limits)

    def _about(self, document: CompiledDocument) -> str:
        """The statements about what it denies; "" for none."""
        key = id(document)
        if key not in self._reduced:
            kept = [each.source for each in document.statements if self._concerns(each.source)]
            whole = {**document.written, "Statement": [each.written for each in kept]}
            self._reduced[key] = compact(whole) if kept else ""
        return self._reduced[key]

    def _concerns(self, statement: Statement) -> bool:
        return self._patterns is None or is_about(statement, self._patterns)

    def _denied(self, holder: Holder) -> Iterator[Written]:
        """The statements that may deny the principal something, without the conditions that are so of them anyway."""
        own = facts_of_place(self._around, self._around if self._is_rcp else _NOWHERE, "*")
        if self._is_rcp:
            own["aws:resourceaccount"] = (self._around.account_id,)
        context = {**own, **holder.caller.keys, **facts_of_holder(holder)}
        facts = Facts(context, UnknownContextKeys(holder.caller, holder))
        for statement in self._denying:
            written = settled(statement, facts)
            if written is not None:
                yield from on_services_with_rcps(written) if self._is_rcp else [written]

    # ---- Whether it takes something ----------------------------------------------------------------------------
    def takes(self, has: _Alike) -> bool | None:
        """None: nothing. False: perhaps."""
        listed = [load(each) or {} for each in has.denied]
        plain = [each for each in listed if not each.get("Condition")]
        if plain and self._loses(held_diff(self._held(has, ()), self._held(has, plain), STEPS)):
            return True
        if self._allowed is not None and (by_list := self._outside_list(has)) is not None:
            return by_list
        if has.lacks or self._may_lose(has, listed):
            return False
        return None

    def _outside_list(self, has: _Alike) -> bool | None:
        """Whether they have something that it doesn't allow."""
        before = self._held(has, ())
        found = held_diff(before, replace(before, levels=[*before.levels, [self._allowed]]), STEPS)
        if self._loses(found):
            return True
        return False if found["lost"] or found["undecided"] else None

    def _loses(self, found: Mapping[str, Any]) -> bool:
        """Something that they surely have now: no condition is in the way, and no control policy that isn't read."""
        return not self._around.not_read and any(
            conditions in ({}, self._in_account)
            for each in found["lost"]
            for conditions in ({**each["conditions"], **each.get("also", {}).get("conditions", {})},)
        )

    @property
    def _in_account(self) -> Written:
        """As a comparison writes that a resource is in this AWS account."""
        return {"StringEquals": {"aws:ResourceAccount": self._around.account_id}}

    def _may_lose(self, has: _Alike, denied: Sequence[Written]) -> bool:
        found = held_diff(self._held(has, ()), self._held(has, denied), STEPS)
        return bool(found["lost"] or found["undecided"])

    def _held(self, has: _Alike, denied: Sequence[Written]) -> PrincipalDocuments:
        found = held(Combination(frozenset(has.policies), has.boundary, limits=has.limits))
        if not denied:
            return found
        document = {"Version": _VERSION, "Statement": list(denied)}
        if not self._is_rcp:
            return replace(found, policies=[*found.policies, document])
        already = found.on_resources.documents if found.on_resources else ()
        return replace(found, on_resources=ResourceDenials(self._around.account_id, [*already, document]))


def _patterns(denying: Sequence[CompiledStatement]) -> Patterns | None:
    """Of the actions that are denied; None for any."""
    if any(each.not_actions for each in denying):
        return None
    return frozenset(pattern.lower() for each in denying for pattern in each.actions.patterns)
