"""Who has policies of their own, attached or inline, and what groups give: as the mirror has it, in eight queries.

A *token* stands for a policy: the ARN of a managed one, or "#" and the hash of what an inline one says, however it is
written. A managed policy of the AWS account has both: so a group that gives what an inline policy says is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy, PolicyVersion

NOT_ATTACHABLE = "AWS lets nobody attach it any more"
NOT_READ = "its document can’t be read"


def token_of(canonical_hash: str) -> str:
    return f"#{canonical_hash}"


@dataclass(frozen=True)
class InlineText:
    """What inline policies of several users say alike. `names`: what they are called, the most frequent first."""

    token: str
    text: str
    names: tuple[str, ...]


@dataclass
class DirectUser:
    """`inline`: by its name the token of each. `kept`: what can't be moved, and why."""

    user: IamUser
    attached: set[str] = field(default_factory=set)
    inline: dict[str, str] = field(default_factory=dict)
    groups: set[int] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset({*self.attached, *self.inline.values()})


@dataclass
class GivingGroup:
    """`policies`: the tokens of each of its policies."""

    group: IamGroup
    policies: list[frozenset[str]] = field(default_factory=list)

    @cached_property
    def gives(self) -> frozenset[str]:
        return frozenset(token for policy in self.policies for token in policy)

    def is_just(self, tokens: frozenset[str]) -> bool:
        """Whether it gives these, and nothing else."""
        return bool(self.policies) and tokens <= self.gives and all(policy & tokens for policy in self.policies)


@dataclass(frozen=True)
class DirectPolicies:
    """`users`: those who have any, by name. `names`: of managed policies, by ARN."""

    users: Sequence[DirectUser]
    groups: Mapping[int, GivingGroup]
    texts: Mapping[str, InlineText]
    names: Mapping[str, str]

    def given_to(self, user: DirectUser) -> frozenset[str]:
        """By groups that they are in."""
        given = (self.groups[pk].gives for pk in user.groups if pk in self.groups)
        return frozenset(token for gives in given for token in gives)

    def group_called(self, name: str) -> GivingGroup | None:
        """Names are unique, whatever their case (IAM User Guide, "IAM identifiers")."""
        key = name.casefold()
        return next((each for each in self.groups.values() if each.group.name_key == key), None)


def direct_policies(aws_account: AwsAccount, *, with_inline: bool = True) -> DirectPolicies:
    """`with_inline`: whether inline policies of users count."""
    users = {user.pk: DirectUser(user) for user in _users(aws_account)}
    names = _attached(aws_account, users)
    texts = _inline(aws_account, users) if with_inline else {}
    memberships = Membership.objects.live().filter(aws_account=aws_account, group__gone_at=None)
    for user_id, group_id in memberships.values_list("user_id", "group_id"):
        if user_id in users:
            users[user_id].groups.add(group_id)
    return DirectPolicies(list(users.values()), _groups(aws_account), texts, names)


def _users(aws_account: AwsAccount) -> Sequence[IamUser]:
    rows = IamUser.objects.live().filter(aws_account=aws_account, policy_count__gt=0)
    return list(rows.select_related("aws_account").order_by("name_key"))


def _attached(aws_account: AwsAccount, users: Mapping[int, DirectUser]) -> Mapping[str, str]:
    """The names of the policies by ARN."""
    names: dict[str, str] = {}
    rows = Attachment.objects.live().filter(aws_account=aws_account, user__isnull=False).select_related("policy")
    for row in rows.order_by("pk"):
        if (user := users.get(row.user_id or 0)) is None:
            continue
        names[row.arn] = row.name
        if row.policy is not None and not row.policy.attachable:
            user.kept[row.name] = NOT_ATTACHABLE
        else:
            user.attached.add(row.arn)
    return names


def _inline(aws_account: AwsAccount, users: Mapping[int, DirectUser]) -> Mapping[str, InlineText]:
    texts: dict[str, str] = {}
    called: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = InlinePolicy.objects.live().filter(aws_account=aws_account, user__isnull=False).select_related("document")
    for row in rows.order_by("pk"):
        if (user := users.get(row.user_id or 0)) is None:
            continue
        if row.document.problem:
            user.kept[row.name] = NOT_READ
            continue
        token = token_of(row.document.canonical_hash)
        user.inline[row.name] = token
        texts.setdefault(token, row.document.text)
        called[token][row.name] += 1
    return {
        token: InlineText(token, text, tuple(sorted(called[token], key=lambda name: (-called[token][name], name))))
        for token, text in texts.items()
    }


def _groups(aws_account: AwsAccount) -> Mapping[int, GivingGroup]:
    rows = IamGroup.objects.live().filter(aws_account=aws_account).select_related("aws_account").order_by("name_key")
    groups = {group.pk: GivingGroup(group) for group in rows}
    attached = Attachment.objects.live().filter(group__in=groups).values_list("group_id", "arn")
    in_force = _in_force(aws_account)
    for group_id, arn in attached:
        groups[group_id or 0].policies.append(frozenset(filter(None, (arn, in_force.get(arn)))))
    inline = InlinePolicy.objects.live().filter(group__in=groups).values_list("group_id", "document__canonical_hash")
    for group_id, canonical in inline:
        groups[group_id or 0].policies.append(frozenset({token_of(canonical)}))
    return groups


def _in_force(aws_account: AwsAccount) -> Mapping[str, str]:
    """By the ARN of a policy that groups have the token of what it says."""
    policies = ManagedPolicy.objects.live().filter(
        aws_account=aws_account, pk__in=Attachment.objects.live().filter(group__isnull=False).values("policy")
    )
    found = PolicyVersion.objects.filter(policy__in=policies, version_id=F("policy__default_version"))
    return {arn: token_of(canonical) for arn, canonical in found.values_list("policy__arn", "document__canonical_hash")}
