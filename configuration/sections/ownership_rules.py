"""Ownership rules: the list of each AWS account is one entry, since the first rule that matches decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest

from accounts.models import AwsAccount, Operator
from configuration.sections.section import EntryRefused, FileSection, Key, Value, aws_account_of, where_words
from configuration.shapes import ListShape, Member, Struct, Text
from sync.models import Ownership, OwnershipRule
from sync.ownership_rules import MOST_RULES, change_rules
from sync.views.ownership import RuleForm

_RULE = Struct(
    {
        "matches": Member(Text(tuple(OwnershipRule.Matches.values)), required=True),
        "tag_key": Member(Text(), default=""),
        "pattern": Member(Text(), required=True),
        "ownership": Member(Text(tuple(Ownership.values)), required=True),
    }
)


class OwnershipRulesSection(FileSection):
    name, title, one, many = "ownership_rules", "Ownership rules", "list of ownership rules", "ownership rules"
    shape = Struct({"aws_account": Member(Text(), required=True), "rules": Member(ListShape(_RULE), required=True)})

    def now(self) -> Iterable[Value]:
        for aws_account in AwsAccount.objects.filter(ownership_rules__isnull=False).distinct():
            rules = OwnershipRule.objects.filter(aws_account=aws_account).values(*_RULE.of)
            yield {"aws_account": aws_account.account_id, "rules": [dict(rule) for rule in rules]}

    def key_of(self, value: Value) -> Key:
        return (value["aws_account"],)

    def words(self, value: Value) -> str:
        return f"The ownership rules of {where_words({**value, 'label': ''})}"

    def misshapen(self, value: Value) -> Sequence[str]:
        if len(value["rules"]) > MOST_RULES:
            return [f"These are {len(value['rules'])} rules: {MOST_RULES} at most."]
        forms = [RuleForm(rule) for rule in value["rules"]]
        return [str(errors[0]) for form in forms for errors in form.errors.values()][:1]

    def add(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        if not value["rules"]:
            raise EntryRefused("There are no rules here: leave the AWS account out.")
        return self.change(value, value, actor, request)

    def change(self, before: Value, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        rules = [OwnershipRule(**rule) for rule in value["rules"]]
        change_rules(aws_account=aws_account_of(value["aws_account"]), rules=rules, actor=actor, request=request)
        return ""

    def remove(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        return self.change(value, {**value, "rules": []}, actor, request)
