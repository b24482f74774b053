"""Questions about users, groups and roles, asked by lists, details, search and the overview."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, IntegerField, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership, Principal
from identities.trust import outside_accounts, trusts_deleted
from policies.models import ManagedPolicy

ADMINISTRATOR = "AdministratorAccess"


def _number_of(model: type[Model], owner: str) -> Coalesce:
    """How many live rows of `model` hang on the row in question, by the foreign key `owner`."""
    live = model._default_manager.filter(gone_at__isnull=True, **{owner: OuterRef("pk")}).order_by()
    counted = live.values(owner).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _with_policies(rows: QuerySet[Any], owner: str, **further: Coalesce) -> QuerySet[Any]:
    counted: QuerySet[Any] = rows.annotate(
        attached_count=_number_of(Attachment, owner),
        inline_count=_number_of(InlinePolicy, owner),
        **further,
    )
    summed: QuerySet[Any] = counted.annotate(policy_count=F("attached_count") + F("inline_count"))
    return summed


def users(aws_account: AwsAccount) -> QuerySet[Any]:
    """The users of an AWS account, those that are gone too, with what their list says of each."""
    groups = Membership.objects.live().select_related("group").order_by("group__name_key")
    rows = _with_policies(
        IamUser.objects.filter(aws_account=aws_account), "user", group_count=_number_of(Membership, "user")
    )
    return rows.prefetch_related(Prefetch("memberships", groups, to_attr="live_memberships"))


def groups(aws_account: AwsAccount) -> QuerySet[Any]:
    rows = IamGroup.objects.filter(aws_account=aws_account)
    return _with_policies(rows, "group", member_count=_number_of(Membership, "group"))


def roles(aws_account: AwsAccount) -> QuerySet[Any]:
    return _with_policies(IamRole.objects.filter(aws_account=aws_account), "role")


# ---- What filters ask ----------------------------------------------------------------------------------------


def holds(owner: str, model: type[Attachment | InlinePolicy], **which: Any) -> Q:
    """Whether a live attachment or inline policy hangs on the row; `which` narrows it ("name")."""
    return Q(Exists(model.objects.live().filter(**{owner: OuterRef("pk")}, **which)))


def in_group(name: str = "") -> Q:
    which = {"group__name": name} if name else {}
    return Q(Exists(Membership.objects.live().filter(user=OuterRef("pk"), **which)))


def has_members() -> Q:
    return Q(Exists(Membership.objects.live().filter(group=OuterRef("pk"))))


def trusting_outside(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Roles that an AWS account may assume which this console doesn't look after."""
    ours = set(AwsAccount.objects.values_list("account_id", flat=True))
    found = rows.order_by().values_list("pk", "trusted")
    return rows.filter(pk__in=[pk for pk, trusted in found if outside_accounts(trusted, ours)])


def trusting_deleted(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Roles whose trust names a principal that no longer exists."""
    found = rows.order_by().values_list("pk", "trusted")
    return rows.filter(pk__in=[pk for pk, trusted in found if trusts_deleted(trusted)])


def trusting_type(kind: str) -> Q:
    return Q(trusted__icontains=f'"type": "{kind}"')


# ---- One principal -------------------------------------------------------------------------------------------


def attachments_of(principal: Principal) -> QuerySet[Attachment]:
    return principal.attachments.live().select_related("policy").order_by("name")  # type: ignore[attr-defined,no-any-return]


def inline_policies_of(principal: Principal) -> QuerySet[InlinePolicy]:
    return principal.inlinepolicys.live().select_related("document").order_by("name")  # type: ignore[attr-defined,no-any-return]


def groups_of(user: IamUser) -> list[IamGroup]:
    """The groups a user is in, each with the policies it gives."""
    given = Attachment.objects.live().select_related("policy").order_by("name")
    inline = InlinePolicy.objects.live().select_related("document").order_by("name")
    member = Membership.objects.live().filter(user=user)
    return list(
        IamGroup.objects.filter(pk__in=member.values("group"))
        .prefetch_related(
            Prefetch("attachments", given, to_attr="live_attachments"),
            Prefetch("inlinepolicys", inline, to_attr="live_inline"),
        )
        .order_by("name_key")
    )


def given_by_groups(user: IamUser) -> int:
    """How many policies the groups of a user add to its own."""
    groups = Membership.objects.live().filter(user=user).values("group")
    models: tuple[type[Attachment | InlinePolicy], ...] = (Attachment, InlinePolicy)
    return sum(model.objects.live().filter(group__in=groups).count() for model in models)


def members_of(group: IamGroup) -> QuerySet[Membership]:
    return group.memberships.live().select_related("user").order_by("user__name_key")


def boundary_of(principal: IamUser | IamRole) -> ManagedPolicy | None:
    if not principal.boundary_arn:
        return None
    found: ManagedPolicy | None = (
        ManagedPolicy.objects.live().filter(aws_account=principal.aws_account, arn=principal.boundary_arn).first()
    )
    return found


def named_in_trust_of(principal: Principal) -> QuerySet[Any]:
    """The roles whose trust policy names this very principal."""
    return (
        IamRole.objects.live()
        .filter(aws_account=principal.aws_account_id, trusted__icontains=f'"{principal.arn}"')
        .order_by("name_key")
    )


# ---- A policy, seen from here --------------------------------------------------------------------------------


def holders_of(policy: ManagedPolicy) -> QuerySet[Attachment]:
    return (
        Attachment.objects.live()
        .filter(policy=policy)
        .select_related("user", "group", "role")
        .order_by("user__name_key", "group__name_key", "role__name_key")
    )


def bounded_by(policy: ManagedPolicy) -> list[Principal]:
    """The users and roles that have `policy` as their permissions boundary."""
    which = {"aws_account": policy.aws_account_id, "boundary_arn": policy.arn}
    found: list[Principal] = [
        *IamUser.objects.live().filter(**which).order_by("name_key"),
        *IamRole.objects.live().filter(**which).order_by("name_key"),
    ]
    return found
