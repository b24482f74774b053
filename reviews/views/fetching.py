"""The review that an address names, and of its grants those that the operator may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import may, signed_in, visible_aws_accounts
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from reviews.models import Review, ReviewedGrant, may_manage

NOT_AN_OWNER = "Only owners of all its AWS accounts do this."


def seen_accounts(request: HttpRequest) -> Sequence[AwsAccount]:
    operator = signed_in(request)
    return [each for each in visible_aws_accounts(request) if may(operator, SEE_IAM, each)]


def fetch_review(request: HttpRequest, pk: int) -> Review:
    """Raises Http404 where the operator sees none of its AWS accounts."""
    rows = Review.objects.visible_to(signed_in(request)).select_related("started_by", "closed_by")
    return get_object_or_404(rows, pk=pk)


def fetch_managed(request: HttpRequest, pk: int) -> Review:
    """Raises PermissionDenied for who doesn't own all its AWS accounts."""
    review = fetch_review(request, pk)
    if not may_manage(signed_in(request), review):
        raise PermissionDenied(NOT_AN_OWNER)
    return review


def grants_seen(request: HttpRequest, review: Review) -> QuerySet[ReviewedGrant]:
    return review.grants.filter(aws_account__in=[each.pk for each in seen_accounts(request)])


def picked(request: HttpRequest, rows: QuerySet[ReviewedGrant], most: int) -> list[ReviewedGrant]:
    """Those of `rows` that the request names; one more than `most` where these are more."""
    asked: Any = request.POST if request.method == "POST" else request.GET
    pks = {int(pk) for pk in asked.getlist("grant") if pk.isascii() and pk.isdecimal() and len(pk) < 19}
    found = rows.filter(pk__in=sorted(pks)[: most + 1]).select_related("aws_account", "reviewer", "review")
    return list(found.order_by("-risk", "pk"))
