"""Search for actions: who may do this, asked of the AWS account that the operator sees first."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole.web.search import MOST, KindMatches, SearchHit, SearchKind
from iamconsole.web.search import register as register_kind
from policies.engine.catalogue import access_levels, all_actions


def find_actions(operator: Operator, words: str, limit: int) -> KindMatches:
    """Actions whose name begins so, with their service or without; the whole name first."""
    aws_account = AwsAccount.objects.visible_to(operator, SEE_IAM).order_by("name", "pk").first()
    if aws_account is None:
        return KindMatches(0, [])
    key = words.lower()
    named = ((name, *name.lower().split(":", 1)) for name in all_actions())
    found = [name for name, service, short in named if f"{service}:{short}".startswith(key) or short.startswith(key)]
    best = sorted(found, key=lambda name: (key not in (name.lower(), name.lower().partition(":")[2]), name))
    return KindMatches(min(len(found), MOST), [_hit(aws_account, name) for name in best[:limit]])


def _hit(aws_account: AwsAccount, name: str) -> SearchHit:
    url = reverse("who_can", kwargs={"account_id": aws_account.account_id})
    detail = " and ".join(access_levels(name))
    return SearchHit(
        name, f"{url}?{urlencode({'action': name, 'resource': '*'})}", detail, f"Who can, in {aws_account}"
    )


def register() -> None:
    register_kind(SearchKind("actions", "Actions", "terminal", find=find_actions, position=90))
