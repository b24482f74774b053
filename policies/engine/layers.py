"""The input of an evaluation: the request, and the layers of policies that it has to pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from policies.engine.callers import Caller
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.conditions import Context, Values
from policies.engine.truth import NO, UNKNOWN, Truth, UnknownType


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
    """None: there is no such layer. An empty one allows nothing. One of `not_read` may say anything.

    `may_be_granted`, `may_be_refused`: something of the resource beside its policy, such as an access control list, may
    let in whoever asks, or keep them out.
    """

    identity: tuple[LayerPolicy, ...] = ()
    boundaries: tuple[LayerPolicy, ...] | None = None
    session: tuple[LayerPolicy, ...] | None = None
    resource: LayerPolicy | None = None
    endpoints: tuple[LayerPolicy, ...] | None = None
    scps: tuple[ControlPolicyLevel, ...] = ()
    rcps: tuple[ControlPolicyLevel, ...] = ()
    not_read: frozenset[LayerName] = frozenset()
    may_be_granted: bool = False
    may_be_refused: bool = False


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


# ---- The context of a request: the values that are known, and which other keys may be present ----------------
class Facts:
    """`missing` collects the keys that were asked for and aren't there."""

    __slots__ = ("_context", "_is_unknown", "missing", "values_of")

    def __init__(self, context: Context, is_unknown: Callable[[str], bool] | None) -> None:
        self._context = context
        self._is_unknown = is_unknown
        self.missing: set[str] = set()
        self.values_of: Callable[[str], Values] = context.get if is_unknown is None else self._known

    def applies(self, statement: CompiledStatement, resource: str) -> Truth:
        """Whether a statement about the action is about the resource, too, and its conditions hold."""
        covers = statement.covers(resource, self.lookup)
        if covers is NO or not statement.tests:
            return covers
        self.missing |= statement.missing(self._context)
        return min(covers, statement.holds(self.values_of, self.lookup))

    def depends_on(self, statement: CompiledStatement, resource: str) -> tuple[str, ...]:
        """The keys that would say whether it applies."""
        return tuple(sorted(statement.depends_on(resource, self.values_of, self.lookup)))

    def _known(self, key: str) -> Values:
        values = self._context.get(key)
        return UNKNOWN if values is None and self._is_unknown is not None and self._is_unknown(key) else values

    def lookup(self, key: str) -> str | UnknownType | None:
        """For variables: only keys with one value have one to put there."""
        values = self.values_of(key)
        if values is UNKNOWN:
            return UNKNOWN
        if not values:
            self.missing.add(key)
            return None
        return values[0] if len(values) == 1 else None
