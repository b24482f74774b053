"""Search for actions – who may do this, asked of the AWS account that the operator sees first – and for saved tests."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from access.saved_tests.content import KIND
from accounts.models import LabelledAwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web.search import kinds
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit, best
from policies.engine.catalogue import access_levels, action, actions_matching, all_actions
from sync.models import SafeguardVersion


@cache
def _by_beginning() -> tuple[tuple[str, str], ...]:
    """In lower case, with their service and without, in order; each with the action."""
    lowered = ((name.lower(), name) for name in all_actions())
    return tuple(sorted((way, name) for low, name in lowered for way in (low, low.partition(":")[2])))


@cache
def _text() -> str:
    """All of them in lower case, one a line: quicker searched than each by itself."""
    return "\n".join(all_actions()).lower()


def _beginning(key: str, most: int) -> Iterator[str]:
    ways = _by_beginning()
    start = bisect_left(ways, (key, ""))
    for way, name in ways[start : start + 2 * most]:
        if way.startswith(key):
            yield name


def _containing(texts: Sequence[str], most: int) -> Iterator[str]:
    """The first that have all of the texts."""
    whole = _text()
    rarest = max(texts, key=len)
    place = whole.find(rarest)
    while place >= 0 and most:
        begins, ends = whole.rfind("\n", 0, place) + 1, whole.find("\n", place)
        ends = len(whole) if ends < 0 else ends
        line = whole[begins:ends]
        if all(text in line for text in texts):
            most -= 1
            yield line
        place = whole.find(rarest, ends)


def find_actions(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """Actions with the words in their names, also as patterns ("s3:delete*"): each leads to who can do it."""
    where = searcher.holding(SEE_IAM)
    if not where:
        return []
    url = reverse("who_can", kwargs={"account_id": where[0].account_id})
    joined = replace(asked, text=asked.text.replace(" ", ""))  # "delete bucket" is DeleteBucket
    if ":" in asked.key and ("*" in asked.key or "?" in asked.key):
        names: Sequence[str] = actions_matching(asked.key)
    else:
        others = (found.name for line in _containing(asked.texts, most) if (found := action(line)))
        names = [*dict.fromkeys([*_beginning(joined.key, most), *others])]
    ranked = sorted((_rank(joined, name), len(name.partition(":")[0]), name) for name in names)
    return [
        SearchHit(
            name,
            f"{url}?{urlencode({'action': name, 'resource': '*'})}",
            " and ".join(access_levels(name)),
            f"Who can, in {where[0]}",
            rank=rank,
            weight=-length,  # of DeleteBucket, S3’s before that of S3 on Outposts
            ref=name,
        )
        for rank, length, name in ranked[:most]
    ]


def _rank(asked: SearchQuery, name: str) -> Rank:
    return asked.rank(name, name.partition(":")[2])


def _actions_at(searcher: Searcher, refs: Sequence[str]) -> Sequence[SearchHit]:
    asked = (SearchQuery(name, name, is_literal=True) for name in refs)
    return [hit for each in asked for hit in find_actions(searcher, each, 1) if hit.name == each.text]


# ---- Saved tests ---------------------------------------------------------------------------------------------------
def find_tests(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """Those in force where the operator sees IAM, each once: one of a label in the first AWS account that has it."""
    rows = _tests_in_force(searcher)
    for text in asked.texts:
        rows = rows.filter(name__icontains=text)
    return best((replace(hit, rank=asked.rank(hit.name)) for hit in _test_hits(searcher, rows)), most)


def _tests_at(searcher: Searcher, refs: Sequence[str]) -> Sequence[SearchHit]:
    pks = [int(ref) for ref in refs if ref.isascii() and ref.isdecimal() and len(ref) < 19]
    return list(_test_hits(searcher, _tests_in_force(searcher).filter(safeguard__in=pks)))


def _tests_in_force(searcher: Searcher) -> QuerySet[SafeguardVersion]:
    here = [each.pk for each in searcher.holding(SEE_IAM)]
    labels = LabelledAwsAccount.objects.filter(aws_account__in=here).values("label")
    held = Q(safeguard__aws_account__in=here) | Q(safeguard__label__in=labels)
    in_force = SafeguardVersion.objects.filter(
        held, safeguard__kind=KIND, safeguard__deleted_at=None, state=SafeguardVersion.State.IN_FORCE
    )
    return in_force.select_related("safeguard")


def _test_hits(searcher: Searcher, versions: QuerySet[SafeguardVersion]) -> Iterator[SearchHit]:
    rows = list(versions)
    here = {each.pk: each for each in searcher.holding(SEE_IAM)}
    labelled = LabelledAwsAccount.objects.filter(
        label__in={row.safeguard.label_id for row in rows}, aws_account__in=here
    )
    having: dict[int, set[int]] = {}
    for label, aws_account in labelled.values_list("label", "aws_account"):
        having.setdefault(label, set()).add(aws_account)
    for row in rows:
        of = row.safeguard
        held = {of.aws_account_id} if of.aws_account_id else having[of.label_id or 0]
        first = next(each for pk, each in here.items() if pk in held)
        yield SearchHit(
            row.name,
            reverse("access_test", args=[first.account_id, of.pk]),
            f"Expected: {row.content['expected']}" + ("" if of.aws_account_id else ", by a label"),
            str(first),
            elsewhere=searcher.is_elsewhere(first.pk),
            ref=str(of.pk),
        )


def register() -> None:
    kinds.register(
        FoundKind(
            name="tests",
            label="Saved tests",
            icon="list-checks",
            position=70,
            words=("test", "tests"),
            find=find_tests,
            at=_tests_at,
        )
    )
    kinds.register(
        FoundKind(
            name="actions",
            label="Actions",
            icon="terminal",
            position=90,
            words=("action", "who can", "who may"),
            find=find_actions,
            least=3,
            at=_actions_at,
        )
    )
