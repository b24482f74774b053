"""The ownership rules of an AWS account: what other rules would do, setting them, and refusing what they rule out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import AwsAccount, Operator
from sync.checks import PlanCheck, PlanFinding
from sync.mirror.base import DETAILS, registry
from sync.mirror.facets import lock_all_details
from sync.models import LookedAfterRow, MirroredRow, Ownership, OwnershipRule
from sync.operations import PlannedStep
from sync.ownership import WORDS, OwnershipRules, decided_otherwise, rules_of, settle_rows, words

audit.register({"ownership.changed": "changed the ownership rules of {object}"})

MOST_RULES = 100


def kinds() -> list[type[LookedAfterRow]]:
    """The models of what rules are about."""
    details = dict.fromkeys(mirror.model for (_, facet), mirror in registry.items() if facet == DETAILS)
    return [model for model in details if issubclass(model, LookedAfterRow)]


def apply(aws_account: AwsAccount) -> None:
    """Brings the column of all rows in line, in the caller's transaction."""
    rules = rules_of(aws_account)
    models = kinds()
    lock_all_details(aws_account, [model.kind for model in models])
    for model in models:
        settle_rows(model.objects.filter(aws_account=aws_account), rules)


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
        found = Counter(ownership for _, ownership in decided_otherwise(rows, rules))
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


# ---- The check of plans --------------------------------------------------------------------------------------
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
