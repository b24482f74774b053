"""What a step changes of who has what access, one fact each, as `Operation.access_changes` tells it.

Facts name things by their ARNs and set what is so afterwards, so that telling one twice does no harm. `access` puts
those of a whole plan together for everybody whom they touch; an operation needs to know nothing of that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sync.operations import AccessChange


@dataclass(frozen=True)
class ExistenceChange(AccessChange):
    """A user, group or role is there, or gone with all that it had. A new one has nothing yet."""

    arn: str
    now: bool


@dataclass(frozen=True)
class AttachmentChange(AccessChange):
    owner_arn: str  # a user, group or role
    policy_arn: str
    now: bool


@dataclass(frozen=True)
class InlinePolicyChange(AccessChange):
    """None: there is no such inline policy any more."""

    owner_arn: str
    name: str
    document: str | None


@dataclass(frozen=True)
class ManagedPolicyChange(AccessChange):
    """What a managed policy says to all who have it. None: the policy is gone."""

    policy_arn: str
    document: str | None


@dataclass(frozen=True)
class MembershipChange(AccessChange):
    user_arn: str
    group_arn: str
    now: bool


@dataclass(frozen=True)
class BoundaryChange(AccessChange):
    """By a permissions boundary; "" for none."""

    owner_arn: str
    policy_arn: str


@dataclass(frozen=True)
class TrustChange(AccessChange):
    """Whom a role trusts to assume it."""

    role_arn: str
    document: str


@dataclass(frozen=True)
class TagChange(AccessChange):
    """Policies may ask for tags of the principal. None: there is no such tag."""

    owner_arn: str
    key: str
    value: str | None


@dataclass(frozen=True)
class ArnChange(AccessChange):
    """A user or group has another ARN, and keeps all that it has."""

    arn: str
    new_arn: str


@dataclass(frozen=True)
class RoleTakingChange(AccessChange):
    """Somebody who is no principal of IAM, such as a person of a user pool, may take on a role from then on."""

    who: str  # an ARN of their own
    role_arn: str


# ---- What bounds the AWS accounts of an organization, and not the one that the step is carried out in -------
@dataclass(frozen=True)
class OrganizationChange(AccessChange):
    """A control policy, by its ARN."""

    policy_arn: str


@dataclass(frozen=True)
class ControlPolicyChange(OrganizationChange):
    """What it says wherever it is attached."""

    document: str


@dataclass(frozen=True)
class ControlPolicyTargetChange(OrganizationChange):
    """It is attached to a root, a unit or an account, by AWS's id, or no longer."""

    target_id: str
    now: bool


# ---- What stands on a resource, and lets in whom it names: its own AWS account, others, everybody -------------
@dataclass(frozen=True)
class ResourceChange(AccessChange):
    """Of a resource, by its ARN."""

    resource_arn: str


@dataclass(frozen=True)
class ResourcePolicyChange(ResourceChange):
    """What the policy on it says. None: there is none any more.

    `on`: the ARN on which that stands where it isn't the resource's, such as that of an alias of a function.
    """

    document: str | None
    on: str = ""


@dataclass(frozen=True)
class ResourceStatementChange(ResourceChange):
    """One statement of the policy that stands on the ARN `on`, by its Sid, as JSON. None: it isn't in it any more."""

    on: str
    sid: str
    statement: str | None


@dataclass(frozen=True)
class PublicAccessBlockChange(ResourceChange):
    """The settings of Block Public Access that are on, by AWS's names."""

    settings: frozenset[str]


# ---- In AWS accounts of the organization, whichever the step is carried out in --------------------------------
@dataclass(frozen=True)
class ElsewhereChange(AccessChange):
    """A fact about a principal of the AWS account of that id. `before`: it is so before the step, too; `after`: then.

    Without `change` it isn't known what changes there: `why` is a sentence.
    """

    account_id: str
    change: AccessChange | None = None
    before: bool = False
    after: bool = True
    why: str = ""


@dataclass(frozen=True)
class InlineOfRolesChange(AccessChange):
    """What an inline policy of that name says in roles of several AWS accounts: by the account's id the role's ARN, ""
    where its mirror has none. None: there is no such inline policy. For drafts.
    """

    name: str
    roles: tuple[tuple[str, str], ...]
    document: str | None

    def in_account(self, account_id: str) -> list[AccessChange]:
        """The same, as a fact about the role of that AWS account; none where there is none."""
        role_arn = dict(self.roles).get(account_id)
        return [InlinePolicyChange(role_arn, self.name, self.document)] if role_arn else []


def facts_in(account_id: str, change: AccessChange) -> list[AccessChange]:
    """What it says of the AWS account of that id."""
    return change.in_account(account_id) if isinstance(change, InlineOfRolesChange) else [change]


# ---- What is told as it is, and not counted as access --------------------------------------------------------
PASSWORD, DEVICE = "password", "MFA device"
ANYBODY = "whom it vouches for"


class AccessFact(ABC, AccessChange):
    """Whoever reads the plan should know it, but no policy says it."""

    now: bool  # it gives; or takes

    @property
    @abstractmethod
    def arn(self) -> str:
        """Whom or what it is about."""

    @property
    @abstractmethod
    def words(self) -> str:
        """As a predicate: "Can sign in to AWS’s console with a password"."""


@dataclass(frozen=True)
class CredentialFact(AccessFact):
    """What a user proves with that it is itself. `kind`: "password", "access key", "MFA device" and so on."""

    owner_arn: str
    kind: str
    now: bool  # usable
    id: str = ""  # "" where there is one at most, or AWS hasn't named it yet
    new: bool = False  # in the place of an old one, which can't be used any more

    @property
    def arn(self) -> str:
        return self.owner_arn

    @property
    def words(self) -> str:
        which = f" {self.id}" if self.id else ""
        if self.kind == PASSWORD:
            how = "only with a new password" if self.new else "with a password"
            return f"Can{'' if self.now else ' no longer'} sign in to AWS’s console {how}"
        if self.kind == DEVICE:
            return f"Signs in {'with' if self.now else 'without'} the MFA device{which}"
        if self.new:
            return f"Can use the {self.kind}{which} only with its new secret"
        if self.now:
            return f"Can use the {self.kind}{which}" if self.id else f"Has a new {self.kind}"
        return f"Can no longer use the {self.kind}{which}"


@dataclass(frozen=True)
class FederationFact(AccessFact):
    """An identity provider lets people and programs in, to the roles that trust it, or no longer."""

    provider_arn: str
    who: str
    now: bool

    @property
    def arn(self) -> str:
        return self.provider_arn

    @property
    def words(self) -> str:
        return f"{'Lets in' if self.now else 'No longer lets in'} {self.who}, to roles that trust it"


@dataclass(frozen=True)
class InstanceProfileFact(AccessFact):
    """Instances that run with an instance profile act as the role in it."""

    profile_arn: str
    role_arn: str
    now: bool

    @property
    def arn(self) -> str:
        return self.role_arn

    @property
    def words(self) -> str:
        profile = self.profile_arn.rpartition("/")[2]
        return f"{'Is' if self.now else 'Is no longer'} the role of instances with the instance profile {profile}"
