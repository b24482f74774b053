"""What the pages of Identity Center wait for: an AWS account with an instance, its own or that of its organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.access import may, signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM, SEE_PEOPLE
from directory.instances import instance_state
from directory.models import Instance
from iamconsole.web.prerequisites import Prerequisite


def _with_one(request: HttpRequest, aws_account: Any) -> QuerySet[Any]:
    own = Instance.objects.live().filter(aws_account=OuterRef("pk"))
    return AwsAccount.objects.visible_to(signed_in(request), SEE_IAM, SEE_PEOPLE).filter(Exists(own))


def _known(request: HttpRequest, aws_account: Any) -> Mapping[str, Any]:
    sees_iam = may(signed_in(request), SEE_IAM, aws_account)
    return {"state": instance_state(aws_account), "sees_iam": sees_iam}


IDENTITY_CENTER = Prerequisite(
    title="Identity Center",
    icon="contact",
    missing="None of the AWS accounts that you may see is known to have Identity Center.",
    steps=(
        "Connect the AWS account that holds Identity Center – the management account of the organization, as a rule – "
        "or its delegated administrator.",
        "Give the console’s role to read there the part “IAM Identity Center”: "
        "manage.py console_role --tier read --identity-center prints it, and --people what it takes to read people.",
        "Pull that AWS account: what it holds is shown here, and the page is in the menu from then on.",
    ),
    rows=_with_one,
    template="directory/state.html",
    context=_known,
)
