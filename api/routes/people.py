"""People of user pools, looked up as on the page of their pool. For a look-up, not for taking them away as a file:
somebody is looked for by words or by a filter, and no more than a few are answered.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import fetch_aws_account, signed_in
from accounts.roles import SEE_PEOPLE
from api.errors import Refused
from api.interface import asks
from api.listing import Words, list_page
from api.reading import Whole
from api.table_parameters import listed_by
from cognito.models import UserPool
from cognito.object_pages import POOL
from cognito.people import reading_log
from cognito.people.person_record import allowed_by, people_settings_of
from cognito.tables import listed_people, people_table
from iamconsole.web.addresses import needs
from iamconsole.web.exports import as_object
from iamconsole.web.tables import Table
from objects.object_pages import rows_for

router = Router(tags=["People"])
MOST = 25


class PersonOut(Schema):
    """`id`: their `sub`. `fields`: the columns of the list."""

    id: str
    fields: dict[str, Any]


class PeopleOut(Schema):
    """`more`: there are others, too; look for them more narrowly."""

    items: list[PersonOut]
    more: bool


class PeopleLookUpQuery(Schema):
    """At least `q` or a filter. Attributes of the people of the pool are filters, too, by their names in AWS."""

    q: Words = ""
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most."), Whole] = MOST


def _of_any_pool() -> dict[str, Table]:
    """What does not depend on the attributes that are kept of its people."""
    return {"": people_table(UserPool(), (), exports=False)}


@router.get(
    "/aws-accounts/{account_id}/user-pools/{pool_id}/people",
    response=PeopleOut,
    url_name="api_people",
    operation_id="look_up_people",
)
@asks(needs(SEE_PEOPLE))
@listed_by(_of_any_pool, more=True)
def look_up_people(request: HttpRequest, account_id: str, pool_id: str, asked: Query[PeopleLookUpQuery]) -> PeopleOut:
    """By words (`q`), or by a filter of the page: also an attribute of its people, by its name in AWS, such as
    `?custom:tenant=7`. That somebody looked, and by what, is in the audit trail.
    """
    aws_account = fetch_aws_account(request, account_id)
    pools = rows_for(signed_in(request), POOL, aws_account, SEE_PEOPLE)
    pool = get_object_or_404(pools.select_related("aws_account"), aws_id=pool_id)
    table = people_table(pool, allowed_by(people_settings_of(pool)), exports=False)
    page = list_page(request, table, listed_people(pool), pool, limit=asked.limit)
    state = page.listing.state
    if not (state.query or state.values):
        raise Refused(422, "Say whom you look for, by q or a filter: people are looked up here, and not listed.")
    reading_log.listed(request, pool, [*state.values, *(["words"] if state.query else [])])
    items = [PersonOut(id=row.aws_id, fields=as_object(table.shown, row)) for row in page.rows]
    return PeopleOut(items=items, more=page.next is not None)
