"""Search by the id of an access key: what a log or an alert names is the key, and who has it is the question."""

from __future__ import annotations

from django.db.models import F
from django.urls import reverse

from accounts.models import Operator
from iamconsole.web.search import KindMatches, SearchHit, SearchKind, beginning
from iamconsole.web.search import register as register_kind
from identities.models import AccessKey


def find_keys(operator: Operator, words: str, limit: int) -> KindMatches:
    """Keys whose id begins so; those that are gone come last."""
    keys = beginning(AccessKey.objects.visible_to(operator), words).select_related("aws_account", "user")
    newest = keys.order_by(F("gone_at").desc(nulls_first=True), "pk")
    return KindMatches(keys.count(), [_hit(key) for key in newest[:limit]])


def _hit(key: AccessKey) -> SearchHit:
    address = {"account_id": key.aws_account.account_id, "aws_id": key.user.aws_id}
    return SearchHit(
        key.name,
        reverse("user_credentials", kwargs=address),
        f"An access key of {key.user.name}",
        str(key.aws_account),
        key.gone_at,
    )


def register() -> None:
    register_kind(SearchKind("keys", "Access keys", "key-round", find=find_keys, position=35))
