"""A question of the mirror: who asks, for what, the policies that bear on it, and what of them was not read.

What the mirror doesn't hold is named, never taken for empty. Context keys that nobody gave are unknown, but for those
that the mirror itself tells: who the principal is, its tags, its organization, the Region in an ARN.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from access.holders import Holder, holder_of
from access.lookup import MirrorLookup, PrincipalLookup
from access.request_context import UnknownContextKeys, facts_of_holder, facts_of_place
from access.resource_policies import is_assuming, is_bound_by_rcps, resource_policy_of
from access.resource_sides.kinds import POLICY_GIVEN
from access.resource_sides.lookup import ResourceSides, nobody
from access.resource_sides.values import ResourceSide, SaidByResource, SideNotRead
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.compiled import CompiledDocument
from policies.engine.conditions import Context
from policies.engine.evaluate import Decision, LayerName, LayerPolicy, Layers, Request, Verdict, evaluate
from policies.engine.identity_pools import issuer_for
from policies.engine.somewhere import ResourceContext, SomewhereQuestion, decisions, is_pattern

_NOWHERE = Surroundings("")
_ID_LENGTH = 12
_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
SESSION_POLICY, RESOURCE_POLICY = "session policy", POLICY_GIVEN  # what reasons call them
_RESOURCE_ACCOUNT = "aws:resourceaccount"


class UnanswerableQuestionError(ValueError):
    """Why a question has no answer, in a sentence."""


@dataclass(frozen=True)
class Situation:
    """`not_read`: for each layer that isn't, why, in a sentence. `is_own`: the mirror has the principal.

    `of_resource`: what is held of the resource's own say, where it has one and no trust policy is it.
    """

    request: Request
    layers: Layers
    not_read: Mapping[LayerName, str]
    is_own: bool
    place: Callable[[str], ResourceContext]
    of_resource: SaidByResource | None = None

    @property
    def unsure(self) -> tuple[str, ...]:
        """Sentences: what beside the policy of the resource has a say, and isn't known."""
        return self.of_resource.unsure if self.of_resource else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences: what beside it has a say, and is counted in it."""
        return self.of_resource.notes if self.of_resource else ()

    def verdict(self) -> Verdict:
        """It is unknown where a layer that isn't read, or a context key, can change it; and of a pattern, where it is
        one thing of some resources that it matches and another of others.
        """
        return self._judged(self.all_layers)

    @property
    def all_layers(self) -> Layers:
        """With those that aren't read."""
        return replace(self.layers, not_read=frozenset(self.not_read))

    @cached_property
    def differs(self) -> Mapping[Decision, str]:
        """Of a pattern of resources, by what was read: one of each decision, where some are allowed and others not."""
        found = self._decisions(self.read_layers()) or {}
        return {decision: one for decision, (one, _) in found.items()} if _is_mixed(found) else {}

    def _judged(self, layers: Layers) -> Verdict:
        if not self._is_about_pattern:
            return evaluate(self.request, layers)
        found = self._decisions(layers)
        if found and not _is_mixed(found):
            return next(iter(found.values()))[1]
        return Verdict(Decision.UNKNOWN, (), (), tuple(sorted(layers.not_read)))

    @property
    def _is_about_pattern(self) -> bool:
        return self.request.resource != "*" and is_pattern(self.request.resource)

    def _decisions(self, layers: Layers) -> Mapping[Decision, tuple[str, Verdict]] | None:
        request = self.request
        if not self._is_about_pattern:
            return None
        asked = SomewhereQuestion(
            request.caller, [request.action], request.resource, request.context, request.is_unknown, self.place
        )
        return decisions(asked, layers)

    def verdict_by_policies_read(self) -> Verdict:
        """By what was read: the rest is taken neither to deny nor to grant."""
        return self._judged(self.read_layers())

    def read_layers(self) -> Layers:
        """Those that were read, and in the place of the others what neither denies nor grants."""
        layers = replace(self.layers, may_be_granted=False, may_be_refused=False)
        if LayerName.RESOURCE in self.not_read:
            accounts = {self.request.resource_account, *([self.request.caller.account] if self.is_own else [])}
            layers = replace(layers, resource=delegating_to(*accounts))
        if LayerName.IDENTITY in self.not_read and not self.is_own:
            layers = replace(layers, identity=(EVERYTHING,))
        return layers


def _is_mixed(decisions: Collection[Decision]) -> bool:
    return len(decisions) > 1 and (Decision.ALLOWED in decisions or Decision.UNKNOWN in decisions)


EVERYTHING = LayerPolicy(
    "", CompiledDocument({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
)


def delegating_to(*account_ids: str) -> LayerPolicy:
    """A resource policy that leaves it to the AWS accounts' own policies, as a key's default policy does."""
    statement = {"Effect": "Allow", "Principal": {"AWS": list(account_ids)}, "Action": "*", "Resource": "*"}
    return LayerPolicy("", CompiledDocument({"Version": "2012-10-17", "Statement": [statement]}))


class Situations:
    """Questions of one AWS account: what several need is looked up once."""

    def __init__(
        self,
        aws_account: AwsAccount,
        lookup: PrincipalLookup | None = None,
        around: Callable[[str], Surroundings] = surroundings_of,
        may_see: Callable[[str], bool] = nobody,
    ) -> None:
        """`around`: what bounds an AWS account, by its id. `may_see`: whether something of another AWS account may be
        told: its principals, and its resources.
        """
        self._aws_account = aws_account
        self._surroundings_of = around
        self._may_see = may_see
        self._sides = ResourceSides(aws_account, may_see, around)
        self._lookup = lookup or MirrorLookup(aws_account)
        self._askers: dict[str, _Asker] = {}
        self._around: dict[str, Surroundings] = {}
        self._trusts: dict[str, LayerPolicy | None] = {}

    def of(
        self,
        principal: str,
        action: str,
        resource: str,
        context: Context,
        session: CompiledDocument | None = None,
        of_resource_policy: CompiledDocument | None = None,
    ) -> Situation:
        """`context` keys in lower case, a key without values for one that isn't in the request; of a resource whose ARN
        doesn't say so, such as a bucket, aws:resourceaccount says whose it is. `session`: the session policy, which
        limits those who have a session of a role. `of_resource_policy`: the policy of the resource, in place of the one
        that it has. Raises UnanswerableQuestionError.
        """
        check_action(action, resource)
        asker = self.asker(principal)
        caller, holder = asker.caller, asker.holder
        side = self._side(action, resource, context, of_resource_policy)
        owner = self._owner(resource, context, side)
        own = self._surroundings(caller.account or owner)
        of_resource = own if owner == own.account_id else self._surroundings(owner)
        known = facts_of_place(own if caller.is_in_an_account else _NOWHERE, of_resource, resource, action)
        known |= (facts_of_holder(holder) if holder else {}) | (dict(side.context) if side else {}) | dict(context)
        has_session = session is not None and asker.is_limited_by_session
        not_read = {**asker.not_read, **self._not_read(action, resource, own, of_resource, side)}
        if has_session and (caller.is_session or caller.kind is CallerKind.FEDERATED_USER):
            not_read.pop(LayerName.SESSION, None)
        pasted = None
        if of_resource_policy is not None and not_read.pop(LayerName.RESOURCE, ""):
            pasted = LayerPolicy(RESOURCE_POLICY, of_resource_policy)
        said = side.said_to(caller) if side else None
        held = said.policy if said else None
        layers = Layers(
            identity=holder.policies if holder else (),
            boundaries=(holder.boundary,) if holder and holder.boundary else None,
            session=(LayerPolicy(SESSION_POLICY, session),) if session is not None and has_session else None,
            resource=pasted or held or (self._trust(resource) if is_assuming(action, resource) else None),
            scps=own.scps,
            rcps=of_resource.rcps if is_bound_by_rcps(action) else (),
            may_be_granted=bool(said and said.may_be_granted),
            may_be_refused=bool(said and said.may_be_refused),
        )
        request = Request(caller, action, resource, owner, known, asker.unknown)

        def place(one: str) -> ResourceContext:
            where = self._owner(one, context, side)
            there = of_resource if where == owner else _NOWHERE
            return ResourceContext(where, facts_of_place(_NOWHERE, there, one, action), is_bound=where == owner)

        is_own = caller.account == self._aws_account.account_id or holder is not None
        return Situation(request, layers, not_read, is_own, place, said)

    def _side(
        self, action: str, resource: str, context: Context, instead: CompiledDocument | None
    ) -> ResourceSide | None:
        """None: it isn't read, or somebody supposes that it is another AWS account's."""
        found = self._sides.of(action, resource, instead)
        if not isinstance(found, ResourceSide):
            return None
        return found if _said_owner(context) in ("", found.account_id) else None

    def _owner(self, resource: str, context: Context, side: ResourceSide | None) -> str:
        held = side.account_id if side else ""
        return account_in(resource) or _said_owner(context) or held or self._aws_account.account_id

    def asker(self, principal: str) -> _Asker:
        """Raises UnanswerableQuestionError."""
        found = self._askers.get(principal)
        if found is None:
            found = self._askers[principal] = _asker(self._aws_account, self._lookup, self._may_see, principal)
        return found

    def _surroundings(self, account_id: str) -> Surroundings:
        if account_id not in self._around:
            self._around[account_id] = self._surroundings_of(account_id)
        return self._around[account_id]

    def _trust(self, resource: str) -> LayerPolicy | None:
        """Nobody may assume a role that isn't there."""
        if account_in(resource) != self._aws_account.account_id:
            return None
        if resource not in self._trusts:
            found = self._lookup.trust(resource)
            self._trusts[resource] = found or LayerPolicy(f"trust policy of {resource}", CompiledDocument({}))
        return self._trusts[resource]

    def _not_read(
        self, action: str, resource: str, own: Surroundings, of_resource: Surroundings, side: ResourceSide | None
    ) -> dict[LayerName, str]:
        """What isn't, whoever asks."""
        found: dict[LayerName, str] = {}
        if LayerName.SCP in own.not_read:
            found[LayerName.SCP] = own.not_read[LayerName.SCP]
        called = policy_not_read(self._aws_account.account_id, action, resource) if side is None else ""
        if called:
            unread = self._sides.of(action, resource)
            why = f" {unread.why}" if isinstance(unread, SideNotRead) and unread.why else ""
            said = f"The {called} ({resource}) is not in the mirror: it may allow this, or deny it."
            found[LayerName.RESOURCE] = f"{said}{why}"
        if is_bound_by_rcps(action) and LayerName.RCP in of_resource.not_read:
            found[LayerName.RCP] = of_resource.not_read[LayerName.RCP]
        return found


def _said_owner(context: Context) -> str:
    """The AWS account that owns the resource, as far as the request says so."""
    said = context.get(_RESOURCE_ACCOUNT) or ()
    return said[0] if len(said) == 1 and len(said[0]) == _ID_LENGTH and said[0].isdecimal() else ""


def situation_of(
    aws_account: AwsAccount,
    principal: str,
    action: str,
    resource: str,
    context: Context,
    session: CompiledDocument | None = None,
    of_resource_policy: CompiledDocument | None = None,
    may_see: Callable[[str], bool] = nobody,
) -> Situation:
    """One question of the mirror, as `Situations.of` has it."""
    asked = Situations(aws_account, may_see=may_see)
    return asked.of(principal, action, resource, context, session, of_resource_policy)


def check_action(action: str, resource: str) -> None:
    """Raises UnanswerableQuestionError where it isn't one action, or is one that is decided role by role."""
    if ":" not in action:
        raise UnanswerableQuestionError(f"{action!r} is no action: it must be written as service:Action.")
    if "*" in action or "?" in action:
        raise UnanswerableQuestionError(f"{action!r} stands for several actions: ask of one. who_can takes patterns.")
    if is_assuming(action, resource) and is_pattern(resource):
        raise UnanswerableQuestionError(f"{resource!r} stands for several roles: ask of one. who_can takes patterns.")


@dataclass(frozen=True)
class _Asker:
    """`holder`: what the mirror has of them. `not_read`: of their own side."""

    caller: Caller
    holder: Holder | None
    not_read: Mapping[LayerName, str]
    unknown: UnknownContextKeys

    @property
    def is_limited_by_session(self) -> bool:
        """Session policies limit those who have a session: of a role, or that GetFederationToken gave a user."""
        return self.caller.kind in (CallerKind.ROLE, CallerKind.FEDERATED_USER)


def _asker(aws_account: AwsAccount, lookup: PrincipalLookup, may_see: Callable[[str], bool], principal: str) -> _Asker:
    try:
        caller = caller_of(principal)
    except ValueError as problem:
        raise UnanswerableQuestionError(str(problem)) from problem
    holder = None
    if caller.account == aws_account.account_id and caller.kind in (CallerKind.USER, CallerKind.ROLE):
        holder = lookup.holder(caller)
        if holder is None:
            what = "user" if caller.kind is CallerKind.USER else "role"
            raise UnanswerableQuestionError(
                f"The mirror of {aws_account} has no {what} {caller.name!r} with this ARN: {caller.arn}."
            )
    elif caller.kind in (CallerKind.USER, CallerKind.ROLE) and may_see(caller.account):
        other = AwsAccount.objects.filter(account_id=caller.account).first()
        holder = holder_of(other, caller) if other else None
    return _Asker(caller, holder, _not_read(aws_account, caller, holder), UnknownContextKeys(caller, holder))


def _not_read(aws_account: AwsAccount, caller: Caller, holder: Holder | None) -> dict[LayerName, str]:
    """Of the caller's own side."""
    found: dict[LayerName, str] = {}
    if holder:
        found = dict.fromkeys(
            holder.not_read, "The mirror lacks the document of a policy: pull this AWS account again."
        )
        if is_for_guests(holder):
            found[LayerName.SESSION] = (
                "Amazon Cognito gives its guests a session policy of its own, unless the pool uses the classic flow."
            )
    elif caller.account and caller.account != aws_account.account_id and caller.kind is not CallerKind.ROOT:
        found[LayerName.IDENTITY] = (
            f"AWS account {caller.account} is another one: what its own policies say isn't asked here."
        )
    if caller.kind is CallerKind.FEDERATED_USER:
        found[LayerName.IDENTITY] = (
            "A federated user has what the user who made the session has, which the ARN doesn't say."
        )
    if ":assumed-role/" in caller.arn or caller.kind is CallerKind.FEDERATED_USER:
        found[LayerName.SESSION] = (
            "Whoever began this session may have given it a session policy, which only AWS knows."
        )
    return found


def is_for_guests(holder: Holder) -> bool:
    """Whether an identity pool may give the role to people who haven't signed in.

    Amazon Cognito Developer Guide, "IAM roles", "Services that you can access with unauthenticated identities".
    """
    if holder.trust is None:
        return False
    issuer = issuer_for(holder.arn)
    context = {issuer.amr: ("unauthenticated",)}
    guest = caller_of(issuer.federated)
    request = Request(guest, _WEB_IDENTITY, holder.arn, holder.caller.account, context, lambda key: True)
    return evaluate(request, Layers(resource=holder.trust)).decision in (Decision.ALLOWED, Decision.UNKNOWN)


def policy_not_read(account_id: str, action: str, resource: str) -> str:
    """What the policy of the resource is called that the mirror of this AWS account hasn't; "" where there is none."""
    if is_assuming(action, resource):
        return "trust policy" if account_in(resource) != account_id else ""
    return resource_policy_of(resource)
