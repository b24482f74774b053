"""What is wrong with pools, user pools and identity pools alike: written down for the lists and the overview.

A pool's findings depend on what belongs to it, on the other kind of pools, and on IAM. So each is looked at again soon
after something of Cognito in its AWS account was seen to change, and every few minutes in any case.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Exists, Max, OuterRef, PositiveSmallIntegerField, Q, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from findings import refresh
from iamconsole.web import panels
from iamconsole.web.elements import flag, joined, muted, small
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.tables import Column
from iamconsole.web.words import counted
from sync.models import Fact, MirroredRow, Revision

FINDINGS = "findings"  # the name of the fact: which there are, and the worst as its sort key
EVERY = timedelta(minutes=5)
_TAKES_S = 1.0  # at a tick; the rest waits for the next one
_ORDER = tuple(panels.SEVERITIES)


@dataclass(frozen=True)
class PostureFinding:
    """`severity`: of panels.SEVERITIES. `action`: of the pool's own place, "" where none fixes it by itself.

    `asked` fills in fields of the action's form.
    """

    code: str
    severity: str
    title: str
    text: str  # what it means, and what to do
    action: str = ""
    label: str = ""
    asked: tuple[tuple[str, str], ...] = ()

    @property
    def badge(self) -> tuple[str, str, str]:
        return panels.SEVERITIES[self.severity]

    @property
    def described(self) -> dict[str, Any]:
        """As it is kept."""
        said = {"code": self.code, "severity": self.severity, "title": self.title, "text": self.text}
        return said | {"action": self.action, "asked": [list(each) for each in self.asked]}

    @property
    def query(self) -> str:
        return f"?{urlencode(self.asked)}" if self.asked else ""


def worst_first(found: Iterable[PostureFinding]) -> list[PostureFinding]:
    """Each once."""
    return sorted(dict.fromkeys(found), key=lambda each: _ORDER.index(each.severity))


# ---- Written down ------------------------------------------------------------------------------------------------
Find = Callable[[Any], Sequence[PostureFinding]]
_looked_at: dict[type[MirroredRow], Find] = {}


def register(model: type[MirroredRow], find: Find) -> None:
    """`find`: what is wrong with a row of the model, the worst first, by the mirror."""
    _looked_at[model] = find


def look_again() -> int:
    """Once a minute: those that are due, as many as a second allows. Returns how many."""
    for model in _looked_at:
        there = model._default_manager.filter(
            gone_at__isnull=True, aws_account=OuterRef("aws_account"), aws_id=OuterRef("object_id")
        )
        Fact.objects.filter(~Exists(there), kind=model.kind, name=FINDINGS).delete()
    until, looked_at, upto = time.monotonic() + _TAKES_S, 0, _newest_revision()
    for row in _due():
        tell(row, upto)
        looked_at += 1
        if time.monotonic() > until:
            break
    return looked_at


def tell(row: Any, upto: int | None = None) -> Fact:
    """`upto`: the newest revision that the mirror had before it was looked at."""
    upto = _newest_revision() if upto is None else upto
    found = _looked_at[type(row)](row)
    described = [each.described for each in found]
    before = Fact.objects.filter(aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id, name=FINDINGS)
    was = before.values_list("value", flat=True).first()
    value = {"count": len(found), "findings": described, "at": timezone.now().isoformat(), "upto": upto}
    fact, _ = Fact.objects.update_or_create(
        aws_account=row.aws_account,
        kind=row.kind,
        object_id=row.aws_id,
        name=FINDINGS,
        defaults={"value": value, "sort_key": found[0].severity if found else ""},
    )
    if (was or {}).get("findings", []) != described:
        refresh.look_again(AwsAccount.objects.filter(pk=row.aws_account_id))
    return fact


def _newest_revision() -> int:
    return Revision.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _due() -> Iterator[Any]:
    """Those never looked at first, then the ones looked at longest ago."""
    facts = Fact.objects.filter(kind__in=[model.kind for model in _looked_at], name=FINDINGS)
    described = {(fact.aws_account_id, fact.kind, fact.object_id): fact.value for fact in facts}
    upto = [value["upto"] for value in described.values() if "upto" in value]
    changed = _changed_since(min(upto)) if upto else {}
    before = (timezone.now() - EVERY).isoformat()
    due = []
    for model in _looked_at:
        rows = model._default_manager.filter(~Q(aws_id=""), gone_at__isnull=True).select_related("aws_account")
        for row in rows:
            value = described.get((row.aws_account_id, row.kind, row.aws_id), {})
            at = value.get("at", "") if "upto" in value else ""
            if at < before or changed.get(row.aws_account_id, 0) > value["upto"]:
                due.append((at, row.kind, row.pk, row))
    yield from (row for *_, row in sorted(due, key=lambda each: each[:3]))


def _changed_since(revision: int) -> dict[int, int]:
    """The newest revision of anything of Cognito after that one, by the AWS account."""
    newer = Revision.objects.filter(pk__gt=revision, facet__kind__startswith="cognito.")
    newest: defaultdict[int, int] = defaultdict(int)
    for account, pk in newer.order_by().values_list("facet__aws_account").annotate(Max("pk")):
        newest[account] = pk
    return newest


# ---- Shown -------------------------------------------------------------------------------------------------------
def with_findings(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With `found`, the value of the fact, `worst`, a severity, and `badness`, its rank for a list that begins with
    the worst. The first two are None where nobody looked yet.
    """
    facts = Fact.objects.filter(
        aws_account=OuterRef("aws_account"), kind=rows.model.kind, object_id=OuterRef("aws_id"), name=FINDINGS
    )
    described = {"found": Subquery(facts.values("value")[:1]), "worst": Subquery(facts.values("sort_key")[:1])}
    ranks = [When(worst=name, then=Value(rank)) for rank, name in enumerate((*_ORDER, ""))]
    badness = Case(*ranks, default=Value(len(ranks)), output_field=PositiveSmallIntegerField())
    annotated: QuerySet[Any] = rows.annotate(**described).annotate(badness=badness)
    return annotated


def _cell(row: Any, scope: Any) -> SafeString:
    if row.found is None:
        return muted("Not looked at yet")
    if not row.found["count"]:
        return muted("None")
    word, ink, icon = panels.SEVERITIES[row.worst]
    return joined([flag(word, ink, icon), small(counted(row.found["count"], "finding"))], " ")


COLUMN = Column("findings", "Findings", lambda row: (row.found or {}).get("count"), cell=_cell, sort="badness")
FILTER = ChoiceFilter(
    "worst",
    "Worst finding",
    choices=(
        *(
            FilterChoice(name, panels.SEVERITIES[name][0], Q(worst=name), f"Worst finding: {name}")
            for name in ("critical", "high", "medium", "low")
        ),
        FilterChoice("none", "None", Q(worst=""), "Nothing found"),
    ),
)
