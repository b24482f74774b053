"""The list of drift, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.tables import Column, Table
from sync import drift, mirror
from sync.drift import OPEN


@dataclass(frozen=True)
class KindFilter(Filter):
    """Which kinds there are is known when all apps have registered theirs."""

    control: ClassVar[str] = "select"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        nouns = {each.kind: str(each.model._meta.verbose_name) for each in mirror.registry.values()}
        return sorted(((kind, noun[0].upper() + noun[1:]) for kind, noun in nouns.items()), key=lambda pair: pair[1])

    def chip(self, scope: Any, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(facet__kind=value)


@dataclass(frozen=True)
class PartFilter(Filter):
    """What changed: by a part of the content, as mirrors tell of it."""

    control: ClassVar[str] = "select"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        labels = {
            name: part.label
            for each in mirror.registry.values()
            for name, part in each.parts.items()
            if not part.follows
        }
        return sorted(labels.items(), key=lambda pair: pair[1])

    def chip(self, scope: Any, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        then, now = (_part(value, of) for of in ("before", "content"))
        differs = rows.filter(gone=False).annotate(part_then=then, part_now=now).exclude(part_then=F("part_now"))
        found: QuerySet[Any] = differs.exclude(part_then="", part_now__in=("[]", "{}"))  # new, and without it
        return found


def _part(name: str, of: str) -> Coalesce:
    return Coalesce(Cast(KeyTextTransform(name, of), TextField()), Value(""), output_field=TextField())


_APPEARED = Q(gone=False) & (Q(number=1) | Q(was_gone=True))

DRIFT = Table(
    name="drift",
    one="change outside this console",
    many="changes outside this console",
    rows_template="sync/drift/rows.html",
    count=lambda rows: rows.count(),  # to the letter, since accepting makes it less
    columns=(
        Column("seen", "First seen", lambda row: row.seen_at, sort="seen_at", newest_first=True),
        Column("kind", "Kind", drift.noun_of),
        Column("name", "Name", drift.object_in),
        Column("object_id", "Unique id", lambda row: row.facet.object_id),
        Column("what", "What changed", drift.sentence),
        Column("after_pull", "After pull", lambda row: row.earlier_run or ""),
        Column("in_pull", "In pull", lambda row: row.run_id or ""),
        Column("accepted_by", "Accepted by", lambda row: str(row.accepted_by or "")),
        Column("accepted_at", "Accepted", lambda row: row.accepted_at or ""),
        Column("reverted_at", "Reverted", lambda row: row.reverted_at or ""),
        Column("undone_by", "Undone by change", lambda row: row.reversal_id or ""),
    ),
    default_sort="-seen",
    filters=(
        ChoiceFilter(
            "state",
            "State",
            default="open",
            choices=(
                FilterChoice("open", "Open: nobody has looked at it", OPEN, "Open"),
                FilterChoice("accepted", "Accepted", Q(accepted_at__isnull=False)),
                FilterChoice(
                    "reverted", "Reverted since", Q(reverted_at__isnull=False) & ~Q(reversal__state="applied")
                ),
                FilterChoice("undone", "Undone by a change of this console", Q(reversal__state="applied"), "Undone"),
            ),
        ),
        ChoiceFilter(
            "happened",
            "What happened",
            choices=(
                FilterChoice("appeared", "It is new", _APPEARED, "New"),
                FilterChoice("changed", "It changed", Q(gone=False, number__gt=1) & ~Q(was_gone=True), "Changed"),
                FilterChoice("gone", "It was deleted", Q(gone=True), "Deleted"),
            ),
        ),
        PartFilter("part", "What changed"),
        KindFilter("kind", "Kind"),
    ),
    empty_icon="circle-check",
    empty_title="Nothing was changed outside this console",
    empty_text="What somebody changes in AWS by other means shows here after the pull that sees it.",
)
