"""What each layer of policies says of a request, in AWS's order, and which of them stops it.

The order: IAM User Guide, "Policy evaluation for requests within a single account": a Deny in any of them decides
first; then come RCPs, SCPs, resource-based policies, identity-based policies, boundaries and session policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from access.resource_policies import is_assuming, is_bound_by_rcps, resource_policy_of
from access.situations import Situation
from policies.engine.callers import Caller, CallerKind
from policies.engine.compiled import CompiledStatement
from policies.engine.evaluate import (
    Decision,
    Examination,
    LayerName,
    LayerPolicy,
    VerdictReason,
    context_of,
    examine,
    resource_asked,
)
from policies.engine.layers import Facts
from policies.engine.statements import statement_name
from policies.engine.truth import NO
from sync.aws.denial import Layer

ORDER = (
    LayerName.RCP,
    LayerName.SCP,
    LayerName.RESOURCE,
    LayerName.IDENTITY,
    LayerName.BOUNDARY,
    LayerName.SESSION,
    LayerName.ENDPOINT,
    LayerName.AWS,
)
# What AWS calls a layer in its messages.
AS_AWS_SAYS = {
    Layer.IDENTITY: LayerName.IDENTITY,
    Layer.BOUNDARY: LayerName.BOUNDARY,
    Layer.SCP: LayerName.SCP,
    Layer.RCP: LayerName.RCP,
    Layer.SESSION: LayerName.SESSION,
    Layer.RESOURCE: LayerName.RESOURCE,
    Layer.TRUST: LayerName.RESOURCE,
    Layer.ENDPOINT: LayerName.ENDPOINT,
    Layer.PUBLIC: LayerName.AWS,
}
_CLOSEST = 3  # statements


class LayerState(StrEnum):
    ALLOWS = "allows"
    DENIES = "denies"  # by a statement
    LACKS = "lacks"  # nothing in it allows, and it would have to
    SILENT = "silent"  # it says nothing, and needn't
    NONE = "none"  # there is no such layer
    UNKNOWN = "unknown"  # it isn't read, or hangs on condition keys


class Miss(StrEnum):
    """Why a statement about the action doesn't allow the request."""

    RESOURCE = "resource"
    CONDITION = "condition"
    PRINCIPAL = "principal"


@dataclass(frozen=True)
class NearMiss:
    """A statement that allows the action, and not this request."""

    policy: str
    statement: CompiledStatement
    why: Miss

    @property
    def named(self) -> str:
        return statement_name(self.statement.sid or self.statement.index)

    @property
    def resources(self) -> Sequence[str]:
        return self.statement.resources.patterns

    @property
    def keys(self) -> list[str]:
        return sorted({test.key for test in self.statement.tests if test.key})


@dataclass(frozen=True)
class LayerLine:
    """`reasons`: the statements that say it. `why`: a sentence, of what isn't read. `called`: what the policy of a
    resource is called. `is_stop`: it decides; `is_next`: it would stop the request next.
    """

    layer: LayerName
    state: LayerState
    reasons: Sequence[VerdictReason] = ()
    closest: Sequence[NearMiss] = ()
    keys: Sequence[str] = ()
    why: str = ""
    called: str = ""
    policy: str = ""  # the only one
    is_stop: bool = False
    is_next: bool = False

    @property
    def stops(self) -> bool:
        return self.state in (LayerState.DENIES, LayerState.LACKS)


@dataclass(frozen=True)
class Layered:
    """A request, decided layer by layer by the policies that were read. `stop`: the line that decides."""

    situation: Situation
    examination: Examination
    lines: Sequence[LayerLine]

    @property
    def stop(self) -> LayerLine | None:
        return next((line for line in self.lines if line.is_stop), None)

    @property
    def following(self) -> list[LayerLine]:
        """Those that would stop it next, in their order."""
        return [line for line in self.lines if line.is_next]

    @property
    def decision(self) -> Decision:
        return self.examination.verdict.decision


def layered(situation: Situation, said: LayerName | None = None) -> Layered:
    """`said`: the layer that AWS names, which decides where it stops the request here, too.

    A resource with wildcards is taken as AWS takes it in a request, as a text: for something that is yet to be made it
    asks for `…:instance/*` (IAM User Guide, "IAM JSON policy elements: Resource").
    """
    found = examine(situation.request, situation.read_layers())
    lines = [line for layer in ORDER if (line := _line(situation, found, layer)) is not None]
    return Layered(situation, found, _marked(lines, said))


def _marked(lines: Sequence[LayerLine], said: LayerName | None) -> list[LayerLine]:
    stops = [line for line in lines if line.state is LayerState.DENIES]
    stops += [line for line in lines if line.state is LayerState.LACKS]
    first = next((line for line in stops if line.layer is said), stops[0] if stops else None)
    return [
        replace(line, is_stop=first is not None and line.layer is first.layer, is_next=line.stops and line is not first)
        for line in lines
    ]


def _line(situation: Situation, found: Examination, layer: LayerName) -> LayerLine | None:
    """None: nothing is to be said of it."""
    called = _called(situation) if layer is LayerName.RESOURCE else ""
    policies = [policy.name for policy in _policies(situation, layer)]
    line = LayerLine(layer, LayerState.NONE, called=called, policy=policies[0] if len(policies) == 1 else "")
    reasons = [each for each in found.applying if each.layer is layer and each.policy]
    denying = [each for each in reasons if each.effect == "Deny"]
    if denying:
        return replace(line, state=LayerState.DENIES, reasons=denying)
    if layer in situation.not_read:
        return replace(line, state=LayerState.UNKNOWN, why=situation.not_read[layer])
    if layer is LayerName.RESOURCE and situation.unsure:
        return replace(line, state=LayerState.UNKNOWN, why=" ".join(situation.unsure))
    if layer is LayerName.AWS:
        return replace(line, state=LayerState.LACKS) if _is_refused_by_aws(found) else None
    if layer is LayerName.ENDPOINT or not _is_there(situation, layer):
        return line if layer is not LayerName.ENDPOINT else None
    return _weighed(situation, found, line, reasons)


def _weighed(situation: Situation, found: Examination, line: LayerLine, reasons: Sequence[VerdictReason]) -> LayerLine:
    """Of a layer that is there, was read, and surely denies nothing."""
    perhaps = [each for each in found.perhaps if each.layer is line.layer]
    may_deny = [each for each in perhaps if each.effect == "Deny"]
    keys = tuple(sorted({key for each in perhaps for key in each.depends_on}))
    if line.layer in found.unmet:
        return replace(line, state=LayerState.LACKS, closest=_closest(situation, line.layer))
    if may_deny or line.layer in found.perhaps_unmet:
        return replace(line, state=LayerState.UNKNOWN, reasons=perhaps, keys=keys)
    if reasons:
        return replace(line, state=LayerState.ALLOWS, reasons=reasons)
    return replace(line, state=LayerState.SILENT)


def _is_refused_by_aws(found: Examination) -> bool:
    reasons = found.verdict.reasons
    return any(each.layer is LayerName.AWS and each.effect == "ImplicitDeny" for each in reasons)


def _is_there(situation: Situation, layer: LayerName) -> bool:
    caller, layers = situation.request.caller, situation.layers
    if layer is LayerName.IDENTITY:
        return _has_identity_policies(caller)
    if layer is LayerName.RCP:
        return bool(layers.rcps) and is_bound_by_rcps(situation.request.action) and not caller.is_service_linked
    if layer is LayerName.SCP:
        return bool(layers.scps) and caller.is_in_an_account and not caller.is_service_linked
    there = {
        LayerName.RESOURCE: layers.resource,
        LayerName.BOUNDARY: layers.boundaries,
        LayerName.SESSION: layers.session,
    }
    return there[layer] is not None or (layer is LayerName.SESSION and caller.kind is CallerKind.FEDERATED_USER)


def _has_identity_policies(caller: Caller) -> bool:
    return caller.kind in (CallerKind.USER, CallerKind.ROLE, CallerKind.FEDERATED_USER)


def _called(situation: Situation) -> str:
    request = situation.request
    if is_assuming(request.action, request.resource):
        return "trust policy of the role"
    return resource_policy_of(request.resource)


def _policies(situation: Situation, layer: LayerName) -> Iterator[LayerPolicy]:
    layers = situation.layers
    levels = {LayerName.SCP: layers.scps, LayerName.RCP: layers.rcps}.get(layer, ())
    yield from (policy for level in levels for policy in level.policies)
    yield from {LayerName.IDENTITY: layers.identity, LayerName.BOUNDARY: layers.boundaries or ()}.get(layer, ())
    if layer is LayerName.SESSION:
        yield from layers.session or ()
    if layer is LayerName.RESOURCE and layers.resource:
        yield layers.resource


def _closest(situation: Situation, layer: LayerName) -> list[NearMiss]:
    """Statements that allow the action; those that lack only the resource first."""
    request = situation.request
    facts, resource = Facts(context_of(request), request.is_unknown), resource_asked(request)
    found = []
    for policy in _policies(situation, layer):
        for statement in policy.document.about(request.action.lower()):
            if statement.allows and facts.applies(statement, resource) is NO:
                covers = statement.covers(resource, facts.lookup)
                why = Miss.RESOURCE if covers is NO else Miss.CONDITION
                found.append(NearMiss(policy.name, statement, why))
            elif statement.allows and layer is LayerName.RESOURCE:
                found.append(NearMiss(policy.name, statement, Miss.PRINCIPAL))
    return found[:_CLOSEST]
