"""What one of the people of Identity Center may, over all AWS accounts: a tab of their page, and a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from access.effective_access import EffectiveLevelAccess
from access.object_links import principal_url
from access.people.person_access import EnteredRole, PersonAccess, PersonWay, person_csv, way_to
from access.views.seen import seen_by
from access.views.shown_part import ShownPart
from accounts.access import fetch_aws_account, signed_in
from accounts.roles import SEE_IAM
from directory.object_pages import PERSON
from directory.people import reading_log
from directory.people.names import exports_people
from directory.selectors import groups_of
from iamconsole.web.exports import file_response
from objects.object_pages import fetch_row, render_tab

SHOWN, SHOWN_SERVICES = 10, 25


@dataclass(frozen=True)
class PersonRoleLine:
    """A role that they take on or assume, as a row of the table."""

    of: EnteredRole
    way: PersonWay

    @property
    def url(self) -> str:
        return principal_url(self.of.aws_account, self.of.role.holder.unique_id, is_role=True)

    @cached_property
    def services(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The first by name, each with its levels by how far they get."""
        return [
            (each.name, [(level.extent, _level_words(level)) for level in each.levels])
            for each in self.of.services[:SHOWN_SERVICES]
        ]

    @property
    def more_services(self) -> int:
        return len(self.of.services) - len(self.services)


def _level_words(found: EffectiveLevelAccess) -> str:
    return found.level if found.may == found.actions else f"{found.level} ({found.may} of {found.actions})"


@require_safe
def person_access(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponseBase:
    """Where people get in is for who may see IAM of the AWS account that holds the instance, too."""
    row = fetch_row(request, PERSON, account_id, aws_id)
    fetch_aws_account(request, account_id, SEE_IAM)
    is_seen = seen_by(request)
    access = PersonAccess(row, groups_of(row), is_seen)
    if request.GET.get("format") == "csv" and exports_people(signed_in(request), row.aws_account):
        reading_log.exported(request, row.aws_account, ["access"], len(access.roles), "access of one of them")
        return file_response("csv", f"access-of-{row.aws_id}", person_csv(access))
    reading_log.read(request, row)
    pager = ShownPart.of(request.GET.get("page", ""), len(access.roles), SHOWN, lambda at: f"?page={at}#roles")
    shown = access.roles[pager.start : pager.start + SHOWN]
    context = {
        "access": access,
        "roles": [PersonRoleLine(each, way_to(each, is_seen)) for each in shown],
        "pager": pager,
        "exports": exports_people(signed_in(request), row.aws_account),
        "accounts": len({role.aws_account.pk for role in access.roles}),
    }
    return render_tab(request, PERSON, row, tab="access", template="access/person.html", context=context)
