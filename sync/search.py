"""Search for changes: by their number, as mails and tickets name them, and by words of their title."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import CARE, SEE_IAM
from iamconsole.web.search import MOST, KindMatches, SearchHit, SearchKind
from iamconsole.web.search import register as register_kind
from iamconsole.web.trigrams import LEAST
from sync.models import Change

_NUMBER = re.compile(r"(?:change\s*)?#?(\d{1,18})", re.IGNORECASE | re.ASCII)


def find_changes(operator: Operator, words: str, limit: int) -> KindMatches:
    """The change of that number first, then those with the words in their title, newest first."""
    seen = _seen_by(operator)
    number = _NUMBER.fullmatch(words)
    exact = list(seen.filter(pk=int(number[1]))) if number else []
    titled = seen.filter(title__icontains=words).exclude(pk__in=[change.pk for change in exact])
    others = list(titled.order_by("-pk")[:MOST]) if len(words) >= LEAST else []
    found = [*exact, *others]
    return KindMatches(len(found), [_hit(change) for change in found[:limit]])


def _seen_by(operator: Operator) -> QuerySet[Change]:
    """Who looks after people alone sees the changes they asked for themselves."""
    of_iam = Q(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))
    own = Q(requested_by=operator, aws_account__in=AwsAccount.objects.visible_to(operator, CARE))
    return Change.objects.filter(of_iam | own).select_related("aws_account", "requested_by")


def _hit(change: Change) -> SearchHit:
    address = {"account_id": change.aws_account.account_id, "pk": change.pk}
    detail = f"{change.get_state_display()}, proposed by {change.requested_by}"
    return SearchHit(f"{change.pk} {change.titled}", reverse("change", kwargs=address), detail, str(change.aws_account))


def register() -> None:
    kind = SearchKind("changes", "Changes", "git-pull-request-arrow", find=find_changes, position=80, least=1)
    register_kind(kind)
