"""Staging a change of people who were picked in their pool's list."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cognito.models import UserPool
from cognito.object_pages import PERSON
from cognito.people import reading_log
from cognito.people.display_names import title_of
from cognito.people.person_record import allowed_by, people_settings_of
from cognito.tables import listed_people, people_table
from cognito.views.people import fetch_pool
from iamconsole.web.selections import keep_posted
from iamconsole.web.words import counted
from objects.object_actions import ObjectAction
from objects.views.object_action import Breadcrumb
from objects.views.selection import Selection, act_on_selection, choose_page, picked_rows


@dataclass(frozen=True)
class PeopleSelection(Selection):
    pool: UserPool | None = None

    @property
    def words(self) -> str:
        return title_of(self.rows[0]) if len(self.rows) == 1 else counted(len(self.rows), "person", "people")

    def _url(self, name: str, **more: str) -> str:
        assert self.pool is not None  # noqa: S101  it is always given
        return reverse(name, kwargs={"account_id": self.aws_account.account_id, "aws_id": self.pool.aws_id, **more})

    @property
    def crumbs(self) -> list[Breadcrumb]:
        return [Breadcrumb(f"People of {self.pool}", self._url("cognito_pool_people"))]

    def action_url(self, action: ObjectAction) -> str:
        return self._url("cognito_people_stage_action", action=action.name)


def _selected(request: HttpRequest, account_id: str, aws_id: str) -> PeopleSelection:
    pool = fetch_pool(request, account_id, aws_id)
    table = people_table(pool, allowed_by(people_settings_of(pool)), exports=False)
    stage_url = reverse("cognito_people_stage", kwargs={"account_id": account_id, "aws_id": aws_id})
    rows = picked_rows(table, listed_people(pool).select_related("pool"), pool, request, stage_url)
    reading_log.listed(request, pool, ["picked"])
    return PeopleSelection(PERSON, "user", pool.aws_account, rows, pool=pool)


@require_http_methods(["GET", "POST"])
def cognito_people_stage(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    if request.method == "POST":
        fetch_pool(request, account_id, aws_id)
        return keep_posted(request)
    return choose_page(request, _selected(request, account_id, aws_id))


def cognito_people_stage_action(request: HttpRequest, account_id: str, aws_id: str, action: str) -> HttpResponse:
    return act_on_selection(request, _selected(request, account_id, aws_id), action)
