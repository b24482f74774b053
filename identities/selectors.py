"""Questions about users, groups and roles, asked by lists, details, search and the overview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import (
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from accounts.models import AwsAccount
from findings.models import Finding
from findings.rule_names import ESCALATION_FROM_ELSEWHERE, ESCALATION_PATH
from identities.models import (
    Attachment,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    Membership,
    Principal,
    TrustedPrincipal,
)
from policies.models import ManagedPolicy

ADMINISTRATOR = "AdministratorAccess"


def users(aws_account: AwsAccount) -> QuerySet[Any]:
    """The users of an AWS account, those that are gone too, with the groups of each."""
    return _with_groups(IamUser.objects.filter(aws_account=aws_account), Membership.objects.all())


def listed_users(aws_account: AwsAccount) -> QuerySet[Any]:
    """The same for their list, which says what the groups are called: of hundreds of rows nothing else is read."""
    return with_listed_groups(IamUser.objects.filter(aws_account=aws_account))


def with_listed_groups(users: QuerySet[Any]) -> QuerySet[Any]:
    return _with_groups(users, Membership.objects.only("user", "group__name", "group__aws_id"))


def _with_groups(rows: QuerySet[Any], memberships: Any) -> QuerySet[Any]:
    live = memberships.live().select_related("group").order_by("group__name_key")
    return rows.prefetch_related(Prefetch("memberships", live, to_attr="live_memberships"))


def groups(aws_account: AwsAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = IamGroup.objects.filter(aws_account=aws_account)
    return rows


def roles(aws_account: AwsAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = IamRole.objects.filter(aws_account=aws_account)
    return rows


# ---- What filters ask ----------------------------------------------------------------------------------------


def has_attached(owner: str, name: str) -> Q:
    """The `owner` ("user") has the managed policy of this name attached."""
    return Q(pk__in=Attachment.objects.live().filter(name=name, **{f"{owner}__isnull": False}).values(owner))


def in_group(name: str) -> Q:
    return Q(pk__in=Membership.objects.live().filter(name=name).values("user"))


def trusting_outside(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Roles that an AWS account may assume which this console doesn't look after."""
    ours = AwsAccount.objects.values("account_id")
    # In the words of the index, so that SQLite sees that it fits, and as a range of it.
    named = TrustedPrincipal.objects.filter(~Q(outside_account=""), outside_account__gt="")
    outside = named.exclude(outside_account__in=ours)
    return rows.filter(pk__in=outside.values("role"))


def trusting_type(kind: str) -> Q:
    return Q(pk__in=TrustedPrincipal.objects.filter(type=kind).values("role"))


# ---- One principal -------------------------------------------------------------------------------------------


def attachments_of(principal: Principal, groups: Sequence[IamGroup] = ()) -> QuerySet[Attachment]:
    """Its own, and those of `groups`."""
    own = Q(**{principal.kind.removeprefix("iam."): principal})
    return Attachment.objects.live().filter(own | Q(group__in=groups)).select_related("policy").order_by("name")


def inline_policies_of(principal: Principal, groups: Sequence[IamGroup] = ()) -> QuerySet[InlinePolicy]:
    own = Q(**{principal.kind.removeprefix("iam."): principal})
    return InlinePolicy.objects.live().filter(own | Q(group__in=groups)).select_related("document").order_by("name")


def with_policies(groups: Sequence[IamGroup]) -> Sequence[IamGroup]:
    """Each of them with what it gives: `live_attachments` and `live_inline`."""
    given = Attachment.objects.live().select_related("policy").order_by("name")
    inline = InlinePolicy.objects.live().select_related("document").order_by("name")
    prefetch_related_objects(
        groups,
        Prefetch("attachments", given, to_attr="live_attachments"),
        Prefetch("inlinepolicys", inline, to_attr="live_inline"),
    )
    return groups


def groups_of(principal: Any) -> list[IamGroup]:
    """The groups a user is in, as `users` fetched them with it; none of others."""
    return [held.group for held in getattr(principal, "live_memberships", ())]


def members_of(group: IamGroup) -> QuerySet[Membership]:
    return group.memberships.live().select_related("user").order_by("user__name_key")


# What the head of a page asks of the database with the principal itself.


def is_administrator(owner: str) -> Exists:
    return Exists(Attachment.objects.live().filter(name=ADMINISTRATOR, **{owner: OuterRef("pk")}))


def number_of_roles_that_trust() -> Coalesce:
    """How many trust policies name this very principal: by its ARN, or once it is gone by its unique id."""
    named = (OuterRef("arn"), OuterRef("aws_id"))
    naming = TrustedPrincipal.objects.filter(
        value__in=named, role__aws_account=OuterRef("aws_account"), role__gone_at__isnull=True
    )
    # Not `Count`, which would group: then SQLite goes through all roles of the AWS account instead.
    number = Func("role", template="COUNT(DISTINCT %(expressions)s)", output_field=IntegerField())
    return Coalesce(Subquery(naming.order_by().annotate(number=number).values("number")), 0)


_PATHS = (ESCALATION_PATH, ESCALATION_FROM_ELSEWHERE)


def number_of_escalation_paths() -> Coalesce:
    """Its privilege escalation paths that are open."""
    rows = Finding.objects.filter(aws_account=OuterRef("aws_account"), kind__in=("iam.user", "iam.role"))
    paths = rows.filter(object_id=OuterRef("aws_id"), rule__in=_PATHS, state=Finding.State.OPEN)
    number = Func("id", function="COUNT", output_field=IntegerField())
    return Coalesce(Subquery(paths.order_by().annotate(number=number).values("number")), 0)


def boundary_id() -> Subquery:
    """The unique id of the policy that is its permissions boundary, if the mirror has it."""
    named = ManagedPolicy.objects.live().filter(aws_account=OuterRef("aws_account"), arn=OuterRef("boundary_arn"))
    return Subquery(named.values("aws_id")[:1])


# ---- A policy, seen from here --------------------------------------------------------------------------------


def holders_of(policy: ManagedPolicy) -> QuerySet[Attachment]:
    return (
        Attachment.objects.live()
        .filter(policy=policy)
        .select_related("user", "group", "role")
        .order_by("user__name_key", "group__name_key", "role__name_key")
    )


def bounded_by(policy: ManagedPolicy) -> list[QuerySet[Any]]:
    """The users, and the roles, that have `policy` as their permissions boundary."""
    which = {"aws_account": policy.aws_account_id, "boundary_arn": policy.arn}
    models: tuple[type[IamUser | IamRole], ...] = (IamUser, IamRole)
    return [model.objects.live().filter(**which).order_by("pk") for model in models]
