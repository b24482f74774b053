"""A question of the mirror: who asks, for what, the policies that bear on it, and what of them was not read.

What the mirror doesn't hold is named, never taken for empty. Context keys that nobody gave are unknown, but for those
that the mirror itself tells: who the principal is, its tags, its organization, the Region in an ARN.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from access.holders import Holder
from access.lookup import MirrorLookup, PrincipalLookup
from access.resource_policies import is_bound_by_rcps, resource_policy_of
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.compiled import CompiledDocument
from policies.engine.conditions import Context
from policies.engine.evaluate import Decision, LayerName, LayerPolicy, Layers, Request, Verdict, evaluate
from policies.engine.identity_pools import issuer_for
from policies.engine.regions import only_region
from policies.engine.somewhere import ResourceContext, SomewhereQuestion, decisions, is_pattern

_ASSUMES = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
)
# IAM User Guide, "AWS global condition context keys": only in requests that AWS services make.
_OF_SERVICES = frozenset(
    {
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
    }
)
# Same page: only of those who are in an AWS account, or in its organization.
_OF_ACCOUNTS = frozenset({"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"})
_NOWHERE = Surroundings("")
_ID_LENGTH = 12
_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
SESSION_POLICY, RESOURCE_POLICY = "session policy", "policy of the resource"  # what reasons call them
_RESOURCE_ACCOUNT = "aws:resourceaccount"


class UnanswerableQuestionError(ValueError):
    """Why a question has no answer, in a sentence."""


@dataclass(frozen=True)
class Situation:
    """`not_read`: for each layer that isn't, why, in a sentence. `is_own`: the mirror has the principal."""

    request: Request
    layers: Layers
    not_read: Mapping[LayerName, str]
    is_own: bool
    place: Callable[[str], ResourceContext]

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
        """By the layers that were read: the others are taken neither to deny nor to grant."""
        return self._judged(self.read_layers())

    def read_layers(self) -> Layers:
        """Those that were read, and in the place of the others what neither denies nor grants."""
        layers = self.layers
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
    ) -> None:
        """`around`: what bounds an AWS account, by its id."""
        self._aws_account = aws_account
        self._surroundings_of = around
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
        limits those who have a session of a role. `of_resource_policy`: the policy of the resource, where the mirror
        doesn't hold it. Raises UnanswerableQuestionError.
        """
        check_action(action, resource)
        asker = self.asker(principal)
        caller, holder = asker.caller, asker.holder
        owner = account_in(resource) or _said_owner(context) or self._aws_account.account_id
        own = self._surroundings(caller.account or owner)
        of_resource = own if owner == own.account_id else self._surroundings(owner)
        known = facts_of_place(own if caller.is_in_an_account else _NOWHERE, of_resource, resource, action)
        known |= (facts_of_holder(holder) if holder else {}) | dict(context)
        has_session = session is not None and asker.is_limited_by_session
        not_read = {**asker.not_read, **self._not_read(action, resource, own, of_resource)}
        if has_session and (caller.is_session or caller.kind is CallerKind.FEDERATED_USER):
            not_read.pop(LayerName.SESSION, None)
        pasted = None
        if of_resource_policy is not None and not_read.pop(LayerName.RESOURCE, ""):
            pasted = LayerPolicy(RESOURCE_POLICY, of_resource_policy)
        layers = Layers(
            identity=holder.policies if holder else (),
            boundaries=(holder.boundary,) if holder and holder.boundary else None,
            session=(LayerPolicy(SESSION_POLICY, session),) if session is not None and has_session else None,
            resource=pasted or (self._trust(resource) if is_assuming(action, resource) else None),
            scps=own.scps,
            rcps=of_resource.rcps if is_bound_by_rcps(action) else (),
        )
        request = Request(caller, action, resource, owner, known, asker.unknown)

        def place(one: str) -> ResourceContext:
            where = account_in(one) or _said_owner(context) or self._aws_account.account_id
            there = of_resource if where == owner else _NOWHERE
            return ResourceContext(where, facts_of_place(_NOWHERE, there, one, action), is_bound=where == owner)

        return Situation(request, layers, not_read, caller.account == self._aws_account.account_id, place)

    def asker(self, principal: str) -> _Asker:
        """Raises UnanswerableQuestionError."""
        found = self._askers.get(principal)
        if found is None:
            found = self._askers[principal] = _asker(self._aws_account, self._lookup, principal)
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
        self, action: str, resource: str, own: Surroundings, of_resource: Surroundings
    ) -> dict[LayerName, str]:
        """What isn't, whoever asks."""
        found: dict[LayerName, str] = {}
        if LayerName.SCP in own.not_read:
            found[LayerName.SCP] = own.not_read[LayerName.SCP]
        if called := policy_not_read(self._aws_account.account_id, action, resource):
            found[LayerName.RESOURCE] = (
                f"The {called} ({resource}) is not in the mirror: it may allow this, or deny it."
            )
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
) -> Situation:
    """One question of the mirror, as `Situations.of` has it."""
    return Situations(aws_account).of(principal, action, resource, context, session, of_resource_policy)


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


def _asker(aws_account: AwsAccount, lookup: PrincipalLookup, principal: str) -> _Asker:
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


def is_assuming(action: str, resource: str) -> bool:
    """Whether the trust policy of a role decides."""
    return action.lower() in _ASSUMES and ":role/" in resource


def policy_not_read(account_id: str, action: str, resource: str) -> str:
    """What the policy of the resource is called that the mirror of this AWS account hasn't; "" where there is none."""
    if is_assuming(action, resource):
        return "trust policy" if account_in(resource) != account_id else ""
    return resource_policy_of(resource)


# ---- The context ---------------------------------------------------------------------------------------------
def facts_of_place(
    own: Surroundings, of_resource: Surroundings, resource: str, action: str = ""
) -> dict[str, tuple[str, ...]]:
    """The context keys that the place of principal and resource tells; with an action, that of a global service, too.

    IAM User Guide, "AWS global condition context keys".
    """
    found: dict[str, tuple[str, ...]] = {}
    parts = resource.split(":", 5)
    region = (parts[3] or only_region(action, parts[1])) if len(parts) == 6 else ""
    if region and "*" not in region and "?" not in region:
        found["aws:requestedregion"] = (region,)
    if own.organization_id:
        found["aws:principalorgid"] = (own.organization_id,)
        found["aws:principalorgpaths"] = (own.organization_path,)
    if of_resource.organization_id:
        found["aws:resourceorgid"] = (of_resource.organization_id,)
        found["aws:resourceorgpaths"] = (of_resource.organization_path,)
    return found


def facts_of_holder(holder: Holder) -> dict[str, tuple[str, ...]]:
    """A tag of a session takes the place of its role's (IAM User Guide, "Pass session tags in AWS STS")."""
    tags = {} if may_be_tagged(holder) else holder.tags
    found: dict[str, tuple[str, ...]] = {
        f"aws:principaltag/{key.lower()}": (str(value),) for key, value in tags.items()
    }
    if not holder.is_role:
        found["aws:userid"] = (holder.unique_id,)
    return found


class UnknownContextKeys:
    """Says of a context key that nobody gave whether it may be there all the same."""

    __slots__ = ("_absent", "_tags_are_known")

    def __init__(self, caller: Caller, holder: Holder | None) -> None:
        self._absent = _OF_SERVICES if caller.is_in_an_account else frozenset()
        if caller.kind is not CallerKind.USER and not (caller.is_in_an_account and not caller.arn):
            self._absent |= {"aws:username"}
        if caller.kind in (CallerKind.SERVICE, CallerKind.ANONYMOUS):
            self._absent |= _OF_ACCOUNTS
        self._tags_are_known = holder is not None and not may_be_tagged(holder)

    def __call__(self, key: str) -> bool:
        if self._tags_are_known and key.startswith("aws:principaltag/"):
            return False
        return key not in self._absent


def may_be_tagged(holder: Holder) -> bool:
    """Whether a session may have tags that the role itself doesn't."""
    return holder.trust is not None and any(each.allows for each in holder.trust.document.about("sts:tagsession"))
