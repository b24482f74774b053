"""Holdings: who has which policies, as far as a plan concerns them; read from the mirror, then changed step by step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatchmethod

from access.plans.control_policies import NO_LIMITS, ControlLimits
from policies.holdings import (
    AccessFact,
    ArnChange,
    AttachmentChange,
    BoundaryChange,
    ElsewhereChange,
    ExistenceChange,
    InlinePolicyChange,
    ManagedPolicyChange,
    MembershipChange,
    OrganizationChange,
    ResourceChange,
    RoleTakingChange,
    TagChange,
    TrustChange,
)
from sync.operations import AccessChange

# AWS Managed Policy Reference Guide, "AdministratorAccess": the mirror lacks it where nobody has it.
_ADMINISTRATOR = ":iam::aws:policy/AdministratorAccess"
_EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
NOTHING = '{"Version": "2012-10-17", "Statement": []}'


@dataclass
class Owner:
    """A user, group or role. `groups`: ARNs, of a user. `trust`: of a role."""

    arn: str
    aws_id: str = ""
    attached: set[str] = field(default_factory=set)  # ARNs
    inline: dict[str, str] = field(default_factory=dict)  # texts by name
    groups: set[str] = field(default_factory=set)
    boundary: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    trust: str = ""

    def copy(self) -> Owner:
        return replace(
            self,
            attached=set(self.attached),
            inline=dict(self.inline),
            groups=set(self.groups),
            tags=dict(self.tags),
        )


def is_group(arn: str) -> bool:
    return ":group/" in arn


@dataclass(frozen=True)
class Combination:
    """All that bears on one principal, as texts; equal for all who have the same. `lacks`: what the mirror hasn't."""

    documents: frozenset[str] = frozenset()
    boundary: str | None = None  # None: there is none
    lacks: frozenset[str] = frozenset()
    tags: frozenset[tuple[str, str]] = frozenset()
    exists: bool = True
    limits: ControlLimits = NO_LIMITS


class PrincipalHoldings:
    """`owners` by ARN. `documents`: the texts of managed policies by ARN.

    Copies share the owners that neither has changed since: `apply` changes an owner of its own.
    """

    def __init__(self, owners: dict[str, Owner], documents: dict[str, str]) -> None:
        self.owners = owners
        self.documents = documents
        self.former: dict[str, str] = {}  # by the new ARN, of who was renamed
        self.taken: dict[str, str] = {}  # the ARN of a role, by whoever may take it on
        self._shared: set[str] = set()  # ARNs of owners that a copy may have, too

    def copy(self) -> PrincipalHoldings:
        made = PrincipalHoldings(dict(self.owners), dict(self.documents))
        made.taken = dict(self.taken)
        self._shared, made._shared = set(self.owners), set(self.owners)
        return made

    def apply_all(self, access_changes: Iterable[AccessChange]) -> None:
        for access_change in access_changes:
            self.apply(access_change)

    @singledispatchmethod
    def apply(self, access_change: AccessChange) -> None:
        raise TypeError(f"Nobody knows what {type(access_change).__name__} changes.")

    @apply.register
    def _exists(self, change: ExistenceChange) -> None:
        if change.now:
            self._owner(change.arn)
        else:
            self.owners.pop(change.arn, None)
            for owner in self._members_of(change.arn):
                owner.groups.discard(change.arn)

    @apply.register
    def _attached(self, change: AttachmentChange) -> None:
        attached = self._owner(change.owner_arn).attached
        (attached.add if change.now else attached.discard)(change.policy_arn)

    @apply.register
    def _inline(self, change: InlinePolicyChange) -> None:
        inline = self._owner(change.owner_arn).inline
        inline.pop(change.name, None)
        if change.document is not None:
            inline[change.name] = change.document

    @apply.register
    def _in_force(self, change: ManagedPolicyChange) -> None:
        self.documents[change.policy_arn] = change.document if change.document is not None else NOTHING

    @apply.register
    def _member(self, change: MembershipChange) -> None:
        self._owner(change.group_arn)
        groups = self._owner(change.user_arn).groups
        (groups.add if change.now else groups.discard)(change.group_arn)

    @apply.register
    def _bounded(self, change: BoundaryChange) -> None:
        self._owner(change.owner_arn).boundary = change.policy_arn

    @apply.register
    def _trusting(self, change: TrustChange) -> None:
        self._owner(change.role_arn).trust = change.document

    @apply.register
    def _tagged(self, change: TagChange) -> None:
        tags = self._owner(change.owner_arn).tags
        tags.pop(change.key, None)
        if change.value is not None:
            tags[change.key] = change.value

    @apply.register
    def _renamed(self, change: ArnChange) -> None:
        """Nobody else: the one who has the old ARN from then on is another."""
        if change.arn not in self.owners:
            self._owner(change.new_arn)
            return
        self.former[change.new_arn] = self.former.pop(change.arn, change.arn)
        self.owners[change.new_arn] = replace(self._owner(change.arn), arn=change.new_arn)
        del self.owners[change.arn]
        self._shared.discard(change.new_arn)
        for owner in self._members_of(change.arn):
            owner.groups = owner.groups - {change.arn} | {change.new_arn}

    @apply.register
    def _takes(self, change: RoleTakingChange) -> None:
        """All that the role has; of several roles together, without the boundaries that only some of them have."""
        role, is_first = self._owner(change.role_arn), change.who not in self.owners
        owner = self._owner(change.who)
        owner.attached |= role.attached
        owner.inline |= {f"{change.role_arn} {name}": text for name, text in role.inline.items()}
        owner.boundary = role.boundary if is_first or owner.boundary == role.boundary else ""
        self.taken[change.who] = change.role_arn

    @apply.register
    def _fact(self, change: AccessFact) -> None:
        """No policy says it: nothing to put together."""

    @apply.register
    def _of_organization(self, change: OrganizationChange) -> None:
        """It bounds other AWS accounts, and never the one that it is made from."""

    @apply.register
    def _of_resource(self, change: ResourceChange) -> None:
        """What a resource says is no policy of anybody (access/resource_plans/)."""

    @apply.register
    def _elsewhere(self, change: ElsewhereChange) -> None:
        """Told of each AWS account by itself (access/plans/elsewhere_check.py)."""

    def _owner(self, arn: str) -> Owner:
        """One that may be changed."""
        if arn in self._shared:
            self._shared.discard(arn)
            if arn in self.owners:
                self.owners[arn] = self.owners[arn].copy()
        return self.owners.setdefault(arn, Owner(arn))

    def _members_of(self, group_arn: str) -> list[Owner]:
        return [self._owner(owner.arn) for owner in list(self.owners.values()) if group_arn in owner.groups]

    # ---- Put together ----------------------------------------------------------------------------------------
    def combination(
        self, arn: str, limits: ControlLimits = NO_LIMITS, tags: Collection[str] | None = None
    ) -> Combination:
        """Of somebody who isn't there: nothing at all. `tags`: the keys of those that count; None for all."""
        owner = self.owners.get(arn)
        if owner is None:
            return Combination(exists=False, limits=limits)
        sources = self.sources_of(owner)
        documents: set[str] = set()
        lacks: set[str] = set()
        for source in sources:
            documents.update(source.inline.values())
            for policy in source.attached:
                text = self.text_of(policy)
                if text is None:
                    lacks.add(policy)
                else:
                    documents.add(text)
        boundary = None
        if owner.boundary:
            boundary = self.text_of(owner.boundary)
            if boundary is None:
                boundary = NOTHING
                lacks.add(owner.boundary)
        counted = frozenset(tag for tag in owner.tags.items() if tags is None or tag[0] in tags)
        return Combination(frozenset(documents), boundary, frozenset(lacks), counted, limits=limits)

    def sources_of(self, owner: Owner) -> list[Owner]:
        """From whom it has its policies: itself, and its groups."""
        return [owner, *(self.owners[group] for group in sorted(owner.groups) if group in self.owners)]

    def pairs_with(self, after: PrincipalHoldings) -> Iterator[tuple[str, str]]:
        """Of everybody the ARN here and the ARN there; "" for who isn't there."""
        gone = set(after.former.values())
        for arn in sorted({*self.owners, *after.owners} - (gone - set(after.owners))):
            is_new = arn in gone and arn not in after.former
            yield "" if is_new else after.former.get(arn, arn), arn if arn in after.owners else ""

    def text_of(self, policy_arn: str) -> str | None:
        """Of a managed policy; None where the mirror lacks it."""
        known = self.documents.get(policy_arn)
        return _EVERYTHING if known is None and policy_arn.endswith(_ADMINISTRATOR) else known


def named_arns(access_changes: Sequence[AccessChange]) -> tuple[set[str], set[str]]:
    """The ARNs of users, groups and roles, and of the policies whose text changes."""
    owners: set[str] = set()
    policies: set[str] = set()
    for change in access_changes:
        match change:
            case ManagedPolicyChange():
                policies.add(change.policy_arn)
            case MembershipChange():
                owners |= {change.user_arn, change.group_arn}
            case ExistenceChange() | AccessFact():
                owners.add(change.arn)
            case ArnChange():
                owners |= {change.arn, change.new_arn}
            case TrustChange() | RoleTakingChange():
                owners.add(change.role_arn)
            case AttachmentChange() | InlinePolicyChange() | BoundaryChange() | TagChange():
                owners.add(change.owner_arn)
    return owners, policies
