"""Who looks after an object, by the rules of its AWS account: managed here, read-only, or ignored.

The first rule that matches decides; none: managed. The answer is kept in a column of the mirrored rows, for lists;
whoever is about to change something asks the rules themselves. The engine never asks: it reasons about everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import translate
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from sync.models import LookedAfterRow, MirroredRow, Ownership, OwnershipRule

Matches = OwnershipRule.Matches

WORDS = {Ownership.MANAGED: "managed here", Ownership.READ_ONLY: "read-only", Ownership.IGNORED: "ignored"}
_AT_ONCE = 500  # rows


class OwnershipRules:
    """The rules of one AWS account, in their order."""

    def __init__(self, rules: Iterable[OwnershipRule]) -> None:
        self._rules = [(rule, _pattern(rule)) for rule in rules]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def deciding(self, name: str, path: str, tags: Mapping[str, str]) -> OwnershipRule | None:
        """The first one that matches."""
        values = {Matches.NAME: name.casefold(), Matches.PATH: path}
        for rule, pattern in self._rules:
            value = tags.get(rule.tag_key) if rule.matches == Matches.TAG else values[Matches(rule.matches)]
            if value is not None and pattern.match(value):
                return rule
        return None

    def decide(self, name: str, path: str, tags: Mapping[str, str]) -> Ownership:
        rule = self.deciding(name, path, tags)
        return Ownership(rule.ownership) if rule else Ownership.MANAGED

    def of(self, row: MirroredRow) -> OwnershipRule | None:
        """The rule that decides about a mirrored row."""
        return self.deciding(row.name, getattr(row, "path", ""), getattr(row, "tags", None) or {})


def _pattern(rule: OwnershipRule) -> re.Pattern[str]:
    """`*` is any text, `?` one character, nothing else is special. Names are compared without case, as IAM does.

    `translate` makes expressions that take no longer for many stars.
    """
    text = rule.pattern.replace("[", "[[]")
    return re.compile(translate(text.casefold() if rule.matches == Matches.NAME else text))


def rules_of(aws_account: AwsAccount) -> OwnershipRules:
    return OwnershipRules(OwnershipRule.objects.filter(aws_account=aws_account))


def words(rule: OwnershipRule) -> str:
    """ "name svc-*: ignored", "tag team = platform: read-only"."""
    what = f"tag {rule.tag_key} =" if rule.matches == Matches.TAG else rule.get_matches_display().lower()
    return f"{what} {rule.pattern}: {WORDS[Ownership(rule.ownership)]}"


# ---- The column ----------------------------------------------------------------------------------------------
def settle(model: type[MirroredRow], aws_account: AwsAccount, object_ids: Sequence[str]) -> None:
    """Brings the column of these rows in line; for who has just written them, in the same transaction."""
    if not issubclass(model, LookedAfterRow):
        return
    rules = rules_of(aws_account)
    if rules:
        settle_rows(model.objects.filter(aws_account=aws_account, aws_id__in=object_ids), rules)


def settle_rows(rows: QuerySet[Any], rules: OwnershipRules) -> None:
    due: dict[Ownership, list[int]] = {}
    for pk, ownership in decided_otherwise(rows, rules):
        due.setdefault(ownership, []).append(pk)
    for ownership, pks in due.items():
        for begin in range(0, len(pks), _AT_ONCE):
            rows.model._default_manager.filter(pk__in=pks[begin : begin + _AT_ONCE]).update(ownership=ownership)


def decided_otherwise(rows: QuerySet[Any], rules: OwnershipRules) -> Iterator[tuple[int, Ownership]]:
    """The rows whose column says something else than these rules: primary key, and what the rules say."""
    about = rows.values_list("pk", "ownership", *_columns(rows.model))
    for pk, ownership, *said in about.iterator(chunk_size=_AT_ONCE):
        now = rules.decide(*_about(said))
        if now != ownership:
            yield pk, now


def _columns(model: type[MirroredRow]) -> list[str]:
    has = {field.name for field in model._meta.concrete_fields}
    return [column for column in ("name", "path", "tags") if column in has]


def _about(values: Sequence[Any]) -> tuple[str, str, Mapping[str, str]]:
    name = str(values[0])
    path = next((value for value in values[1:] if isinstance(value, str)), "")
    tags = next((value for value in values[1:] if isinstance(value, dict)), {})
    return name, path, tags
