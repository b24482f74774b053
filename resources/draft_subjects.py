"""Drafts of policies of resources (policies/draft_subjects.py)."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import AwsAccount
from policies import draft_subjects
from policies.draft_subjects import DraftSubject
from policies.holdings import ResourcePolicyChange
from resources.models import Resource
from resources.operations.policies import standing_text
from resources.table.computing import FUNCTION

RESOURCE_POLICY = "resource_policy"


def _resource_policy(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject | None:
    """`name`: the alias of a function, "" for what stands on the resource itself."""
    rows = Resource.objects.live().filter(aws_account=aws_account, aws_id=aws_id)
    row = rows.prefetch_related("policies__document").first()
    if row is None or not row.arn:
        return None
    on = f"{row.arn}:{name}" if name and row.kind == FUNCTION.kind else row.arn
    text = standing_text(row, on)
    against = "Against the policy that stands there" if text else "Against no policy, as it is now"
    url = reverse("resource", kwargs={"account_id": aws_account.account_id, "aws_id": aws_id})
    return DraftSubject(ResourcePolicyChange(row.arn, text or "", on), against, url)


def register() -> None:
    draft_subjects.register(RESOURCE_POLICY, _resource_policy)
