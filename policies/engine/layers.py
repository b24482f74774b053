"""The input of an evaluation: the request, and the layers of policies that it has to pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from policies.engine.callers import Caller
from policies.engine.compiled import CompiledDocument
from policies.engine.conditions import Context


class LayerName(StrEnum):
    IDENTITY = "identity_policies"
    BOUNDARY = "permission_boundaries"
    SESSION = "session_policy"
    RESOURCE = "resource_policy"
    ENDPOINT = "endpoint_policies"
    SCP = "scps"
    RCP = "rcps"
    AWS = "aws"  # rules that AWS has beside all policies


@dataclass(frozen=True)
class LayerPolicy:
    name: str
    document: CompiledDocument


@dataclass(frozen=True)
class ControlPolicyLevel:
    """The control policies of the root, a unit or an account."""

    target: str
    policies: tuple[LayerPolicy, ...]


@dataclass(frozen=True)
class Layers:
    """None: there is no such layer. An empty one allows nothing. One of `not_read` may say anything."""

    identity: tuple[LayerPolicy, ...] = ()
    boundaries: tuple[LayerPolicy, ...] | None = None
    session: tuple[LayerPolicy, ...] | None = None
    resource: LayerPolicy | None = None
    endpoints: tuple[LayerPolicy, ...] | None = None
    scps: tuple[ControlPolicyLevel, ...] = ()
    rcps: tuple[ControlPolicyLevel, ...] = ()
    not_read: frozenset[LayerName] = frozenset()


@dataclass(frozen=True)
class Request:
    """`action` as AWS writes it, `resource` an ARN or "*"; `context` keys in lower case.

    `is_unknown` says of a key that the context lacks whether it may be there all the same, with any value; without it
    whatever the context lacks is absent.
    """

    caller: Caller
    action: str
    resource: str
    resource_account: str
    context: Context = field(default_factory=dict)
    is_unknown: Callable[[str], bool] | None = None
