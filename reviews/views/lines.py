"""The rows of the page of a review: what it says beside each grant, with the names of people for who is told them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse

from accounts.models import AwsAccount, Operator
from iamconsole.web.words import ago
from objects.kinds import AwsKind, kind_of
from reviews.grants import source_of
from reviews.models import ReviewedGrant
from reviews.table import through
from sync import mirror

_LAST = {"keep": "kept", "revoke": "revoked"}


@dataclass(frozen=True)
class GrantLine:
    """`last_time`: "kept by Anton, 90 days ago"; "" where nobody decided it before.

    `unsaved`: why what was sent isn’t saved.
    """

    row: ReviewedGrant
    name: str
    noun: str
    url: str
    is_gone: bool
    is_mine: bool
    last_time: str
    unsaved: str = ""
    typed: str = ""  # the reason, as it was sent

    @property
    def through(self) -> str:
        return through(self.row)

    @property
    def label(self) -> str:
        return f"{self.name}: {self.row.what}"

    @property
    def reason(self) -> str:
        return self.typed or self.row.reason

    @property
    def is_revoking(self) -> bool:
        """Also where it isn’t saved yet, since the reason is missing."""
        return bool(self.unsaved) or self.row.decision == "revoke"


Group = tuple[str, AwsAccount]


def lines_of(
    rows: Sequence[ReviewedGrant], operator: Operator, *, decides: bool, looks: bool = True
) -> list[GrantLine]:
    """`decides`: whether the operator’s part is open. `looks`: whether the mirror is asked what has gone."""
    groups: defaultdict[Group, list[ReviewedGrant]] = defaultdict(list)
    for row in rows:
        groups[row.source, row.aws_account].append(row)
    names = names_of(groups, operator)
    gone = {row.pk for group, of_group in groups.items() for row in _gone(group, of_group)} if looks else set()
    return [
        GrantLine(
            row,
            names.get(row.pk) or row.called,
            noun_of(row.holder_kind),
            url_of(row),
            row.pk in gone,
            decides and row.reviewer_id == operator.pk,
            last_time(row.previous),
        )
        for row in rows
    ]


def names_of(groups: Mapping[Group, Sequence[ReviewedGrant]], operator: Operator) -> Mapping[int, str]:
    """Of people, by primary key of the row: their names, or "a person (id)" for whom these aren’t."""
    found: dict[int, str] = {}
    for (name, aws_account), rows in groups.items():
        source = source_of(name)
        people = [row for row in rows if not row.holder_name]
        if source is None or not source.a_person or not people:
            continue
        called = source.names(operator, aws_account, {row.holder_id for row in people})
        found |= {row.pk: called.get(row.holder_id) or f"{source.a_person} ({row.holder_id})" for row in people}
    return found


def _gone(group: Group, rows: Sequence[ReviewedGrant]) -> Iterable[ReviewedGrant]:
    source = source_of(group[0])
    if source is None:
        return ()
    there = source.there(group[1], {row.holder_id for row in rows})
    return [row for row in rows if row.key not in there]


def last_time(previous: ReviewedGrant | None) -> str:
    if previous is None or previous.decided_at is None:
        return ""
    return f"{_LAST[previous.decision]} by {previous.decided_by}, {ago(previous.decided_at)}"


@cache
def _kind(holder_kind: str) -> AwsKind | None:
    about = mirror.mirror_about(holder_kind)
    return kind_of(about.model) if about else None


def noun_of(holder_kind: str) -> str:
    kind = _kind(holder_kind)
    return f"{kind.word[0].upper()}{kind.word[1:]}" if kind else "Person"


def url_of(row: ReviewedGrant) -> str:
    """ "" where there is no page by the unique id alone."""
    kind = _kind(row.holder_kind)
    try:
        return reverse(kind.name, args=[row.aws_account.account_id, row.holder_id]) if kind else ""
    except NoReverseMatch:
        return ""
