"""The tab of a role that people of Identity Center take on: who can use it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, signed_in
from accounts.roles import SEE_IAM
from directory import selectors
from directory.entitled import entitled_users, is_entitled_role
from directory.people.names import sees_people
from directory.selectors import SHOWN_PEOPLE
from identities.object_pages import ROLE
from objects.object_pages import fetch_row, render_tab


@require_safe
def role_people(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, ROLE, account_id, aws_id)
    users = entitled_users(row) if is_entitled_role(row) else selectors.users_of(row)
    if users is None:
        raise Http404("Only roles that people of Identity Center take on have them.")
    held_by = users.held_by
    names = held_by is not None and sees_people(signed_in(request), held_by)
    context = {
        "users": users,
        "names": names,
        "sees_holder": held_by is not None and may(signed_in(request), SEE_IAM, held_by),
        "people": selectors.first_people(users, SHOWN_PEOPLE) if names else None,
    }
    return render_tab(request, ROLE, row, tab="people", template="directory/tabs/role.html", context=context)
