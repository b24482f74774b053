"""Guard rails: of AWS accounts and of labels."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from access.guard_rails.content import KIND, Mode, OverrideBy, RailContent
from access.guard_rails.parameters import Lines, RailParameter
from access.guard_rails.rules import OWN, RULES, RailRule, rule_of
from access.guard_rails.services import WantedRail
from configuration.sections.safeguards import REASON, SafeguardSection
from configuration.sections.section import EntryRefused, Value, where_words
from configuration.shapes import MapOf, Member, Struct, Text, TextOrTexts
from sync.models import SafeguardVersion
from sync.safeguards.scopes import Scope
from sync.safeguards.services import Wanted


class GuardRails(SafeguardSection):
    name, title, one, many, kind = "guard_rails", "Guard rails", "guard rail", "guard rails", KIND
    shape = Struct(
        {
            "aws_account": Member(Text(), default=""),
            "label": Member(Text(), default=""),
            "rule": Member(Text(), required=True),
            "name": Member(Text(), default=""),
            "number": Member(Text(), default="1"),
            "mode": Member(Text(tuple(Mode.values)), required=True),
            "override": Member(Text(tuple(OverrideBy.values)), default=OverrideBy.OWNER.value),
            "parameters": Member(MapOf(TextOrTexts()), default={}),
        }
    )

    def name_of(self, value: Value) -> str:
        return f"own: {value['name']}" if value["rule"] == OWN else str(value["rule"])

    def words(self, value: Value) -> str:
        rule = RULES.get(value["rule"])
        what = value["name"] if value["rule"] == OWN or rule is None else rule.title
        return f"{what or value['rule']}, of {where_words(value)}"

    def value_of(self, version: SafeguardVersion) -> Value:
        content, rule = RailContent.read(version.content), rule_of(version.content)
        return {
            "rule": content.rule,
            "name": version.name if content.rule == OWN else "",
            "mode": content.mode.value,
            "override": content.override.value,
            "parameters": _told(rule, content) if rule else {},
        }

    def wanted_of(self, value: Value, scope: Scope, before: SafeguardVersion | None) -> Wanted:
        rule = RULES.get(value["rule"])
        if rule is None:
            raise EntryRefused(f"There is no rule “{value['rule'][:80]}”: {', '.join(RULES)}.")
        if (rule.name == OWN) != bool(value["name"].strip()):
            raise EntryRefused("A guard rail of your own has a “name”, and no other one has.")
        unknown = value["parameters"].keys() - {each.name for each in rule.parameters}
        if unknown:
            there = ", ".join(each.name for each in rule.parameters) or "none"
            raise EntryRefused(f"This rule has no parameter “{min(unknown)[:80]}”: {there}.")
        kept = {each.name: _read(each, value["parameters"].get(each.name), scope) for each in rule.parameters}
        content = RailContent(rule.name, Mode(value["mode"]), OverrideBy(value["override"]), kept)
        return WantedRail(value["name"] or rule.title, content, REASON).wanted


def _told(rule: RailRule, content: RailContent) -> Value:
    kept = rule.kept(content.parameters)
    return {
        each.name: str(each.shown(kept[each.name])).splitlines() if isinstance(each, Lines) else kept[each.name]
        for each in rule.parameters
        if kept[each.name] != each.nothing
    }


def _read(parameter: RailParameter, said: Any, scope: Scope) -> Any:
    if said is None:
        return parameter.nothing
    text = "\n".join(said) if isinstance(said, list) else said
    try:
        return parameter.read(parameter.field().clean(text), scope)
    except ValidationError as problem:
        raise EntryRefused(f"{parameter.label}: {' '.join(problem.messages)}") from problem
