"""Examples of IAM's words, of one AWS account's own users, groups and roles."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AwsAccount, Operator
from aws_constraints.arn import name_of
from iamconsole.web.glossary.examples import register as register_example
from iamconsole.web.words import counted, duration
from identities.credentials.root import root_of
from identities.models import IamGroup, IamRole, IamUser
from identities.models.principals import TrustedPrincipal


def _first(rows: QuerySet[Any], aws_account: AwsAccount) -> Any:
    return rows.filter(aws_account=aws_account, gone_at=None).order_by("name_key", "pk").first()


def _own_roles() -> QuerySet[Any]:
    """Without those that AWS looks after."""
    return IamRole.objects.exclude(path__startswith=IamRole.SERVICE_LINKED).exclude(path__startswith="/aws-reserved/")


def _link(row: Any, aws_account: AwsAccount) -> SafeString:
    page = row.kind.removeprefix("iam.")
    url = reverse(page, kwargs={"account_id": aws_account.account_id, "aws_id": row.aws_id})
    return format_html('<a class="link" href="{}">{}</a>', url, row.name)


def root_user(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    root = root_of(aws_account)
    if root.mfa is None:
        return None
    url = reverse("root_user", kwargs={"account_id": aws_account.account_id})
    words = "has MFA" if root.mfa else "has no MFA"
    return format_html('<a class="link" href="{}">That of {}</a> {}.', url, aws_account.name, words)


def iam_login(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    user = _first(IamUser.objects.filter(has_password=True), aws_account)
    return format_html("The user {} has one.", _link(user, aws_account)) if user else None


def principal(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    role = _first(_own_roles(), aws_account)
    return (
        format_html("Policies name the role {} as <code>{}</code>.", _link(role, aws_account), role.arn)
        if role
        else None
    )


def identity(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    role = _first(_own_roles(), aws_account)
    if role is None:
        return None
    return format_html(
        "The role {} is <code>{}</code>. Another role of that name would have another id.",
        _link(role, aws_account),
        role.aws_id,
    )


def group(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    groups = IamGroup.objects.filter(aws_account=aws_account, gone_at=None, member_count__gt=0)
    row = groups.order_by("-member_count", "name_key", "pk").first()
    if row is None:
        return None
    members, policies = counted(row.member_count, "member"), counted(row.policy_count, "policy", "policies")
    return format_html("{} has {}, who all have its {}.", _link(row, aws_account), members, policies)


def trust_policy(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    role = _first(_own_roles().exclude(trusted=[]), aws_account)
    if role is None or not role.assumers:
        return None
    return format_html("That of the role {} names {}.", _link(role, aws_account), role.assumers[0].inside)


def session(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    role = _first(_own_roles().filter(max_session_s__isnull=False), aws_account)
    if role is None:
        return None
    arn = f"arn:{aws_account.partition}:sts::{aws_account.account_id}:assumed-role/{role.name}/…"
    return format_html(
        "Those of the role {} are called <code>{}</code>, and last {} at most.",
        _link(role, aws_account),
        arn,
        duration(role.max_session_s),
    )


def service_role(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    named = TrustedPrincipal.objects.filter(type="Service", role__aws_account=aws_account)
    role = _first(_own_roles().filter(pk__in=named.values("role")), aws_account)
    services = [party for party in role.assumers if party.kind == "service"] if role else []
    return format_html("{} takes on the role {}.", services[0].words, _link(role, aws_account)) if services else None


def permissions_boundary(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    for rows, noun in ((IamRole.objects.all(), "role"), (IamUser.objects.all(), "user")):
        if row := _first(rows.exclude(boundary_arn=""), aws_account):
            limit = name_of(row.boundary_arn)
            return format_html("The {} {} may do nothing that {} doesn’t allow.", noun, _link(row, aws_account), limit)
    return None


def register() -> None:
    for find in (
        root_user,
        iam_login,
        principal,
        identity,
        group,
        trust_policy,
        session,
        service_role,
        permissions_boundary,
    ):
        register_example(find.__name__.replace("_", "-"), find)
