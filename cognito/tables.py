"""The lists of user pools and of a pool's people, as data (see iamconsole/web/tables.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Prefetch, Q, QuerySet
from django.utils.safestring import SafeString

from cognito import posture
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser, UserPool
from cognito.people.display_names import second_of, status_mark, status_words, title_of
from cognito.people.selectors import (
    E_MAIL,
    PHONE,
    SUB,
    UNFINISHED,
    USERNAME,
    near_on_days,
    near_with_attribute,
    near_with_words,
    of_status,
    on_days,
    people_of,
    with_attribute,
    with_words,
)
from iamconsole.web.counts import lately, lately_each
from iamconsole.web.elements import (
    ago,
    created,
    format_html,
    gone_since,
    joined,
    marked,
    muted,
    name_link,
    object_url,
    small,
)
from iamconsole.web.filters import ChoiceFilter, DateFilter, Filter, FilterChoice, TextFilter
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from iamconsole.web.words import number
from objects.tables import ARN, GONE, UNIQUE_ID, yes_or_no
from sync.pending import mark_of, pending_mark

Status = CognitoUser.Status

# ---- User pools ----------------------------------------------------------------------------------------------

MFA_WORDS = {"ON": "Required", "OPTIONAL": "Optional", "OFF": "Off"}


def _name(pool: UserPool, aws_account: Any) -> SafeString:
    url = object_url("cognito_pool", aws_account.account_id, pool.aws_id)
    below = gone_since(pool) if pool.gone_at else format_html('<code class="small">{}</code>', pool.aws_id)
    return name_link(url, pool.name, joined((pending_mark(pool, aws_account), below)))


def _mfa(pool: UserPool, scope: Any) -> SafeString:
    word = MFA_WORDS.get(pool.mfa, pool.mfa)
    if pool.mfa == "ON":
        return marked(word, "shield-check", "ink-ok")
    return marked(word, "shield-alert", "ink-warn") if pool.mfa == "OFF" else format_html("{}", word)


def _signup(pool: UserPool) -> str:
    return "Anybody" if pool.self_signup else "Administrators only"


def _protected(pool: UserPool, scope: Any) -> SafeString:
    if pool.deletion_protection:
        return marked("On", "lock", "ink-ok")
    return marked("Off", "lock-open", "ink-warn")


def _held(pool: UserPool) -> int:
    return lately(people_of(pool))


def _people(pool: Any, scope: Any) -> str:
    """`people_count` is counted for the whole page at once (`count_people`)."""
    if pool.people_held_why:
        return muted("Not readable")
    return number(pool.people_count) if pool.people_read_at or pool.people_count else muted("Not read yet")


def count_people(pools: Sequence[Any]) -> None:
    """Sets `people_count` of each: how many of its people the mirror has, in one query."""
    for pool, count in zip(pools, lately_each([people_of(pool) for pool in pools]), strict=True):
        pool.people_count = count


def _age(pool: UserPool, scope: Any) -> SafeString:
    return ago(pool.people_read_at, "never")


POOLS = Table(
    name="user_pools",
    term="user-pool",
    one="user pool",
    many="user pools",
    default_sort="name",
    search=narrowed,
    search_hint="Name, id or ARN",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_name, sort="name_key"),
        Column("people", "People", _held, cell=_people, css="num"),
        posture.COLUMN,
        Column("mfa", "MFA", lambda row: MFA_WORDS.get(row.mfa, row.mfa), cell=_mfa),
        Column("sign_up", "Who may sign up", _signup),
        Column(
            "deletion_protection",
            "Deletion protection",
            lambda row: row.deletion_protection,
            cell=_protected,
            optional=True,
        ),
        Column("region", "Region", lambda row: row.region, optional=True),
        Column(
            "read",
            "People read",
            lambda row: row.people_read_at,
            cell=_age,
            sort="people_read_at",
            newest_first=True,
            css="num nowrap",
        ),
        ARN,
        UNIQUE_ID,
    ),
    filters=(
        ChoiceFilter(
            "mfa",
            "MFA",
            choices=(
                FilterChoice("on", "Required", Q(mfa="ON"), "MFA required"),
                FilterChoice("optional", "Optional", Q(mfa="OPTIONAL"), "MFA optional"),
                FilterChoice("off", "Off", Q(mfa="OFF"), "MFA off"),
            ),
        ),
        posture.FILTER,
        yes_or_no("self_signup", "Self sign-up", Q(self_signup=True), "Anybody may sign up"),
        yes_or_no("protected", "Deletion protection", Q(deletion_protection=True), "Deletion protection on"),
        GONE,
    ),
    empty_icon="book-user",
    empty_title="No user pools",
    empty_text="No Region of this AWS account has a user pool that you may see, or it was never pulled.",
)

# ---- People --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AttributeFilter(Filter):
    """Whose attribute has exactly this value."""

    control: ClassVar[str] = "text"

    def chip(self, scope: Any, value: str) -> str | None:
        return f"{self.label} is {value}"

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return with_attribute(rows, self.name, value)

    def narrow_near(self, rows: QuerySet[Any], value: str) -> QuerySet[Any] | None:
        return near_with_attribute(rows, self.name, value)


def listed_people(pool: UserPool) -> QuerySet[Any]:
    """Those who are gone too, with their groups."""
    groups = CognitoMembership.objects.filter(gone_at__isnull=True, group__gone_at__isnull=True)
    named = groups.select_related("group").only("user", "group__name").order_by("group__name_key")
    rows: QuerySet[Any] = CognitoUser.objects.filter(pool=pool)
    return rows.select_related("aws_account").prefetch_related(
        Prefetch("memberships", named, to_attr="live_memberships")
    )


def _groups(row: Any) -> list[str]:
    return [held.group.name for held in row.live_memberships]


def _groups_cell(row: Any, scope: Any) -> str:
    return format_html("{}", ", ".join(_groups(row))) if row.live_memberships else muted("None")


def _changed(row: CognitoUser, scope: Any) -> SafeString:
    return ago(row.changed_at, "unknown")


_LINKS = (
    '<a class="name only-wide" href="{0}" hx-get="{1}" hx-target="#preview" hx-swap="innerHTML" hx-select="unset"'
    ' hx-select-oob="unset" hx-push-url="false">{2}</a><a class="name only-narrow" href="{0}">{2}</a>{3}'
)


def _person(row: CognitoUser, scope: Any) -> SafeString:
    """Where there is room, her name opens a preview beside the list; else her page."""
    account_id = row.aws_account.account_id
    url = object_url("cognito_user", account_id, row.aws_id)
    preview = object_url("cognito_user_preview", account_id, row.aws_id)
    below = small(second_of(row))
    if row.gone_at is None:
        below = joined((mark_of(f"{row.kind}:{row.arn}/{row.aws_id}", row.aws_account), below))
    else:
        below = joined((below, format_html('<span class="small ink-warn">Gone since {}</span>', ago(row.gone_at))))
    return format_html(_LINKS, url, preview, title_of(row), below)


def _attribute_column(name: str) -> Column:
    return Column(name, name, lambda row: row.attributes.get(name, ""), only_export=True)


def attribute_filters(attributes: Sequence[str]) -> list[Filter]:
    labels = {E_MAIL: "E-mail", PHONE: "Phone"}
    shown = [name for name in attributes if not name.endswith("_verified")]
    return [
        AttributeFilter(USERNAME, "Username"),
        AttributeFilter(SUB, "Subject"),
        *(AttributeFilter(name, labels.get(name, name)) for name in sorted(shown, key=_own_first)),
    ]


def _own_first(name: str) -> tuple[bool, str]:
    return not name.startswith("custom:"), name


_COUNTED = 10_000  # of a million people it takes most of a second to count what everybody has


def people_table(pool: UserPool, attributes: Sequence[str], *, exports: bool) -> Table:
    """`attributes`: the names of what is kept of this pool's people; `exports`: whether they may be taken away."""
    return Table(
        name=f"people-{pool.name}"[:80],
        one="person",
        many="people",
        default_sort="name",
        search=with_words,
        search_near=near_with_words,
        search_hint="Any attribute, anywhere in it",
        columns=(
            Column("name", "Person", lambda row: row.name, cell=_person, sort="name_key"),
            Column("status", "Status", status_words, cell=lambda row, scope: status_mark(row)),
            Column("enabled", "Enabled", lambda row: row.enabled, only_export=True),
            Column("groups", "Groups", _groups, cell=_groups_cell),
            Column("created", "Created", lambda row: row.created_at, cell=created, css="num nowrap", roomy=True),
            Column("changed", "Changed", lambda row: row.changed_at, cell=_changed, css="num nowrap"),
            *(_attribute_column(name) for name in attributes),
            UNIQUE_ID,
        ),
        filters=(*attribute_filters(attributes), *PEOPLE_FILTERS),
        empty_icon="users",
        empty_title="No people",
        empty_text="The pool has none, or they were never read. Whom you look for by a whole address is asked of AWS.",
        rows_template="cognito/people_rows.html",
        exports=("csv",) if exports else (),
        copies=("aws_id", "subject"),
        counts_to=_COUNTED,
    )


def _groups_of(pool: UserPool) -> QuerySet[Any]:
    return CognitoGroup.objects.live().filter(pool=pool)


def _in_group(name: str) -> Q:
    named = CognitoMembership.objects.filter(gone_at__isnull=True, group__name=name, group__gone_at__isnull=True)
    return Q(pk__in=named.values("user"))


def _days(name: str, label: str, lookup: str, words: str) -> DateFilter:
    return DateFilter(name, label, lookup=lookup, words=words, rows_on=on_days, near_on=near_on_days)


PEOPLE_FILTERS: tuple[Filter, ...] = (
    TextFilter("group", "In group", rows=_in_group, known=_groups_of, words="In {}"),
    ChoiceFilter(
        "status",
        "Status",
        choices=(
            FilterChoice(
                "unfinished",
                "Sign-up or first sign-in not finished",
                of_status(*UNFINISHED),
                "Sign-up or first sign-in not finished",
            ),
            *(FilterChoice(value.lower(), str(label), of_status(value)) for value, label in Status.choices),
        ),
    ),
    yes_or_no("enabled", "Enabled", Q(enabled=True), "Enabled"),
    _days("created_after", "Created on or after", "created_at__gte", "Created from {}"),
    _days("created_before", "Created before", "created_at__lt", "Created before {}"),
    _days("changed_after", "Changed on or after", "changed_at__gte", "Changed from {}"),
    _days("changed_before", "Changed before", "changed_at__lt", "Changed before {}"),
    GONE,
)
