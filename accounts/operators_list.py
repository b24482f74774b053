"""The list of operators, for owners."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.link_tokens import is_invited
from accounts.models import Operator
from accounts.sign_in import factors
from iamconsole.web.cells import name_link
from iamconsole.web.elements import ago, muted, small
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.tables import Column, Table


def with_factors(rows: QuerySet[Operator]) -> QuerySet[Operator]:
    return rows.annotate(has_factor=Exists(factors().filter(user=OuterRef("pk"))))


def state_of(operator: Operator) -> str:
    if not operator.is_active:
        return "Deactivated"
    if operator.last_login:
        return "Active"
    return "Invited, no password yet" if is_invited(operator) else "Never signed in"


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=words) | Q(email__icontains=words))


def _name(row: Operator, scope: Any) -> SafeString:
    return name_link(reverse("operator", kwargs={"pk": row.pk}), str(row), small(row.email))


def _last(row: Operator, scope: Any) -> SafeString | str:
    return ago(row.last_login) if row.last_login else muted("Never")


def _factor(row: Any, scope: Any) -> SafeString | str:
    return "Yes" if row.has_factor else muted("No")


OPERATORS = Table(
    name="operators",
    one="operator",
    many="operators",
    columns=(
        Column("name", "Name", str, cell=_name, sort="name"),
        Column("email", "E-mail address", lambda row: row.email, only_export=True),
        Column("state", "State", state_of),
        Column("factor", "Second factor", lambda row: "yes" if row.has_factor else "no", cell=_factor),
        Column("last", "Last sign-in", lambda row: row.last_login, cell=_last, optional=True),
    ),
    default_sort="name",
    filters=(
        ChoiceFilter(
            "state",
            "State",
            choices=(
                FilterChoice("active", "Active", Q(is_active=True, last_login__isnull=False)),
                FilterChoice("new", "Never signed in", Q(is_active=True, last_login__isnull=True)),
                FilterChoice("deactivated", "Deactivated", Q(is_active=False)),
            ),
        ),
    ),
    search=_search,
    search_hint="Search names and e-mail addresses",
    empty_icon="users",
    empty_title="No operators",
    empty_text="Invite an operator: they get an e-mail with a link to set a password.",
)
