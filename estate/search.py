"""Search for rules of findings, by their id and by what they find, and for labels of AWS accounts."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import AccountLabel, LabelledAwsAccount
from accounts.roles import ADMINISTER, SEE_IAM
from findings.rules import Rule
from findings.sources import all_rules
from iamconsole.web.search import kinds
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit, best
from iamconsole.web.words import some


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


# ---- Labels --------------------------------------------------------------------------------------------------------
def find_labels(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """Those of AWS accounts whose IAM the operator sees: to the label for who owns one of them, else to these."""
    fitting = [label for label in _labels(searcher) if asked.fits(label.name)]
    return best(_label_hits(searcher, fitting, asked), most)


def _labels_at(searcher: Searcher, refs: Sequence[str]) -> Sequence[SearchHit]:
    asked = {label.pk: label for label in _labels(searcher) if str(label.pk) in refs}
    return _label_hits(searcher, list(asked.values()), None)


def _labels(searcher: Searcher) -> Sequence[AccountLabel]:
    return list(AccountLabel.objects.visible_to(searcher.operator, SEE_IAM))


def _label_hits(searcher: Searcher, labels: Sequence[AccountLabel], asked: SearchQuery | None) -> list[SearchHit]:
    if not labels:
        return []
    seen = {each.pk: each for each in searcher.holding(SEE_IAM)}
    owned = {each.pk for each in searcher.holding(ADMINISTER)}
    having: dict[int, list[int]] = {}
    rows = LabelledAwsAccount.objects.filter(label__in=labels).order_by("aws_account__name")
    for label, aws_account in rows.values_list("label", "aws_account"):
        having.setdefault(label, []).append(aws_account)
    return [
        SearchHit(
            label.name,
            reverse("label", kwargs={"pk": label.pk})
            if owned.intersection(having[label.pk])
            else f"{reverse('all_overview')}?{urlencode({'label': label.pk})}",
            f"A label of {some([seen[each].name for each in having[label.pk] if each in seen])}",
            rank=asked.rank(label.name) if asked else Rank.EXACT,
            ref=str(label.pk),
        )
        for label in labels
    ]


def register() -> None:
    kinds.register(
        FoundKind(
            name="labels",
            label="Labels of AWS accounts",
            icon="tag",
            position=83,
            words=("label", "labels"),
            find=find_labels,
            at=_labels_at,
        )
    )
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
