"""The objects of an AWS account that techniques use, beside its principals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import F, Q

from access.escalation.elsewhere import RoleElsewhere, digest_of_roles, roles_elsewhere
from access.escalation.techniques import ProviderByArn, Technique
from access.holders import Holder, documents_of
from access.index import CachedIndex, Index, cached_index
from access.rows import Row, digest_of
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from identities.models import IamUser, InstanceProfile
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.evaluate import LayerPolicy, Layers, Request, evaluate
from policies.engine.layers import LayerName
from policies.models import PolicyVersion
from policies.organizations.selectors import own_organization, tree_over

_SOME_CLIENT = "some-client-of-its-own"


@dataclass(frozen=True)
class UserCredentials:
    """Of a user. None: not known."""

    keys: int | None = None
    has_password: bool | None = None
    mfa: int | None = None


@dataclass(frozen=True)
class EscalationAccount:
    """`groups`: policies by the ARN of the group. `managed`: customer managed policies by ARN, in force, also those
    that nobody has. `older`: versions not in force, by the ARN of the policy.

    `profiled`: the roles that are in an instance profile; None where nobody knows. `identity_center`: permission sets
    may be managed in it (IAM Identity Center User Guide, "Delegated administration": in the management account of an
    organization, or in the delegated administrator's). `elsewhere`: the roles of other AWS accounts that lead to an
    administrator and may let in somebody of this one.
    """

    index: Index
    partition: str = "aws"
    groups: Mapping[str, tuple[LayerPolicy, ...]] = field(default_factory=dict)
    managed: Mapping[str, LayerPolicy] = field(default_factory=dict)
    older: Mapping[str, tuple[LayerPolicy, ...]] = field(default_factory=dict)
    credentials: Mapping[str, UserCredentials] = field(default_factory=dict)
    profiled: frozenset[str] | None = None
    identity_center: bool = False
    elsewhere: tuple[RoleElsewhere, ...] = ()
    _trusting: dict[str, frozenset[int]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def account_id(self) -> str:
        return self.index.surroundings.account_id

    def trusting(self, service: str) -> frozenset[int]:
        """The roles that the service may assume."""
        if service not in self._trusting:
            by_trust: dict[int, bool] = {}
            found = set()
            for number, holder in enumerate(self.index.holders):
                if holder.trust and not holder.caller.is_service_linked:
                    document = id(holder.trust.document)
                    if document not in by_trust:
                        by_trust[document] = _trusts(holder, holder.trust, service)
                    if by_trust[document]:
                        found.add(number)
            self._trusting[service] = frozenset(found)
        return self._trusting[service]

    def providers_of(self, holder: Holder, technique: Technique) -> list[str]:
        """The identity providers of the AWS account, of the technique's kind, whose people may assume the role."""
        kind, trust = technique.provider, holder.trust
        if kind is None or trust is None:
            return []
        listed = (
            name
            for statement in trust.document.statements
            if statement.allows and statement.principals is not None
            for name in statement.principals.listed
        )
        own = [name for name in dict.fromkeys(listed) if kind.value in name]
        return [name for name in own if account_in(name) == holder.caller.account and _lets_in(name, holder, technique)]


def _lets_in(provider: str, holder: Holder, technique: Technique) -> bool:
    """Whether the role takes some person of the provider; if need be, whoever the token was issued to."""
    is_saml = technique.provider is ProviderByArn.SAML
    action = "sts:AssumeRoleWithSAML" if is_saml else "sts:AssumeRoleWithWebIdentity"
    url = provider.partition(ProviderByArn.OIDC.value)[2].lower()
    known = {f"{url}:aud": (_SOME_CLIENT,)} if technique.any_client else {}
    request = Request(caller_of(provider), action, holder.arn, holder.caller.account, known, lambda key: True)
    decision = evaluate(request, Layers(resource=holder.trust)).decision
    return decision in (Decision.ALLOWED, Decision.UNKNOWN)


def _trusts(holder: Holder, trust: LayerPolicy, service: str) -> bool:
    if not _names(trust, service):
        return False
    action = "sts:AssumeRoleWithWebIdentity" if service.startswith("cognito-identity") else "sts:AssumeRole"
    request = Request(caller_of(service), action, holder.arn, holder.caller.account, {}, lambda key: True)
    return evaluate(request, Layers(resource=trust)).decision in (Decision.ALLOWED, Decision.UNKNOWN)


def _names(trust: LayerPolicy, service: str) -> bool:
    return any(
        statement.allows and statement.principals is not None and service in statement.principals.listed
        for statement in trust.document.statements
    )


@dataclass(frozen=True)
class EscalationRows:
    """The rows that techniques use and that aren't in the index."""

    profiled: Sequence[Row]  # ARN of a role that is in an instance profile
    users: Sequence[Row]  # ARN, access keys, whether there is a password, MFA devices
    versions: Sequence[Row]  # ARN of a customer managed policy, a version, whether it is in force, its document
    identity_center: bool = False
    elsewhere: tuple[RoleElsewhere, ...] = ()

    @classmethod
    def of(cls, aws_account: AwsAccount, cached: CachedIndex) -> EscalationRows:
        """Read anew where they were written since `cached` remembers them."""
        found: EscalationRows = cached.beside or cls._read(aws_account)
        runs = _may_run_identity_center(aws_account, cached.surroundings)
        elsewhere = roles_elsewhere(aws_account)
        if found.identity_center is not runs or digest_of_roles(found.elsewhere) != digest_of_roles(elsewhere):
            found = replace(found, identity_center=runs, elsewhere=elsewhere)
        cached.beside = found
        return found

    @classmethod
    def _read(cls, aws_account: AwsAccount) -> EscalationRows:
        profiles = InstanceProfile.objects.live().filter(aws_account=aws_account, role__isnull=False)
        users = IamUser.objects.live().filter(aws_account=aws_account)
        versions = PolicyVersion.objects.filter(
            policy__aws_account=aws_account, policy__is_aws=False, policy__gone_at=None, gone_at=None
        ).annotate(in_force=Q(version_id=F("policy__default_version")))
        return cls(
            list(profiles.order_by("pk").values_list("role__arn")),
            list(users.order_by("pk").values_list("arn", "key_count", "has_password", "mfa_count")),
            list(versions.order_by("pk").values_list("policy__arn", "version_id", "in_force", "document__text_hash")),
        )

    @cached_property
    def digest(self) -> bytes:
        return digest_of(
            self.profiled, self.users, self.versions, [(self.identity_center,)], digest_of_roles(self.elsewhere)
        )


def _may_run_identity_center(aws_account: AwsAccount, surroundings: Surroundings) -> bool:
    """Also where it isn't known whether it is in an organization."""
    own, tree = own_organization(aws_account.account_id), tree_over(aws_account.account_id)
    organization = own or (tree.organization if tree else None)
    if organization is None:
        return LayerName.SCP in surroundings.not_read
    return bool(organization.management_id == aws_account.account_id or (own and own.delegated))


def account_of(aws_account: AwsAccount) -> EscalationAccount:
    cached = cached_index(aws_account)
    return escalation_account(cached, EscalationRows.of(aws_account, cached), aws_account.partition)


def escalation_account(cached: CachedIndex, beside: EscalationRows, partition: str) -> EscalationAccount:
    older: dict[str, list[LayerPolicy]] = defaultdict(list)
    managed: dict[str, LayerPolicy] = {}
    documents = documents_of({text for *_, text in beside.versions}, cached.documents)
    for arn, version, is_in_force, text in beside.versions:
        if is_in_force:
            managed[arn] = LayerPolicy(arn, documents[text])
        else:
            older[arn].append(LayerPolicy(f"{arn} {version}", documents[text]))
    return EscalationAccount(
        cached.index,
        partition,
        cached.groups,
        managed,
        {arn: tuple(versions) for arn, versions in older.items()},
        {arn: UserCredentials(*known) for arn, *known in beside.users},
        frozenset(arn for (arn,) in beside.profiled) or None,
        beside.identity_center,
        beside.elsewhere,
    )
