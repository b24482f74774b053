"""The lists of Identity Center, as data.

Whether the operator may see names of people decides by what there is to search, and what files say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from directory import kinds
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    PermissionSet,
    PrincipalType,
)
from directory.people.names import called, second_of
from directory.selectors import with_members
from iamconsole.web.elements import (
    day,
    flag,
    format_html,
    gone_since,
    joined,
    marked,
    muted,
    name_link,
    object_url,
    small,
)
from iamconsole.web.filters import ChoiceFilter, FilterChoice, TextFilter
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from iamconsole.web.trigrams import LEAST, containing
from iamconsole.web.words import counted, duration, number
from objects.tables import ARN, CREATED, DESCRIPTION, GONE, UNIQUE_ID, object_table, tag_filter, yes_or_no
from policies.models import OrgAccount

_NOBODY = muted("Nobody")


def _count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    count = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(count, output_field=IntegerField()), Value(0))


# ---- Permission sets -------------------------------------------------------------------------------------------------
def permission_sets(aws_account: AwsAccount) -> QuerySet[Any]:
    theirs = AccountAssignment.objects.live().filter(aws_account=OuterRef("aws_account"), set_id=OuterRef("aws_id"))
    rows: QuerySet[Any] = PermissionSet.objects.filter(aws_account=aws_account)
    annotated: QuerySet[Any] = rows.annotate(assignment_count=_count_of(theirs, "set_id"))
    return annotated


def _set(row: PermissionSet, scope: Any) -> SafeString:
    below = gone_since(row) if row.gone_at else small(row.description) if row.description else ""
    return name_link(object_url("permission_set", scope.account_id, row.aws_id), row.name, below)


def _policies(row: PermissionSet) -> str:
    parts = [arn.rpartition("/")[2] for arn in row.managed] + [name.lstrip("/") for name in row.customer]
    return ", ".join([*parts, *(["an inline policy"] if row.inline_id else [])])


def _accounts(row: PermissionSet, scope: Any) -> SafeString:
    if not row.account_count:
        return muted("Nowhere")
    where = format_html("{}", counted(row.account_count, "AWS account"))
    return (
        joined((where, marked(f"{number(row.outdated_count)} outdated", "triangle-alert", "ink-warn")))
        if row.outdated_count
        else where
    )


def _assigned(row: Any, scope: Any) -> str:
    return number(row.assignment_count) if row.assignment_count else _NOBODY


PERMISSION_SETS = Table(
    name="permission_sets",
    term="permission-set",
    one="permission set",
    many="permission sets",
    default_sort="name",
    search=narrowed,
    search_hint="Name, ARN or id",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_set, sort="name_key"),
        Column("policies", "Policies", _policies, optional=True),
        Column(
            "accounts",
            "Provisioned in",
            lambda row: row.account_count,
            cell=_accounts,
            sort="account_count",
            newest_first=True,
        ),
        Column(
            "assignments",
            "Assignments",
            lambda row: row.assignment_count,
            cell=_assigned,
            sort="assignment_count",
            newest_first=True,
            css="num",
        ),
        Column(
            "session",
            "Session",
            lambda row: row.session_s,
            cell=lambda row, scope: duration(row.session_s),
            sort="session_s",
            newest_first=True,
            css="num nowrap",
        ),
        Column("outdated", "Outdated in", lambda row: " ".join(row.outdated), only_export=True),
        Column("provisioned", "AWS accounts", lambda row: " ".join(row.accounts), only_export=True),
        CREATED,
        DESCRIPTION,
        ARN,
    ),
    filters=(
        yes_or_no("outdated", "Edited and not provisioned", Q(outdated_count__gt=0), "Edited and not provisioned"),
        yes_or_no("assigned", "Assigned", Q(assignment_count__gt=0), "Assigned to somebody"),
        yes_or_no("long", "Session over 8 h", Q(session_s__gt=28_800), "Session longer than 8 hours"),
        tag_filter("tags"),
        GONE,
    ),
    empty_icon="key-round",
    empty_title="No permission sets",
    empty_text="This AWS account administers no Identity Center, or it was never pulled.",
)


# ---- Assignments -----------------------------------------------------------------------------------------------------
def assignments(aws_account: AwsAccount) -> QuerySet[Any]:
    """With the names of the AWS account, and of the group or person."""
    named = OrgAccount.objects.filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("target_id"))
    groups = DirectoryGroup.objects.filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("principal_id"))
    people = DirectoryUser.objects.filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("principal_id"))
    rows: QuerySet[Any] = AccountAssignment.objects.filter(aws_account=aws_account)
    annotated: QuerySet[Any] = rows.annotate(
        account_name=Coalesce(Subquery(named.values("name")[:1]), Value(""), output_field=TextField()),
        group_name=Subquery(groups.values("name")[:1]),
        person_name=Coalesce(Subquery(people.values("display_name")[:1]), Value(""), output_field=TextField()),
        person_user_name=Coalesce(Subquery(people.values("name")[:1]), Value(""), output_field=TextField()),
        person_status=Subquery(people.values("status")[:1]),
    )
    return annotated


def _assignment_set(row: Any, scope: Any) -> SafeString:
    below = gone_since(row) if row.gone_at else ""
    return name_link(object_url("permission_set", scope.account_id, row.set_id), row.name, below)


def account_cell(row: Any, scope: Any) -> SafeString:
    return joined(
        (format_html("{}", row.account_name or row.target_id), small(row.target_id) if row.account_name else "")
    )


def _search_assignments(*, names: bool) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """By people only for who may know them."""

    def search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        found = Q(name__icontains=words) | Q(target_id__startswith=words) | Q(account_name__icontains=words)
        found |= Q(principal_type=PrincipalType.GROUP, group_name__icontains=words)
        if names:
            people = DirectoryUser.objects.filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("principal_id"))
            theirs = containing(people, words) if len(words) >= LEAST else people.filter(name__istartswith=words)
            found |= Q(Exists(theirs))
        return rows.filter(found)

    return search


def _principal_words(*, names: bool) -> Callable[[Any], str]:
    def said(row: Any) -> str:
        if row.principal_type == PrincipalType.GROUP:
            return str(row.group_name or row.principal_id)
        if not names:
            return "A person"
        return str(row.person_name or row.person_user_name or row.principal_id)

    return said


def _principal(*, names: bool) -> Callable[[Any, Any], SafeString]:
    words = _principal_words(names=names)

    def cell(row: Any, scope: Any) -> SafeString:
        if row.principal_type == PrincipalType.GROUP:
            if row.group_name is None:
                return marked("Deleted group", "ghost", "ink-warn")
            return name_link(
                object_url("directory_group", scope.account_id, row.principal_id), words(row), small("Group")
            )
        if row.person_status is None:
            return joined((words(row), small("Not in the mirror")))
        below = "Person, disabled" if row.person_status == DirectoryUser.Status.DISABLED else "Person, directly"
        if not names:
            return joined((words(row), small(below.removeprefix("Person, "))))
        return name_link(object_url("directory_person", scope.account_id, row.principal_id), words(row), small(below))

    return cell


def assignments_table(*, names: bool, exports_names: bool) -> Table:
    return Table(
        name="assignments",
        one="assignment",
        many="assignments",
        default_sort="account",
        search=_search_assignments(names=names),
        search_hint=f"Permission set, AWS account, group{' or person' if names else ''}",
        columns=(
            Column("account", "AWS account", lambda row: row.account_name, cell=account_cell, sort="account_name"),
            Column("account_id", "AWS account id", lambda row: row.target_id, only_export=True),
            Column("set", "Permission set", lambda row: row.name, cell=_assignment_set, sort="name_key"),
            Column("to", "To", _principal_words(names=exports_names), cell=_principal(names=names)),
            Column("type", "Type", lambda row: row.get_principal_type_display(), only_export=True),
            Column("principal_id", "Principal id", lambda row: row.principal_id, only_export=True),
            Column(
                "seen",
                "Since",
                lambda row: row.first_seen,
                cell=lambda row, scope: day(row.first_seen),
                sort="first_seen",
                newest_first=True,
                css="num nowrap",
                optional=True,
            ),
        ),
        filters=(
            TextFilter("account", "AWS account id", rows=lambda value: Q(target_id=value), words="In {}"),
            TextFilter("set", "Permission set", rows=lambda value: Q(name=value), words="Of {}"),
            TextFilter("group", "Group", rows=lambda value: Q(group_name=value), words="To the group {}"),
            ChoiceFilter(
                "to",
                "Assigned to",
                choices=(
                    FilterChoice("group", "A group", Q(principal_type=PrincipalType.GROUP), "To groups"),
                    FilterChoice(
                        "person", "A person directly", Q(principal_type=PrincipalType.USER), "To people directly"
                    ),
                ),
            ),
            GONE,
        ),
        empty_icon="user-round-key",
        empty_title="No assignments",
        empty_text="Nobody has a permission set of this Identity Center, or assignments were never pulled.",
        copies=("principal_id", "the principal’s id"),
    )


# ---- Groups ----------------------------------------------------------------------------------------------------------
def groups(aws_account: AwsAccount) -> QuerySet[Any]:
    theirs = AccountAssignment.objects.live().filter(
        aws_account=OuterRef("aws_account"), principal_id=OuterRef("aws_id")
    )
    rows: QuerySet[Any] = with_members(DirectoryGroup.objects.filter(aws_account=aws_account))
    annotated: QuerySet[Any] = rows.annotate(assignment_count=_count_of(theirs, "principal_id"))
    return annotated


def _members(row: Any, scope: Any) -> SafeString:
    said = format_html("{}", number(row.member_count))
    return joined((said, small(f"and {number(row.disabled)} disabled"))) if row.disabled else said


GROUPS = object_table(
    kinds.GROUP,
    Column(
        "members",
        "Members",
        lambda row: row.member_count,
        cell=_members,
        sort="member_count",
        newest_first=True,
        css="num",
    ),
    Column(
        "assignments",
        "Assignments",
        lambda row: row.assignment_count,
        cell=_assigned,
        sort="assignment_count",
        newest_first=True,
        css="num",
    ),
    Column("from", "Comes from", lambda row: row.issuer or "AWS", sort="issuer", optional=True),
    CREATED,
    DESCRIPTION,
    UNIQUE_ID,
    filters=(
        yes_or_no("assigned", "Assigned", Q(assignment_count__gt=0), "Has assignments"),
        yes_or_no("empty", "Empty", Q(member_count=0, disabled=0), "Without members"),
        GONE,
    ),
    search_hint="Name or id",
    empty_text="This AWS account administers no Identity Center, or its groups were never pulled.",
)


# ---- People ----------------------------------------------------------------------------------------------------------
def people(aws_account: AwsAccount) -> QuerySet[Any]:
    return people_in([aws_account])


def people_in(aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
    theirs = DirectoryMembership.objects.live().filter(aws_account=OuterRef("aws_account"), user_id=OuterRef("aws_id"))
    direct = AccountAssignment.objects.live().filter(
        aws_account=OuterRef("aws_account"), principal_id=OuterRef("aws_id")
    )
    rows: QuerySet[Any] = DirectoryUser.objects.filter(aws_account__in=aws_accounts)
    counts = {"group_count": _count_of(theirs, "user_id"), "direct_count": _count_of(direct, "principal_id")}
    annotated: QuerySet[Any] = rows.annotate(**counts)
    return annotated


def _person(row: DirectoryUser, scope: Any) -> SafeString:
    below = gone_since(row) if row.gone_at else small(second_of(row)) if second_of(row) else ""
    return name_link(object_url("directory_person", scope.account_id, row.aws_id), called(row), below)


def status_cell(row: DirectoryUser, scope: Any) -> SafeString:
    if row.status == DirectoryUser.Status.DISABLED:
        return marked("Disabled", "circle-off", "ink-warn")
    return marked("Enabled", "circle-check", "ink-ok") if row.status else muted("Not told")


def _directly(row: Any, scope: Any) -> str:
    return flag(number(row.direct_count), "warn") if row.direct_count else muted("None")


def _of_group(value: str) -> Q:
    named = DirectoryGroup.objects.live().filter(aws_account=OuterRef("aws_account"), name=value)
    theirs = DirectoryMembership.objects.live().filter(
        aws_account=OuterRef("aws_account"), user_id=OuterRef("aws_id"), group_id__in=named.values("aws_id")
    )
    return Q(Exists(theirs))


def people_table(*, exports: bool) -> Table:
    return Table(
        name="identity-center-people",
        one="person",
        many="people",
        default_sort="name",
        search=narrowed,
        search_hint="Name, user name or e-mail address",
        columns=(
            Column("name", "Name", called, cell=_person, sort="name_key"),
            Column("user_name", "User name", lambda row: row.name, only_export=True),
            Column("email", "E-mail", lambda row: row.email, optional=True),
            Column("status", "Status", lambda row: row.status, cell=status_cell, sort="status"),
            Column("groups", "Groups", lambda row: row.group_count, sort="group_count", newest_first=True, css="num"),
            Column(
                "direct",
                "Own assignments",
                lambda row: row.direct_count,
                cell=_directly,
                sort="direct_count",
                newest_first=True,
                css="num",
            ),
            Column("from", "Comes from", lambda row: row.issuer or "AWS", sort="issuer", optional=True),
            CREATED,
            UNIQUE_ID,
        ),
        filters=(
            TextFilter("group", "Group", rows=_of_group, words="In the group {}"),
            ChoiceFilter(
                "status",
                "Status",
                choices=(
                    FilterChoice("enabled", "Enabled", ~Q(status="DISABLED"), "Enabled"),
                    FilterChoice("disabled", "Disabled", Q(status="DISABLED"), "Disabled"),
                ),
            ),
            yes_or_no("direct", "Own assignments", Q(direct_count__gt=0), "With an assignment of their own"),
            GONE,
        ),
        empty_icon="circle-user",
        empty_title="No people",
        empty_text="This AWS account administers no Identity Center, or its people were never pulled.",
        exports=("csv", "json") if exports else (),
        copies=("aws_id", "the id"),
    )
