"""What the pages of an organization wait for: an AWS account that is in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web.prerequisites import Prerequisite
from policies.models import OrgAccount, Organization
from policies.organizations.views import bounds


def _in_one(request: HttpRequest, aws_account: Any) -> QuerySet[Any]:
    """Those that say so themselves, or that another mirror has in its tree."""
    own = Organization.objects.live().filter(aws_account=OuterRef("pk"))
    trees = Organization.objects.live().values("aws_account")
    placed = OrgAccount.objects.live().filter(aws_account__in=trees, aws_id=OuterRef("account_id"))
    return AwsAccount.objects.visible_to(signed_in(request), SEE_IAM).filter(Q(Exists(own)) | Q(Exists(placed)))


def _known(request: HttpRequest, aws_account: Any) -> Mapping[str, Any]:
    return {"bounds": bounds(aws_account), "links": False}


ORGANIZATION = Prerequisite(
    title="Organization",
    icon="network",
    missing="None of the AWS accounts that you may see is known to be in an organization.",
    steps=(
        "Connect the management account of the organization, or a delegated administrator that may read it.",
        "Let the console’s role to read there call organizations:DescribeOrganization, organizations:ListRoots and "
        "what else the page of its permissions names for the organization.",
        "Pull that AWS account: it answers for all members, and this page is in the menu from then on.",
    ),
    rows=_in_one,
    template="organizations/bounds.html",
    context=_known,
)
