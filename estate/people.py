"""The people of Identity Center of all AWS accounts: those of each instance whose people the operator may see.

Whose an instance's people are says the AWS account that holds it, or its delegate where that one isn't connected: so
nobody is listed twice. Who is told names decides `directory.people.names`, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.access import signed_in, visible_aws_accounts
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM, SEE_PEOPLE, roles_with
from directory import tables
from directory.instances import holder_of
from directory.models import Instance
from directory.people import reading_log
from directory.people.names import exports_people, sees_people
from directory.views.center import asked_by
from estate.across import ACCOUNT, LABEL, across, chosen
from estate.scope import AllAccounts
from iamconsole.web.addresses import AddressScope, needs
from iamconsole.web.counts import lately
from iamconsole.web.listings import TableListing, list_response

ACCESS = needs(SEE_PEOPLE, scope=AddressScope.ANY, is_of_all=True)
_REFUSED = "Exporting people as a file needs a permission of its own, which editors have."


@require_GET
def all_people(request: HttpRequest) -> HttpResponseBase:
    operator = signed_in(request)
    held = holders(operator, visible_aws_accounts(request))
    exporting = [each for each in held if exports_people(operator, each)]
    is_file = bool(request.GET.get("format"))
    if is_file and not exporting:
        raise PermissionDenied(_REFUSED)
    scope = AllAccounts(operator, exporting if is_file else held)
    table = across(tables.people_table(exports=bool(exporting)))
    rows = tables.people_in(scope.held).select_related("aws_account")
    if is_file:
        listing = TableListing(table, rows, scope, request.GET)
        for each in _looked_in(request, scope):
            number = lately(listing.matching.filter(aws_account=each))
            reading_log.exported(request, each, asked_by(listing), number, "people")

    def read(listing: TableListing) -> Mapping[str, Any]:
        for each in _looked_in(request, scope):
            reading_log.listed(request, each, asked_by(listing))
        sees_all = bool(operator.aws_accounts_with(roles_with(SEE_IAM)))
        return {"left_out": len(held) - len(exporting) if exporting else 0, "sees_all": sees_all}

    return list_response(request, table, rows, scope, "estate/people.html", read=read)


def holders(operator: Operator, visible: Sequence[AwsAccount]) -> list[AwsAccount]:
    """Of these AWS accounts those in whose mirrors there are people whom the operator may know, by name."""
    seen = [each for each in visible if sees_people(operator, each)]
    rows = Instance.objects.live().filter(aws_account__in=seen, administers=True, has_permission_sets=True)
    arns = dict.fromkeys(rows.order_by("pk").values_list("arn", flat=True))
    held = {holder.pk for arn in arns if (holder := holder_of(arn))}
    return [each for each in seen if each.pk in held]


def _looked_in(request: HttpRequest, scope: AllAccounts) -> list[AwsAccount]:
    return chosen(scope, request.GET.get(ACCOUNT, ""), request.GET.get(LABEL, ""))
