"""Search for rules of findings: by their id and by what they find."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from accounts.roles import SEE_IAM
from estate.health import rule_titles
from iamconsole.web.search import kinds
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit


def find_rules(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """Each leads to what it found, in all AWS accounts that the operator may see."""
    if not searcher.holding(SEE_IAM):
        return []
    fitting = [(rule, title) for rule, title in rule_titles().items() if asked.fits(rule, title)]
    return [_hit(rule, title, min(asked.rank(rule), asked.rank(title))) for rule, title in fitting[:most]]


def _rules_at(searcher: Searcher, refs: Sequence[str]) -> Sequence[SearchHit]:
    titles = rule_titles() if searcher.holding(SEE_IAM) else {}
    return [_hit(ref, titles[ref], Rank.EXACT) for ref in refs if ref in titles]


def _hit(rule: str, title: str, rank: Rank) -> SearchHit:
    url = f"{reverse('all_findings')}?{urlencode({'rule': rule})}"
    return SearchHit(title.rstrip("."), url, rule, rank=rank, ref=rule)


def register() -> None:
    kinds.register(
        FoundKind(
            name="rules",
            label="Rules of findings",
            icon="shield-alert",
            position=82,
            words=("finding", "findings", "rule", "rules"),
            find=find_rules,
            least=3,
            at=_rules_at,
        )
    )
