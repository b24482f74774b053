"""Compares the console's answer with that of AWS's policy simulator, and says what is known to make them differ.

What the simulator looks at: IAM API Reference, "SimulatePrincipalPolicy"; IAM User Guide, "IAM policy testing with the
IAM policy simulator" ("How the IAM policy simulator works").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from access.asking.calls import SimulatorAnswer, sends_resource_policy
from access.resource_policies import is_assuming
from access.situations import RESOURCE_POLICY, Situation, delegating_to
from policies.engine.evaluate import Decision, LayerName, evaluate
from policies.engine.layers import LayerPolicy, Layers

_IGNORED = (LayerName.RCP, LayerName.RESOURCE, LayerName.SESSION, LayerName.ENDPOINT)


class KnownReason(StrEnum):
    """Why AWS's simulator may say another thing than AWS does, or than the console. The names are kept in rows."""

    RCPS = "rcps"
    RESOURCE_POLICY = "resource_policy"
    TRUST_POLICY = "trust_policy"
    SESSION_POLICY = "session_policy"
    MISSING_KEYS = "missing_keys"
    NOT_READ = "not_read"
    ROOT_AND_SERVICES = "beside_policies"
    GIVEN = "given_policies"
    OF_ROLES = "resource_policy_of_roles"
    NOT_SENT = "not_sent"


REASONS = {
    KnownReason.RCPS: "The simulator doesn’t look at resource control policies.",
    KnownReason.RESOURCE_POLICY: "The simulator fetches no policies of resources: what these say is left out.",
    KnownReason.TRUST_POLICY: "The simulator doesn’t look at the trust policy of the role, which has to allow it, too.",
    KnownReason.SESSION_POLICY: "The simulator knows no session policies.",
    KnownReason.MISSING_KEYS: "Condition keys that weren’t given are absent for the simulator, and unknown here.",
    KnownReason.NOT_READ: "The mirror lacks a policy that the simulator has.",
    KnownReason.GIVEN: "A draft, or the policy of a resource, was supposed: AWS was given the texts of the policies.",
    KnownReason.OF_ROLES: "The simulator takes the policy of a resource for users only: of a role it was left out.",
    KnownReason.NOT_SENT: "A policy that the mirror lacks was not given to the simulator.",
    KnownReason.ROOT_AND_SERVICES: "AWS decides this beside all policies, which the simulator doesn’t tell.",
}


class Comparison(StrEnum):
    SAME = "same"
    EXPLAINED = "explained"  # they differ, by what the simulator leaves out
    UNEXPLAINED = "unexplained"  # they differ over the same policies
    OPEN = "open"  # the console doesn't know


@dataclass(frozen=True)
class Compared:
    """`ours`: with all layers; `alike`: ours by what the simulator looks at, keys that weren't given being absent."""

    ours: Decision
    alike: Decision
    theirs: SimulatorAnswer
    comparison: Comparison
    reasons: tuple[KnownReason, ...]

    @property
    def differs(self) -> bool:
        return self.comparison in (Comparison.EXPLAINED, Comparison.UNEXPLAINED)

    @property
    def sentences(self) -> list[str]:
        return [REASONS[reason] for reason in self.reasons]


def compare(situation: Situation, theirs: SimulatorAnswer, *, is_given: bool = False) -> Compared:
    """`is_given`: AWS was asked about the texts that the situation has."""
    ours = evaluate(situation.request, situation.all_layers).decision
    alike = evaluate(replace(situation.request, is_unknown=None), _as_simulated(situation, is_given)).decision
    reasons = tuple(_reasons(situation, theirs, is_given))
    if alike is not Decision.UNKNOWN and _word(alike) != _word(theirs.decision):
        found = Comparison.EXPLAINED if KnownReason.NOT_READ in reasons else Comparison.UNEXPLAINED
    elif ours is Decision.UNKNOWN:
        found = Comparison.OPEN
    else:
        found = Comparison.SAME if _word(ours) == _word(theirs.decision) else Comparison.EXPLAINED
    return Compared(ours, alike, theirs, found, reasons)


def _word(decision: Decision) -> bool:
    """Both ways of being denied are the same answer."""
    return decision is Decision.ALLOWED


def _as_simulated(situation: Situation, is_given: bool) -> Layers:
    layers = situation.layers
    is_sent = is_given and sends_resource_policy(situation)
    return Layers(
        identity=layers.identity,
        boundaries=layers.boundaries,
        resource=layers.resource if is_sent else _granting(situation),
        scps=layers.scps,
        not_read=frozenset() if is_given else frozenset(situation.not_read) - frozenset(_IGNORED),
    )


def _granting(situation: Situation) -> LayerPolicy:
    """In the place of a policy of the resource that has to allow it: one that leaves it to the identity's own."""
    request = situation.request
    return delegating_to(request.resource_account, request.caller.account)


def _is_held(situation: Situation) -> bool:
    """Whether the resource has a policy that counts here, and isn't sent."""
    return situation.of_resource is not None and not sends_resource_policy(situation)


def _reasons(situation: Situation, theirs: SimulatorAnswer, is_given: bool) -> Iterator[KnownReason]:
    request, layers = situation.request, situation.layers
    if is_given:
        yield KnownReason.GIVEN
    if layers.resource and layers.resource.name == RESOURCE_POLICY and not sends_resource_policy(situation):
        yield KnownReason.OF_ROLES
    if layers.rcps or LayerName.RCP in situation.not_read:
        yield KnownReason.RCPS
    if is_assuming(request.action, request.resource):
        yield KnownReason.TRUST_POLICY
    elif LayerName.RESOURCE in situation.not_read or _is_held(situation):
        yield KnownReason.RESOURCE_POLICY
    if request.caller.is_session or layers.session or LayerName.SESSION in situation.not_read:
        yield KnownReason.SESSION_POLICY
    if theirs.missing:
        yield KnownReason.MISSING_KEYS
    if {LayerName.IDENTITY, LayerName.BOUNDARY, LayerName.SCP} & situation.not_read.keys():
        yield KnownReason.NOT_SENT if is_given else KnownReason.NOT_READ
    verdict = evaluate(request, situation.all_layers)
    if any(reason.layer is LayerName.AWS for reason in verdict.reasons):
        yield KnownReason.ROOT_AND_SERVICES
