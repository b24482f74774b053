"""Combines the decisions of the layers into one.

IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic" and "Permissions boundaries for IAM
entities"; STS API Reference, "AssumeRole"; KMS Developer Guide, "Key policies in AWS KMS".
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from policies.engine.callers import CallerKind, NamingDirectness
from policies.engine.layers import LayerName
from policies.engine.truth import MAYBE, YES, Truth


class Decision(StrEnum):
    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"
    UNKNOWN = "unknown"  # it depends on a context key or a layer that isn't known


class RequestTraits(NamedTuple):
    """What it is about a request that decides how layers combine."""

    kind: CallerKind
    same_account: bool
    opened_by_resource: bool  # only the policy of the resource opens it
    assumes: bool  # sts:AssumeRole


class LayerDecisions(NamedTuple):
    """What the layers say. `boundary` and `session` are None where there is none.

    `surely` and `perhaps`: how directly the resource's policy lets the caller in, by the statements that apply, and
    with those that may. `guards` must allow whoever grants.
    """

    identity: Truth
    boundary: Truth | None
    session: Truth | None
    surely: NamingDirectness
    perhaps: NamingDirectness
    guards: tuple[tuple[LayerName, Truth], ...]
    denies: Truth


_FROM_OUTSIDE = (CallerKind.ANONYMOUS, CallerKind.SERVICE, CallerKind.FEDERATED)


def decide(terms: RequestTraits, said: LayerDecisions) -> tuple[Decision, list[LayerName]]:
    """With the layers that would have to allow and don't. It is unknown only where what isn't known decides."""
    if said.denies is YES:
        return Decision.EXPLICIT_DENY, []
    if never := blocked(terms, said, MAYBE):
        return Decision.IMPLICIT_DENY, never
    perhaps = blocked(terms, said, YES)
    if perhaps or said.denies is MAYBE:
        return Decision.UNKNOWN, perhaps
    return Decision.ALLOWED, []


def blocked(terms: RequestTraits, said: LayerDecisions, least: Truth) -> list[LayerName]:
    """The layers that would have to allow and don't, where `least` is what counts as allowing."""
    guards = [layer for layer, allows in said.guards if allows < least]
    return guards + _ungranted(terms, said, least)


def _ungranted(terms: RequestTraits, said: LayerDecisions, least: Truth) -> list[LayerName]:
    """What is missing between the caller's own side and the resource's: nothing, when it is granted."""
    named = said.surely if least is YES else said.perhaps
    if terms.kind in _FROM_OUTSIDE:
        return [] if named else [LayerName.RESOURCE]
    if terms.kind is CallerKind.ROOT and terms.assumes:
        return [LayerName.AWS]  # not with the root user's credentials
    side = [] if said.identity >= least else [LayerName.IDENTITY]
    if said.boundary is not None and said.boundary < least:
        side.append(LayerName.BOUNDARY)
    if said.session is not None and said.session < least:
        side.append(LayerName.SESSION)
    if not terms.same_account:
        return side if named else [*side, LayerName.RESOURCE]
    if named is NamingDirectness.ITSELF:
        return []
    if named is NamingDirectness.ROLE:
        return [layer for layer in side if layer is not LayerName.IDENTITY]
    if named is NamingDirectness.NOT and terms.opened_by_resource:
        return [*side, LayerName.RESOURCE]
    return side
