"""The pages of permission sets, groups and people: who may open them, their heads and tabs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import may, signed_in, visible_aws_accounts
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from directory import kinds, selectors, tables
from directory.entitled import EntitledEntry, entitled_entries, roles_of_entries
from directory.instances import instance_state
from directory.models import DirectoryGroup, DirectoryUser, PermissionSet
from directory.people import reading_log
from directory.people.names import called, second_of, sees_people
from directory.people.person_record import settings_of
from directory.reserved_roles import RESERVED, reserved_role
from directory.selectors import AssignedPrincipal, Entry
from iamconsole.web.counts import first_of
from identities.models import IamRole
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from policies.findings import LintedDocument, judged
from policies.models import ManagedPolicy

SHOWN = 100  # AWS accounts, members: lists have them all


# ---- Permission sets -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ProvisionedAccount:
    """An AWS account with a role of the set. `role_url` is "" where the operator may not see it, or it isn't read."""

    account_id: str
    name: str
    outdated: bool
    role_url: str
    principals: tuple[AssignedPrincipal, ...]


def _where(request: HttpRequest, row: PermissionSet) -> Mapping[str, Any]:
    shown = row.accounts[:SHOWN]
    names = selectors.account_names(row.aws_account, row.accounts)
    by_account: defaultdict[str, list[AssignedPrincipal]] = defaultdict(list)
    assigned = selectors.assignments_of(row).filter(target_id__in=shown)
    for one in selectors.with_principals(assigned):
        by_account[one.assignment.target_id].append(one)
    roles = role_urls(request, {(account_id, row.name) for account_id in shown})
    found = [
        ProvisionedAccount(
            account_id,
            names[account_id],
            account_id in row.outdated,
            roles.get((account_id, row.name), ""),
            tuple(by_account[account_id]),
        )
        for account_id in shown
    ]
    return {
        "accounts": sorted(found, key=lambda one: (one.name.casefold(), one.account_id)),
        "more": len(row.accounts) - len(shown),
        "sees_people": sees_people(signed_in(request), row.aws_account),
    }


def role_urls(request: HttpRequest, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The pages of the roles of these pairs of an AWS account and a set's name, as far as the operator may see them."""
    operator = signed_in(request)
    seen = {
        one.pk: one.account_id
        for one in visible_aws_accounts(request)
        if one.account_id in {account_id for account_id, _ in wanted} and may(operator, SEE_IAM, one)
    }
    roles = IamRole.objects.live().filter(aws_account__in=seen, path__startswith=RESERVED)
    found: dict[tuple[str, str], str] = {}
    for role in roles:
        reserved = reserved_role(role)
        account_id = seen[role.aws_account_id]
        if reserved is not None and (account_id, reserved.set_name) in wanted:
            kwargs = {"account_id": account_id, "aws_id": role.aws_id}
            found[account_id, reserved.set_name] = reverse("role", kwargs=kwargs)
    return found


@dataclass(frozen=True)
class SetPolicy:
    name: str
    arn: str = ""  # of AWS's own
    url: str = ""
    missing: tuple[str, ...] = ()  # AWS accounts whose mirror has no customer managed policy of that name


def _policies(request: HttpRequest, row: PermissionSet) -> Mapping[str, Any]:
    ids = dict(
        ManagedPolicy.objects.live()
        .filter(aws_account=row.aws_account, arn__in=row.managed)
        .values_list("arn", "aws_id")
    )
    managed = [
        SetPolicy(arn.rpartition("/")[2], arn, _policy_url(row.aws_account, ids[arn]) if arn in ids else "")
        for arn in row.managed
    ]
    inline: LintedDocument | None = judged(row.inline.text) if row.inline else None
    return {
        "managed": managed,
        "customer": [SetPolicy(name, missing=_missing(request, row, name)) for name in row.customer],
        "inline": inline,
        "anchor": "inline-",
    }


def _policy_url(aws_account: AwsAccount, aws_id: str) -> str:
    return reverse("policy", kwargs={"account_id": aws_account.account_id, "aws_id": aws_id})


def _missing(request: HttpRequest, row: PermissionSet, name: str) -> tuple[str, ...]:
    """Of the AWS accounts where it is provisioned and whose policies the operator may see."""
    operator = signed_in(request)
    seen = [
        one for one in visible_aws_accounts(request) if one.account_id in row.accounts and may(operator, SEE_IAM, one)
    ]
    arns = {one.pk: f"arn:{one.partition}:iam::{one.account_id}:policy{name}" for one in seen}
    has_any = ManagedPolicy.objects.live().filter(aws_account__in=seen)
    read = set(has_any.order_by().values_list("aws_account", flat=True).distinct())
    there = set(has_any.filter(arn__in=arns.values()).values_list("aws_account", flat=True))
    return tuple(one.account_id for one in seen if one.pk in read - there)


PERMISSION_SET = ObjectPages(
    of=kinds.PERMISSION_SET,
    template="directory/permission_set.html",
    rows=lambda aws_account: tables.permission_sets(aws_account).select_related("inline"),
    tabs=(
        Tab("", "Where and for whom", "directory/tabs/where.html", _where, lambda row: row.account_count, 10),
        Tab(
            "policies",
            "Policies",
            "directory/tabs/policies.html",
            _policies,
            lambda row: len(row.managed) + len(row.customer) + bool(row.inline_id),
            20,
        ),
        HISTORY,
        RAW,
    ),
    head=lambda row: {"findings": selectors.findings_of(row.aws_account, row.aws_id)},
    above=lambda row: ("Permission sets", _list_url("permission_sets", row)),
)


def _list_url(name: str, row: Any) -> str:
    return reverse(name, kwargs={"account_id": row.aws_account.account_id})


# ---- Groups ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class EntryLine:
    entry: Entry
    role_url: str


def entry_lines(request: HttpRequest, entries: list[Entry]) -> list[EntryLine]:
    pairs = {(one.assignment.target_id, one.assignment.name) for one in entries}
    urls = role_urls(request, pairs)
    return [EntryLine(one, urls.get((one.assignment.target_id, one.assignment.name), "")) for one in entries]


@dataclass(frozen=True)
class EntitlementLine:
    entry: EntitledEntry
    role_url: str


def entitlement_lines(request: HttpRequest, entries: list[EntitledEntry]) -> list[EntitlementLine]:
    """The page of the role, as far as the operator may see it."""
    operator = signed_in(request)
    seen = {one.pk for one in visible_aws_accounts(request) if may(operator, SEE_IAM, one)} if entries else set()
    urls = {
        role.arn: reverse("role", kwargs={"account_id": role.aws_account.account_id, "aws_id": role.aws_id})
        for role in roles_of_entries(entries)
        if role.aws_account_id in seen
    }
    return [EntitlementLine(one, urls.get(one.entitlement.role_arn, "")) for one in entries]


def _access(request: HttpRequest, group: DirectoryGroup) -> Mapping[str, Any]:
    entries = selectors.entries_of(group.aws_account, "", [group])
    entitlements = entitlement_lines(request, entitled_entries(group.aws_account, "", [group]))
    return {"lines": entry_lines(request, entries), "entitlements": entitlements, "of_group": True}


def _members(request: HttpRequest, group: Any) -> Mapping[str, Any]:
    if not sees_people(signed_in(request), group.aws_account):
        return {"sees_people": False}
    return {"sees_people": True, "members": first_of(selectors.members_of(group), SHOWN)}


GROUP = ObjectPages(
    of=kinds.GROUP,
    template="directory/group.html",
    rows=tables.groups,
    tabs=(
        Tab("", "Access", "directory/tabs/access.html", _access, lambda row: row.assignment_count, 10),
        Tab(
            "members",
            "Members",
            "directory/tabs/members.html",
            _members,
            lambda row: row.member_count + row.disabled,
            20,
        ),
        HISTORY,
        RAW,
    ),
)


# ---- People ----------------------------------------------------------------------------------------------------------
def _people_within(operator: Operator, perm: str, aws_account: AwsAccount, rows: QuerySet[Any]) -> QuerySet[Any]:
    """None for who looks after the people of one user pool."""
    return rows if sees_people(operator, aws_account, perm) else rows.none()


PERSON = ObjectPages(
    of=kinds.PERSON,
    template="directory/person.html",
    rows=lambda aws_account: DirectoryUser.objects.filter(aws_account=aws_account),
    within=_people_within,
    tabs=(Tab("", "Ways in", "directory/tabs/person.html", position=10),),
    head=lambda row: {
        "title": called(row),
        "second": second_of(row),
        "people_settings": settings_of(row.aws_account),
        "instance": instance_state(row.aws_account).instance,
    },
    tells_namesakes=False,
    called=called,
    second=second_of,
    looked_at=reading_log.looked_at,
    above=lambda row: ("People of Identity Center", _list_url("directory_people", row)),
)
