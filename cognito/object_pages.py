"""The pages of user pools and of their people: who may open them, their heads and tabs.

Apps and modules above add tabs of a pool as panels at the place "cognito_pool", and what needs attention on its first
tab as panels at "cognito_pool.posture", whose `rows` get the request and the pool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import may_in_pool, pools_of, signed_in
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_PEOPLE
from cognito import kinds
from cognito.models import CognitoUser, UserPool
from cognito.people.display_names import second_of, title_of
from cognito.people.person_record import people_settings_of, with_names_kept
from cognito.people.reading_log import looked_at
from iamconsole.web import panels
from iamconsole.web.counts import lately
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab

NOT_GONE = Q(memberships__gone_at__isnull=True, memberships__user__gone_at__isnull=True)


def pools(aws_account: AwsAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = UserPool.objects.filter(aws_account=aws_account)
    return rows


def people(aws_account: AwsAccount) -> QuerySet[Any]:
    """Of all pools, those who are gone too."""
    rows: QuerySet[Any] = CognitoUser.objects.filter(aws_account=aws_account).select_related("pool")
    return rows


def pools_within(operator: Operator, perm: str, aws_account: AwsAccount, rows: QuerySet[Any]) -> QuerySet[Any]:
    granted = pools_of(operator, perm, aws_account)
    return rows if granted is None else rows.filter(aws_id__in=granted)


def people_within(operator: Operator, perm: str, aws_account: AwsAccount, rows: QuerySet[Any]) -> QuerySet[Any]:
    granted = pools_of(operator, perm, aws_account)
    return rows if granted is None else rows.filter(pool__aws_id__in=granted)


def _posture(request: HttpRequest, pool: UserPool) -> Mapping[str, Any]:
    shown = panels.at("cognito_pool.posture", request, pool.aws_account)
    found = [row for panel in shown if panel.rows for row in panel.rows(request, pool)]
    order = list(panels.SEVERITIES)
    return {
        "attention": sorted(found, key=lambda row: order.index(row.severity) if row.severity else len(order)),
        "people_settings": people_settings_of(pool),
        "schema": own_attributes(pool),
    }


def own_attributes(pool: UserPool) -> list[str]:
    """The names of the attributes that were made for this pool, "custom:plan"."""
    named = [each.get("Name", "") for each in pool.settings.get("SchemaAttributes", ())]
    return sorted(name for name in named if name.startswith(("custom:", "dev:")))


def _groups(request: HttpRequest, pool: UserPool) -> Mapping[str, Any]:
    rows = pool.cognitogroups.live().annotate(members=Count("memberships", filter=NOT_GONE))
    sees = may_in_pool(signed_in(request), SEE_PEOPLE, pool.aws_account, pool.aws_id)
    return {"groups": rows.order_by("name_key", "pk"), "sees_people": sees}


POOL = ObjectPages(
    of=kinds.POOL,
    template="cognito/pool.html",
    rows=pools,
    within=pools_within,
    tabs=(
        Tab("", "Posture", "cognito/tabs/posture.html", _posture, position=10),
        Tab(
            "groups",
            "Groups",
            "cognito/tabs/groups.html",
            _groups,
            count=lambda pool: lately(pool.cognitogroups.live()),
            position=30,
        ),
        HISTORY,
        RAW,
    ),
)


def _people_of(person: CognitoUser) -> tuple[str, str]:
    of_pool = {"account_id": person.aws_account.account_id, "aws_id": person.pool.aws_id}
    return f"People of {person.pool.name}", reverse("cognito_pool_people", kwargs=of_pool)


PERSON = ObjectPages(
    of=kinds.PERSON,
    template="cognito/person.html",
    rows=people,
    within=people_within,
    tabs=(),
    tells_namesakes=False,
    called=title_of,
    second=second_of,
    above=_people_of,
    looked_at=looked_at,
    asked={"kept_names": with_names_kept()},
)
