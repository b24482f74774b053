"""Changes outside this console that nobody has accepted or undone, as findings: one for each object."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from iamconsole.web.words import counted
from sync import drift

RULE = "drift.outside"
_CODE = ("findings/drift_source.py", "sync/drift.py")


class DriftSource(FindingSource):
    """A scope is an object. What is ignored by ownership rules is no drift."""

    name = "drift"
    title = "Drift"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            RULE,
            "Something that was changed in AWS outside this console, and that nobody has accepted or undone.",
            title="Changed outside this console",
            why="Nobody approved it here, and the audit trail doesn’t have it.",
            mend="Accept it where it is right, or undo it: both stand on its page of drift.",
            one="object was changed outside this console",
            many="objects were changed outside this console",
        )
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        code = stamp_of_code(*_CODE)
        pks: dict[str, list[int]] = {}
        rows = drift.to_count(aws_account).order_by("pk")
        for pk, *of in rows.values_list("pk", "facet__kind", "facet__region", "facet__object_id"):
            pks.setdefault(_scope(*of), []).append(pk)
        return {scope: stamp_of(code, some) for scope, some in pks.items()}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        ids = {scope.split("|", 2)[2] for scope in scopes}
        rows = drift.open_drift(aws_account).filter(facet__object_id__in=ids).order_by("-pk")
        by_scope: dict[str, list[Any]] = {scope: [] for scope in scopes}
        for row in rows:
            scope = _scope(row.facet.kind, row.facet.region, row.facet.object_id)
            if scope in by_scope:
                by_scope[scope].append(row)
        return {scope: list(_found(some)) for scope, some in by_scope.items()}


def _scope(kind: str, region: str, object_id: str) -> str:
    return f"{kind}|{region}|{object_id}"


def _found(rows: Sequence[Any]) -> Iterator[Found]:
    """`rows`: of one object, the newest first."""
    if rows:
        newest, facet = rows[0], rows[0].facet
        others = f" {counted(len(rows) - 1, 'other change')} before." if len(rows) > 1 else ""
        name = drift.name_in(newest)
        sentence = f"{drift.object_in(newest)}: {drift.sentence(newest)}.{others}"
        evidence = {"revisions": [row.pk for row in rows[:20]]}
        key = [str(row.pk) for row in rows]
        yield Found(
            RULE, FindingSeverity.MEDIUM, facet.kind, facet.object_id, name, sentence, key, evidence, facet.region
        )
