"""Search for changes: by their number, as mails and tickets name them, and by words of what they do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import CARE, SEE_IAM
from iamconsole.web.search import kinds, places
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit
from iamconsole.web.search.places import PAGES, SETTINGS, SearchPlace
from iamconsole.web.trigrams import LEAST, containing
from sync.models import Change
from sync.selectors import NOT_ASKED_FOR

_NUMBER = re.compile(r"#?(\d{1,18})", re.ASCII)


def find_changes(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """The change of that number first, then those with the words in their title, newest first."""
    return [_hit(searcher, change, rank) for rank, change in _found(searcher, asked, most)]


def _found(searcher: Searcher, asked: SearchQuery, most: int) -> list[tuple[Rank, Change]]:
    seen = _seen_by(searcher.operator)
    number = _NUMBER.fullmatch(asked.text)
    exact = list(seen.filter(pk=int(number[1]))) if number else []
    if min(map(len, asked.texts)) < LEAST:
        return [(Rank.EXACT, change) for change in exact]
    titled = seen.exclude(pk__in=[change.pk for change in exact])
    for text in asked.texts:
        titled = containing(titled, text)
    others = [(max(asked.rank(change.titled), Rank.WORD), change) for change in titled.order_by("-pk")[:most]]
    return [*((Rank.EXACT, change) for change in exact), *others]


def _seen_by(operator: Operator) -> QuerySet[Change]:
    """Who looks after people alone sees the changes they asked for themselves."""
    of_iam = Q(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))
    own = NOT_ASKED_FOR & Q(requested_by=operator, aws_account__in=AwsAccount.objects.visible_to(operator, CARE))
    return Change.objects.filter(of_iam | own).select_related("aws_account", "requested_by")


def _changes_at(searcher: Searcher, refs: Sequence[str]) -> Sequence[SearchHit]:
    pks = [int(ref) for ref in refs if _NUMBER.fullmatch(ref)]
    return [_hit(searcher, change, Rank.EXACT) for change in _seen_by(searcher.operator).filter(pk__in=pks)]


def _hit(searcher: Searcher, change: Change, rank: Rank) -> SearchHit:
    return SearchHit(
        f"{change.pk} {change.titled}",
        reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk}),
        f"{change.get_state_display()}, proposed by {change.requested_by}",
        str(change.aws_account),
        rank=rank,
        elsewhere=searcher.is_elsewhere(change.aws_account_id),
        weight=change.pk,
        ref=str(change.pk),
    )


# By name, title, address, sort, and more words by which they are found.
_PLACES = (
    SearchPlace("connect", "Connect an AWS account", "connect", PAGES, words="add new", icon="plug"),
    SearchPlace("import", "Import a file of an AWS account", "import_snapshot", PAGES, words="snapshot", icon="upload"),
    SearchPlace("permissions", "Permissions of the console", "permissions", PAGES, words="role read write statement"),
    SearchPlace("spanning", "Changes across AWS accounts", "spanning_changes", PAGES, words="waves", icon="layers"),
    SearchPlace("ownership", "Ownership rules", "ownership", SETTINGS, words="managed read-only ignored terraform"),
    SearchPlace("labels", "Labels of AWS accounts", "labels", SETTINGS, words="group several"),
)


def register() -> None:
    places.register(*_PLACES)
    kinds.register(
        FoundKind(
            name="changes",
            label="Changes",
            icon="git-pull-request-arrow",
            position=80,
            words=("change",),
            find=find_changes,
            at=_changes_at,
        )
    )
