"""Search for rules of findings: by their id and by what they find."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from accounts.roles import SEE_IAM
from findings.rules import Rule
from findings.sources import all_rules
from iamconsole.web.search import kinds
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit, best


def find_rules(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """Each leads to what it found, in all AWS accounts that the operator may see."""
    if not searcher.holding(SEE_IAM):
        return []
    fitting = [rule for rule in all_rules().values() if asked.fits(rule.id, rule.name, rule.says)]
    return best((_hit(rule, min(asked.rank(rule.id), asked.rank(rule.name))) for rule in fitting), most)


def _rules_at(searcher: Searcher, refs: Sequence[str]) -> Sequence[SearchHit]:
    rules = all_rules() if searcher.holding(SEE_IAM) else {}
    return [_hit(rules[ref], Rank.EXACT) for ref in refs if ref in rules]


def _hit(rule: Rule, rank: Rank) -> SearchHit:
    url = f"{reverse('all_findings')}?{urlencode({'rule': rule.id})}"
    return SearchHit(rule.name, url, rule.id, rank=rank, ref=rule.id)


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
