"""Who looks after an object, by the rules of its AWS account: managed here, read-only, or ignored.

The first rule that matches decides; none: managed. The answer is kept in a column of the mirrored rows, for lists;
whoever is about to change something asks the rules themselves. The engine never asks: it reasons about everything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.models import AwsAccount, Operator
from sync.checks import PlanCheck, PlanFinding
from sync.mirror.base import DETAILS, registry
from sync.mirror.facets import lock_all_details
from sync.models import LookedAfterRow, MirroredRow, Ownership, OwnershipRule

if TYPE_CHECKING:  # operations stand above the mirror, which settles what it writes here
    from sync.operations import PlannedStep

Matches = OwnershipRule.Matches

audit.register({"ownership.changed": "changed the ownership rules of {object}"})

WORDS = {Ownership.MANAGED: "managed here", Ownership.READ_ONLY: "read-only", Ownership.IGNORED: "ignored"}
MOST_RULES = 100
_AT_ONCE = 500  # rows


class OwnershipRules:
    """The rules of one AWS account, in their order."""

    def __init__(self, rules: Iterable[OwnershipRule]) -> None:
        self._rules = [(rule, _pattern(rule)) for rule in rules]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def deciding(self, name: str, path: str, tags: Mapping[str, str]) -> OwnershipRule | None:
        """The first one that matches."""
        said = {Matches.NAME: name.casefold(), Matches.PATH: path}
        for rule, pattern in self._rules:
            value = tags.get(rule.tag_key) if rule.matches == Matches.TAG else said[Matches(rule.matches)]
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


def kinds() -> list[type[LookedAfterRow]]:
    """The models of what rules are about."""
    details = dict.fromkeys(mirror.model for (_, facet), mirror in registry.items() if facet == DETAILS)
    return [model for model in details if issubclass(model, LookedAfterRow)]


# ---- The column ----------------------------------------------------------------------------------------------
def settle(model: type[MirroredRow], aws_account: AwsAccount, object_ids: Sequence[str]) -> None:
    """Brings the column of these rows in line; for who has just written them, in the same transaction."""
    if not issubclass(model, LookedAfterRow):
        return
    rules = rules_of(aws_account)
    if rules:
        _settle(model.objects.filter(aws_account=aws_account, aws_id__in=object_ids), rules)


def apply(aws_account: AwsAccount) -> None:
    """Brings the column of all rows in line, in the caller's transaction."""
    rules = rules_of(aws_account)
    models = kinds()
    lock_all_details(aws_account, [model.kind for model in models])
    for model in models:
        _settle(model.objects.filter(aws_account=aws_account), rules)


def _settle(rows: QuerySet[Any], rules: OwnershipRules) -> None:
    due: dict[Ownership, list[int]] = {}
    about = rows.values_list("pk", "ownership", *_columns(rows.model))
    for pk, ownership, *said in about.iterator(chunk_size=_AT_ONCE):
        now = rules.decide(*_about(said))
        if now != ownership:
            due.setdefault(now, []).append(pk)
    for ownership, pks in due.items():
        for begin in range(0, len(pks), _AT_ONCE):
            rows.model._default_manager.filter(pk__in=pks[begin : begin + _AT_ONCE]).update(ownership=ownership)


def _columns(model: type[MirroredRow]) -> list[str]:
    has = {field.name for field in model._meta.concrete_fields}
    return [column for column in ("name", "path", "tags") if column in has]


def _about(values: Sequence[Any]) -> tuple[str, str, Mapping[str, str]]:
    name = str(values[0])
    path = next((value for value in values[1:] if isinstance(value, str)), "")
    tags = next((value for value in values[1:] if isinstance(value, dict)), {})
    return name, path, tags


# ---- Before and after ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RuleEffect:
    """What other rules would do to one kind: how many live objects would come to be looked after so."""

    one: str
    many: str
    ownership: Ownership
    number: int


def preview(aws_account: AwsAccount, rules: OwnershipRules) -> list[RuleEffect]:
    """What would be otherwise if these were the rules."""
    effects: list[RuleEffect] = []
    for model in kinds():
        rows = model.objects.live().filter(aws_account=aws_account)
        found: Counter[Ownership] = Counter()
        for ownership, *said in rows.values_list("ownership", *_columns(model)).iterator(chunk_size=_AT_ONCE):
            now = rules.decide(*_about(said))
            if now != ownership:
                found[now] += 1
        one, many = str(model._meta.verbose_name), str(model._meta.verbose_name_plural)
        effects += [RuleEffect(one, many, ownership, found[ownership]) for ownership in Ownership if found[ownership]]
    return effects


def change_rules(
    *, aws_account: AwsAccount, rules: Sequence[OwnershipRule], actor: Operator, request: HttpRequest | None = None
) -> bool:
    """Replaces the rules by these, in this order, and applies them. Returns whether they are other ones."""
    before = [words(rule) for rule in OwnershipRule.objects.filter(aws_account=aws_account)]
    now = [words(rule) for rule in rules]
    if before == now:
        return False
    with transaction.atomic():
        OwnershipRule.objects.filter(aws_account=aws_account).delete()
        for position, rule in enumerate(rules, start=1):
            rule.pk, rule.aws_account, rule.position = None, aws_account, position
        OwnershipRule.objects.bulk_create(rules)
        audit.record(
            "ownership.changed",
            actor=actor,
            aws_account=aws_account,
            obj=("aws_account", aws_account.account_id, str(aws_account)),
            data={"changes": audit.differences({"rules": "; ".join(before)}, {"rules": "; ".join(now)})},
            request=request,
        )
        apply(aws_account)
    return True


# ---- The change path -----------------------------------------------------------------------------------------
class OwnershipCheck(PlanCheck):
    """Nobody changes what this console doesn't look after: asked at the proposal, and again at the apply."""

    name = "ownership"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        rules = rules_of(aws_account)
        if not rules:
            return []
        findings = [
            PlanFinding("NOT_MANAGED", "error", _objection(row, rule), step.position)
            for step in steps
            for key in step.operation.objects(step.params)
            for row in _rows(aws_account, key)
            if (rule := rules.of(row)) is not None and rule.ownership != Ownership.MANAGED
        ]
        return list(dict.fromkeys(findings))


def _rows(aws_account: AwsAccount, key: str) -> Iterable[MirroredRow]:
    """Of an object by its key in the change path: "iam.user:arn:…"."""
    kind, _, arn = key.partition(":")
    mirror = registry.get((kind, DETAILS))
    return mirror.model.objects.live().filter(aws_account=aws_account, arn=arn) if mirror else ()


def _objection(row: MirroredRow, rule: OwnershipRule) -> str:
    return (
        f"{row.name} is {WORDS[Ownership(rule.ownership)]} in this console, which changes nothing of it: the rule "
        f"“{words(rule)}” says that it isn’t managed here. An owner can change the rules."
    )
