"""Whether AWS lets a request through, and why: all layers of policies put together.

IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic" and, for actions that take no
resource, "IAM JSON policy elements: Resource"; AWS Organizations User Guide, "SCP evaluation" and "RCP evaluation"; KMS
Developer Guide, "Key policies in AWS KMS". Each layer says what it allows and denies; `_decide` combines them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from policies.engine.callers import Caller, CallerKind, Named
from policies.engine.catalogue import takes_no_resource
from policies.engine.compiled import Compiled, Statement
from policies.engine.conditions import Context


class Decision(StrEnum):
    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


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
class Policy:
    name: str
    document: Compiled


@dataclass(frozen=True)
class Level:
    """The control policies of the root, a unit or an account."""

    target: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True)
class Layers:
    """None: there is no such layer. An empty one allows nothing."""

    identity: tuple[Policy, ...] = ()
    boundaries: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    resource: Policy | None = None
    endpoints: tuple[Policy, ...] | None = None
    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Request:
    """`action` as AWS writes it, `resource` an ARN or "*"; `context` keys in lower case."""

    caller: Caller
    action: str
    resource: str
    resource_account: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """A statement that decided, or (`effect` "ImplicitDeny") a layer in which none allows."""

    layer: LayerName
    effect: str
    policy: str = ""
    statement: Statement | None = None


@dataclass(frozen=True)
class Verdict:
    decision: Decision
    reasons: tuple[Reason, ...]
    missing_context: tuple[str, ...] = ()  # keys that conditions ask for and the request doesn't say


EVERYTHING = "*"  # on what actions that take no resource are allowed or denied, whatever is asked about
# Those that only the policy of the resource can open. An identity policy alone is useless there.
_ASSUMING = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:assumeroot")
_ALWAYS_ALLOWED = "sts:getcalleridentity"
_FIXED_ROLES = (":role/aws-service-role/", ":role/aws-reserved/")
_ROLE_CHANGES = frozenset(
    f"iam:{name.lower()}"
    for name in (
        "AttachRolePolicy", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy", "DetachRolePolicy",
        "PutRolePermissionsBoundary", "PutRolePolicy", "UpdateAssumeRolePolicy", "UpdateRole",
    )
)  # fmt: skip
_POLICY_CHANGES = frozenset(
    f"iam:{name.lower()}"
    for name in (
        "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy",
        "UntagPolicy",
    )
)  # fmt: skip


def evaluate(request: Request, layers: Layers) -> Verdict:
    """Takes any request and any documents; never raises."""
    return _Evaluation(request, layers).verdict()


class _Evaluation:
    def __init__(self, request: Request, layers: Layers) -> None:
        self._request = request
        self._layers = layers
        self._caller = request.caller
        self._action = request.action.lower()
        self._resource_asked = EVERYTHING if takes_no_resource(self._action) else request.resource
        self._context: Context = {
            "aws:resourceaccount": (request.resource_account,), **request.caller.keys, **request.context,
        }  # fmt: skip
        self._missing: set[str] = set()
        self._denies: list[Reason] = []

    def verdict(self) -> Verdict:
        if self._action == _ALWAYS_ALLOWED and self._caller.kind is not CallerKind.ANONYMOUS:
            return Verdict(Decision.ALLOWED, (Reason(LayerName.AWS, "Allow"),))
        if self._is_fixed_by_aws():
            return Verdict(Decision.IMPLICIT_DENY, (Reason(LayerName.AWS, "ImplicitDeny"),))
        blocked, allows = self._decide()
        missing = tuple(sorted(self._missing))
        if self._denies:
            return Verdict(Decision.EXPLICIT_DENY, tuple(self._denies), missing)
        if blocked:
            return Verdict(Decision.IMPLICIT_DENY, tuple(Reason(layer, "ImplicitDeny") for layer in blocked), missing)
        return Verdict(Decision.ALLOWED, tuple(allows), missing)

    # ---- All layers together ---------------------------------------------------------------------------------
    def _decide(self) -> tuple[list[LayerName], list[Reason]]:
        """The layers that would have to allow and don't, and what allows."""
        layers = self._layers
        identity = self._allows(LayerName.IDENTITY, layers.identity)
        boundary = self._each_allows(LayerName.BOUNDARY, layers.boundaries)
        session = self._allows(LayerName.SESSION, layers.session) if layers.session is not None else None
        named, resource = self._resource()
        guards = [*self._guards()]
        if self._caller.kind is CallerKind.ROOT:
            identity, boundary = [Reason(LayerName.AWS, "Allow")], None
        blocked = [layer for layer, found in guards if not found]
        allows = [reason for _, found in guards for reason in found]
        own = self._limits(identity, boundary, session)
        granted = self._granted(named, own)
        return blocked + granted, allows + identity + (boundary or []) + (session or []) + resource

    def _limits(
        self, identity: list[Reason], boundary: list[Reason] | None, session: list[Reason] | None
    ) -> dict[LayerName, bool]:
        """Of the layers on the caller's own side that are there, which allow."""
        found = {LayerName.IDENTITY: bool(identity)}
        if boundary is not None:
            found[LayerName.BOUNDARY] = bool(boundary)
        if session is not None:
            found[LayerName.SESSION] = bool(session)
        return found

    def _granted(self, named: Named, own: dict[LayerName, bool]) -> list[LayerName]:
        """What is missing between the caller's own side and the resource's: nothing, when it is granted."""
        caller = self._caller
        side = [layer for layer, allows in own.items() if not allows]
        if caller.kind in (CallerKind.ANONYMOUS, CallerKind.SERVICE, CallerKind.FEDERATED):
            return [] if named else [LayerName.RESOURCE]
        if caller.kind is CallerKind.ROOT and self._action == _ASSUMING[0]:
            return [LayerName.AWS]  # STS API Reference, AssumeRole: not with the root user's credentials
        if caller.account != self._request.resource_account:
            return side if named else [*side, LayerName.RESOURCE]
        if named is Named.ITSELF:
            return []
        if named is Named.ROLE:
            return [layer for layer in side if layer is not LayerName.IDENTITY]
        if named is Named.NOT and self._must_be_opened_by_resource:
            return [*side, LayerName.RESOURCE]
        return side

    @property
    def _must_be_opened_by_resource(self) -> bool:
        if self._action in _ASSUMING:
            return True
        parts = self._resource_asked.split(":", 5)
        return len(parts) == 6 and parts[2] == "kms" and parts[5].startswith("key/")

    def _is_fixed_by_aws(self) -> bool:
        resource = self._request.resource
        if self._action in _ROLE_CHANGES:
            return any(path in resource for path in _FIXED_ROLES)
        return self._action in _POLICY_CHANGES and ":iam::aws:policy/" in resource

    # ---- Layers ----------------------------------------------------------------------------------------------
    def _guards(self) -> Iterator[tuple[LayerName, list[Reason]]]:
        """What must allow whoever grants: endpoints and control policies, level by level."""
        caller = self._caller
        for policy in self._layers.endpoints or ():
            yield LayerName.ENDPOINT, self._allows(LayerName.ENDPOINT, [policy])
        if caller.is_in_an_account and not caller.is_service_linked:
            for level in self._layers.scps:
                yield LayerName.SCP, self._allows(LayerName.SCP, level.policies)
        if not caller.is_service_linked:
            for level in self._layers.rcps:
                self._allows(LayerName.RCP, level.policies)  # RCPFullAWSAccess is at every level: only denials count

    def _resource(self) -> tuple[Named, list[Reason]]:
        """How directly the resource's policy lets the caller in."""
        policy = self._layers.resource
        if policy is None:
            return Named.NOT, []
        found: list[Reason] = []
        best = Named.NOT
        for statement in policy.document.about(self._action):
            named = statement.names(self._caller, bounded=self._layers.boundaries is not None)
            if not named or not self._applies(statement):
                continue
            if statement.denies:
                self._denies.append(Reason(LayerName.RESOURCE, "Deny", policy.name, statement))
            elif statement.allows:
                best = max(best, named)
                found.append(Reason(LayerName.RESOURCE, "Allow", policy.name, statement))
        return best, found

    def _each_allows(self, layer: LayerName, policies: Sequence[Policy] | None) -> list[Reason] | None:
        """All of them must allow."""
        if policies is None:
            return None
        found = [self._allows(layer, [policy]) for policy in policies]
        return [reason for each in found for reason in each] if all(found) else []

    def _allows(self, layer: LayerName, policies: Sequence[Policy]) -> list[Reason]:
        """What allows; what denies is noted."""
        found: list[Reason] = []
        for policy in policies:
            for statement in policy.document.about(self._action):
                if statement.principals is not None and not statement.names(self._caller, bounded=False):
                    continue
                if not self._applies(statement):
                    continue
                if statement.denies:
                    self._denies.append(Reason(layer, "Deny", policy.name, statement))
                elif statement.allows:
                    found.append(Reason(layer, "Allow", policy.name, statement))
        return found

    def _applies(self, statement: Statement) -> bool:
        if not statement.covers(self._resource_asked, self._lookup):
            return False
        if not statement.tests:
            return True
        self._missing |= statement.missing(self._context)
        return statement.holds(self._context, self._lookup)

    def _lookup(self, key: str) -> str | None:
        """For variables: only keys with one value have one to put there."""
        values = self._context.get(key)
        if not values:
            self._missing.add(key)
            return None
        return values[0] if len(values) == 1 else None
