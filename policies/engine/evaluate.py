"""Evaluates a request: whether AWS allows it, and why, by all layers of policies.

IAM User Guide, "Policy evaluation logic" and, for actions that take no resource, "IAM JSON policy elements: Resource";
AWS Organizations User Guide, "SCP evaluation" and "RCP evaluation". Here each layer says what it allows and denies;
`combine.py` makes one decision of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.engine.callers import USER_ID, CallerKind, NamingDirectness
from policies.engine.catalogue import asked_on
from policies.engine.combine import Decision, LayerDecisions, RequestTraits, blocked, decide
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.layers import ControlPolicyLevel, Facts, LayerName, LayerPolicy, Layers, Request
from policies.engine.statements import statement_name
from policies.engine.truth import MAYBE, NO, YES, Truth

__all__ = [
    "ControlPolicyLevel",
    "Decision",
    "Examination",
    "LayerName",
    "LayerPolicy",
    "Layers",
    "Request",
    "Verdict",
    "VerdictReason",
    "beside_policies",
    "context_of",
    "evaluate",
    "examine",
    "resource_asked",
    "terms_of",
    "whatever_policies_say",
    "who_needs_no_policy",
]


@dataclass(frozen=True)
class VerdictReason:
    """A statement that decided, or (`effect` "ImplicitDeny") a layer in which none allows.

    `depends_on`: the context keys that would say whether it applies; then it may decide.
    """

    layer: LayerName
    effect: str
    policy: str = ""
    statement: CompiledStatement | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def which(self) -> str | int | None:
        """The statement by its Sid, or by its place from 0."""
        return None if self.statement is None else self.statement.sid or self.statement.index

    @property
    def named(self) -> str:
        """As pages and commands say it to people, and as lint does: by its Sid, or by its place from 1."""
        return "" if self.which is None else statement_name(self.which)


@dataclass(frozen=True)
class Verdict:
    """`missing_context`: keys that conditions ask for and the request doesn't say; of a request for which such keys are
    unknown (and not absent), those on which the decision hangs."""

    decision: Decision
    reasons: tuple[VerdictReason, ...]
    missing_context: tuple[str, ...] = ()
    not_read: tuple[LayerName, ...] = ()


# Those that only the trust policy of the role can open: an identity policy alone is useless there. Tags, source
# identity and context of a session are asked for beside the action that begins it (IAM User Guide, "Pass session tags
# in AWS STS", "Monitor and control actions taken with assumed roles", "Granting permissions to use identity-enhanced
# console sessions").
_ASSUMES_ROLE = "sts:assumerole"
_ASSUMING = (_ASSUMES_ROLE, "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:assumeroot")
_BESIDE_ASSUMING = ("sts:tagsession", "sts:setsourceidentity", "sts:setcontext")
_NAMES_OF_SERVICE = "aws:principalservicenameslist"
_GET_CALLER_IDENTITY = "sts:getcalleridentity"
# With the long-term credentials of a user or of the root user only (STS API Reference, "GetSessionToken",
# "GetFederationToken").
_GET_SESSION_TOKEN, _GET_FEDERATION_TOKEN = "sts:getsessiontoken", "sts:getfederationtoken"
_WITH_LONG_TERM_CREDENTIALS = (CallerKind.USER, CallerKind.ROOT)
_FIXED_ROLES = (":role/aws-service-role/", ":role/aws-reserved/")
_ROLE_CHANGES = frozenset(
    f"iam:{name.lower()}"
    for name in (
        "AttachRolePolicy",
        "DeleteRole",
        "DeleteRolePermissionsBoundary",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutRolePermissionsBoundary",
        "PutRolePolicy",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
    )
)
_POLICY_CHANGES = frozenset(
    f"iam:{name.lower()}"
    for name in (
        "CreatePolicyVersion",
        "DeletePolicy",
        "DeletePolicyVersion",
        "SetDefaultPolicyVersion",
        "TagPolicy",
        "UntagPolicy",
    )
)


def evaluate(request: Request, layers: Layers) -> Verdict:
    """Takes any request and any documents; never raises."""
    return _Evaluation(request, layers).verdict()


@dataclass(frozen=True)
class Examination:
    """What each layer says of a request, whatever comes of it.

    `applying`: the statements that apply; `perhaps`: those that may, by context keys that aren't known. `unmet`: the
    layers that would have to allow it and don't, for sure, nothing denied; `perhaps_unmet`: with those that may.
    """

    verdict: Verdict
    applying: tuple[VerdictReason, ...] = ()
    perhaps: tuple[VerdictReason, ...] = ()
    unmet: tuple[LayerName, ...] = ()
    perhaps_unmet: tuple[LayerName, ...] = ()


def examine(request: Request, layers: Layers) -> Examination:
    """The verdict with all that it is made of, as by which layer the request would be stopped next."""
    return _Evaluation(request, layers).examination()


def context_of(request: Request) -> Context:
    """With what caller and resource say by themselves. Where keys may be unknown, so are a service's other names."""
    own = request.caller.keys
    if request.is_unknown:
        own = {key: values for key, values in own.items() if key != _NAMES_OF_SERVICE}
    return {"aws:resourceaccount": (request.resource_account,), **own, **request.context}


def terms_of(request: Request) -> RequestTraits:
    action, caller = request.action.lower(), request.caller
    same_account = caller.account == request.resource_account
    opened_by_resource = _is_opened_by_resource(action, resource_asked(request))
    return RequestTraits(caller.kind, same_account, opened_by_resource, action == _ASSUMES_ROLE)


def resource_asked(request: Request) -> str:
    """On what the request is decided: actions that take no resource are allowed or denied on everything."""
    partition = request.caller.partition or _partition_of(request.resource)
    return asked_on(request.action.lower(), partition) or request.resource


def _partition_of(resource: str) -> str:
    return resource.split(":", 2)[1] if resource.startswith("arn:") else ""


def _is_opened_by_resource(action: str, resource: str) -> bool:
    if action in _ASSUMING:
        return True
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return False
    if action in _BESIDE_ASSUMING:
        return parts[2] == "iam" and parts[5].startswith("role/")
    return parts[2] == "kms" and parts[5].startswith("key/")


def whatever_policies_say(kind: CallerKind, action: str) -> Decision | None:
    """What AWS decides of callers of a kind for an action (in lower case) on anything; None where policies count.

    STS API Reference, "GetCallerIdentity"; IAM User Guide, "Permissions for GetSessionToken" ("No permissions are
    required", "You cannot use policies to control authentication operations") and "Compare AWS STS credentials".
    """
    if not action.startswith("sts:") or kind is CallerKind.ANONYMOUS:
        return None
    if action == _GET_CALLER_IDENTITY:
        return Decision.ALLOWED
    if kind is CallerKind.FEDERATED_USER:
        return Decision.IMPLICIT_DENY
    if action == _GET_SESSION_TOKEN:
        return Decision.ALLOWED if kind in _WITH_LONG_TERM_CREDENTIALS else Decision.IMPLICIT_DENY
    if action == _GET_FEDERATION_TOKEN and kind not in _WITH_LONG_TERM_CREDENTIALS:
        return Decision.IMPLICIT_DENY
    return None


def who_needs_no_policy(action: str) -> frozenset[CallerKind]:
    """The callers whom AWS lets do an action (in lower case) whatever policies say."""
    return frozenset(kind for kind in CallerKind if whatever_policies_say(kind, action) is Decision.ALLOWED)


def beside_policies(request: Request) -> Decision | None:
    """What AWS decides whatever policies say."""
    action, resource = request.action.lower(), request.resource
    if found := whatever_policies_say(request.caller.kind, action):
        return found
    if action in _ROLE_CHANGES and any(path in resource for path in _FIXED_ROLES):
        return Decision.IMPLICIT_DENY
    if action in _POLICY_CHANGES and ":iam::aws:policy/" in resource:
        return Decision.IMPLICIT_DENY
    return None


def _assumes_service_linked_role(request: Request) -> bool:
    """Organizations User Guide, "Resources and entities not restricted by RCPs": they have no effect on the trust
    policies of such roles."""
    return request.action.lower() in _ASSUMING and _FIXED_ROLES[0] in request.resource


def _that_bind(request: Request, layers: frozenset[LayerName]) -> frozenset[LayerName]:
    """Of layers that aren't read, those that could limit the caller at all."""
    if _assumes_service_linked_role(request):
        layers -= {LayerName.RCP}
    caller = request.caller
    if caller.is_service_linked:
        return layers - {LayerName.SCP, LayerName.RCP}
    if caller.kind is CallerKind.ROOT:
        return layers - {LayerName.IDENTITY, LayerName.BOUNDARY}
    return layers if caller.is_in_an_account else layers - {LayerName.SCP}


class _Evaluation:
    def __init__(self, request: Request, layers: Layers) -> None:
        self._request = request
        self._layers = layers
        self._caller = request.caller
        self._action = request.action.lower()
        self._resource = resource_asked(request)
        self._facts = Facts(context_of(request), request.is_unknown)
        self._not_read = layers.not_read and _that_bind(request, layers.not_read)
        self._allowing: list[VerdictReason] = []
        self._denying: list[VerdictReason] = []
        self._perhaps: list[VerdictReason] = []  # those that may apply

    def verdict(self) -> Verdict:
        if found := beside_policies(self._request):
            effect = "Allow" if found is Decision.ALLOWED else "ImplicitDeny"
            return Verdict(found, (VerdictReason(LayerName.AWS, effect),))
        return self._of(self._said())

    def _of(self, said: LayerDecisions) -> Verdict:
        decision, unmet = decide(terms_of(self._request), said)
        not_read = tuple(sorted(self._not_read))
        if decision is Decision.UNKNOWN:
            return self._unknown(said, unmet, not_read)
        reasons = {
            Decision.EXPLICIT_DENY: self._denying,
            Decision.IMPLICIT_DENY: [VerdictReason(layer, "ImplicitDeny") for layer in unmet],
            Decision.ALLOWED: self._allowing,
        }[decision]
        missing = () if self._request.is_unknown else tuple(sorted(self._facts.missing))
        return Verdict(decision, tuple(reasons), missing, not_read)

    def examination(self) -> Examination:
        if beside_policies(self._request):
            return Examination(self.verdict())
        said, terms = self._said(), terms_of(self._request)
        return Examination(
            self._of(said),
            (*self._allowing, *self._denying),
            tuple(self._perhaps),
            tuple(blocked(terms, said, MAYBE)),
            tuple(blocked(terms, said, YES)),
        )

    def _unknown(self, said: LayerDecisions, unmet: Sequence[LayerName], not_read: tuple[LayerName, ...]) -> Verdict:
        """It depends on what may deny, what may allow in layers that else don't, and what may let in past these."""
        opened = blocked(terms_of(self._request), said._replace(surely=said.perhaps), YES)
        layers = {*unmet, LayerName.RESOURCE} if opened != unmet else set(unmet)
        decisive = [reason for reason in self._perhaps if reason.effect == "Deny" or reason.layer in layers]
        keys = {key for reason in decisive for key in reason.depends_on}
        return Verdict(Decision.UNKNOWN, (*self._allowing, *decisive), tuple(sorted(keys)), not_read)

    # ---- Layers ----------------------------------------------------------------------------------------------
    def _said(self) -> LayerDecisions:
        layers, not_read = self._layers, self._not_read
        guards = tuple(self._guards())
        identity = self._allows(LayerName.IDENTITY, layers.identity)
        boundary = self._each_allows(LayerName.BOUNDARY, layers.boundaries)
        session = self._session()
        surely, perhaps = self._resource_says()
        if self._caller.kind is CallerKind.ROOT:
            identity, boundary = YES, None
            self._allowing.append(VerdictReason(LayerName.AWS, "Allow"))
        denies = YES if self._denying else NO
        if not_read:
            identity = max(identity, MAYBE) if LayerName.IDENTITY in not_read else identity
            boundary = MAYBE if LayerName.BOUNDARY in not_read else boundary
            session = MAYBE if LayerName.SESSION in not_read else session
            perhaps = NamingDirectness.ITSELF if LayerName.RESOURCE in not_read else perhaps
        perhaps = NamingDirectness.ITSELF if layers.may_be_granted else perhaps
        may_deny = not_read or layers.may_be_refused or any(reason.effect == "Deny" for reason in self._perhaps)
        denies = MAYBE if denies is NO and may_deny else denies
        return LayerDecisions(identity, boundary, session, surely, perhaps, guards, denies)

    def _session(self) -> Truth | None:
        """A federated user has no permissions without a session policy (IAM User Guide, "Permissions for
        GetFederationToken"): only what a resource's policy grants them themselves."""
        policies = self._layers.session
        if policies is None:
            return NO if self._caller.kind is CallerKind.FEDERATED_USER else None
        return self._allows(LayerName.SESSION, policies)

    def _guards(self) -> Iterator[tuple[LayerName, Truth]]:
        """What must allow whoever grants: endpoints and control policies, level by level."""
        caller, layers = self._caller, self._layers
        for policy in layers.endpoints or ():
            yield LayerName.ENDPOINT, self._allows(LayerName.ENDPOINT, [policy])
        if caller.is_in_an_account and not caller.is_service_linked:
            for level in layers.scps:
                yield LayerName.SCP, self._allows(LayerName.SCP, level.policies)
            if LayerName.SCP in self._not_read:
                yield LayerName.SCP, MAYBE
        if not (caller.is_service_linked or _assumes_service_linked_role(self._request)):
            for level in layers.rcps:
                self._allows(LayerName.RCP, level.policies)  # RCPFullAWSAccess is at every level: only denials count

    def _resource_says(self) -> tuple[NamingDirectness, NamingDirectness]:
        """How directly the resource's policy lets the caller in: surely, and perhaps."""
        policy = self._layers.resource
        surely = perhaps = NamingDirectness.NOT
        if policy is None:
            return surely, perhaps
        for statement in policy.document.about(self._action):
            bounded = self._layers.boundaries is not None
            named, may_be = statement.naming(self._caller, self._facts.values_of(USER_ID), bounded=bounded)
            if not may_be:
                continue
            applies = self._note(LayerName.RESOURCE, policy, statement, is_named=named is not NamingDirectness.NOT)
            if statement.allows and applies:
                perhaps = max(perhaps, may_be)
                surely = max(surely, named) if applies is YES else surely
        return surely, perhaps

    def _each_allows(self, layer: LayerName, policies: Sequence[LayerPolicy] | None) -> Truth | None:
        """All of them must allow."""
        if policies is None:
            return None
        return min((self._allows(layer, [policy]) for policy in policies), default=NO)

    def _allows(self, layer: LayerName, policies: Sequence[LayerPolicy]) -> Truth:
        found = NO
        for policy in policies:
            for statement in policy.document.about(self._action):
                if statement.principals is not None and not statement.names(self._caller, bounded=False):
                    continue
                applies = self._note(layer, policy, statement)
                if statement.allows and applies > found:
                    found = applies
        return found

    def _note(
        self, layer: LayerName, policy: LayerPolicy, statement: CompiledStatement, *, is_named: bool = True
    ) -> Truth:
        """Whether the statement applies; if so, it is kept as a reason. `is_named`: else it is about some session."""
        applies = self._facts.applies(statement, self._resource)
        applies = applies if is_named else min(applies, MAYBE)
        if applies is NO or not (statement.allows or statement.denies):
            return NO
        effect = "Deny" if statement.denies else "Allow"
        if applies is YES:
            into = self._denying if statement.denies else self._allowing
            into.append(VerdictReason(layer, effect, policy.name, statement))
        else:
            keys = self._facts.depends_on(statement, self._resource)
            keys = keys if is_named else tuple(sorted({*keys, USER_ID}))
            self._perhaps.append(VerdictReason(layer, effect, policy.name, statement, keys))
        return applies
