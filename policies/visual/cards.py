"""What the template of the Visual view shows: a card for each statement, of which one is open and has the fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from policies.engine import catalogue
from policies.engine.statements import Condition
from policies.engine.structure import DocumentType
from policies.engine.visual import JsonOnly, VisualStatement
from policies.engine.visual.action_choices import (
    LevelChoices,
    action_groups,
    is_wildcard,
    known_services,
    services_of,
)
from policies.engine.visual.list_edits import EVERYBODY, texts_of
from policies.engine.visual.operators import (
    OperatorChoice,
    choice_of,
    choices_for,
    value_problem,
    wanted_by,
)
from policies.engine.visual.resource_fits import ResourceFit, resource_fit
from policies.engine.visual.sentences import SentencePiece, sentence
from policies.visual.writing import WrittenFields, title_of

# What one card shows: what is left is to be edited in the JSON. A form has less than 1,000 fields, which Django takes.
MOST_CHIPS, MOST_ROWS, MOST_CONDITIONS = 40, 60, 30
_LEVELS = {"Permissions management": "Permissions"}


@dataclass(frozen=True)
class StatementCard:
    """`findings`: how many, in words, the worst first; `ink` is that of the worst."""

    statement: VisualStatement
    is_open: bool
    findings: Sequence[str] = ()
    is_bad: bool = False

    @property
    def title(self) -> str:
        return title_of(self.statement)

    @property
    def effect(self) -> str:
        """ "" where it is neither Allow nor Deny."""
        effect = self.statement.written.get("Effect")
        return effect if effect in ("Allow", "Deny") else ""

    @property
    def sid(self) -> str:
        return self.statement.read.sid if self.statement.read else ""

    @property
    def sentence(self) -> tuple[SentencePiece, ...]:
        return sentence(self.statement.read) if self.statement.read else (SentencePiece(self.statement.why_not),)

    @property
    def seen(self) -> str:
        """What a button says of the statement: its number and its digest."""
        return f"{self.statement.number} {self.statement.digest}"


@dataclass(frozen=True)
class Removable:
    """A chip or a row. `about`: what its button says; `hint`: what is wrong with it; `kinds`: what it may be."""

    written: str
    about: str
    note: str = ""
    hint: str = ""
    kinds: Sequence[str] = ()

    @property
    def text(self) -> str:
        return self.written or "empty"


# ---- Actions ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LevelGroup:
    """The actions of one access level. `is_open`: unfolded."""

    group: LevelChoices
    is_open: bool

    @property
    def name(self) -> str:
        return self.group.level.name.lower()

    @property
    def label(self) -> str:
        return _LEVELS.get(self.group.level.value, self.group.level.value)

    @property
    def is_all(self) -> bool:
        return len(self.group.chosen) == len(self.group.choices)

    @property
    def names(self) -> str:
        """Of the chosen ones, the first three."""
        shown = ", ".join(each.short for each in self.group.chosen[:3])
        return f"{shown} …" if len(self.group.chosen) > 3 else shown


@dataclass(frozen=True)
class ActionsPart:
    """`chips`: wildcards, and names that the catalogue hasn't; `others`: (prefix, name, count) of further services."""

    service: str
    service_name: str
    groups: Sequence[LevelGroup]
    chips: Sequence[Removable]
    more_chips: int
    others: Sequence[tuple[str, str, int]]
    count: int  # of the actions that the service has
    words: str
    only_chosen: bool
    chosen_names: str  # those whose boxes are shown and checked
    whole_levels: str  # those whose actions are all chosen

    @property
    def data_date(self) -> str:
        return f"{catalogue.data_date():%-d %b %Y}"

    @property
    def services(self) -> Iterable[tuple[str, str]]:
        return known_services()


def actions_part(statement: VisualStatement, asked: ActionsAsked) -> ActionsPart:
    written = statement.written.get("Action", [])
    patterns = texts_of(written)
    names = catalogue.service_names()
    named = [prefix for prefix in services_of(patterns) if prefix in names]
    service = asked.service if asked.service in names else named[0] if named else ""
    how = {"words": asked.words, "only_chosen": asked.only_chosen, "whole": asked.whole}
    found = action_groups(service, written, **how) if service else ()  # type: ignore[arg-type]
    groups = [LevelGroup(each, asked.unfolds(each)) for each in found]
    chips = [_action_chip(each, number) for number, each in enumerate(patterns) if not catalogue.action(each)]
    counts = Counter(each.partition(":")[0].lower() for each in patterns)
    return ActionsPart(
        service,
        names.get(service, ""),
        groups,
        chips[:MOST_CHIPS],
        max(0, len(chips) - MOST_CHIPS),
        [(prefix, names[prefix], counts[prefix]) for prefix in named if prefix != service][:MOST_CHIPS],
        sum(len(each.choices) for each in found),
        asked.words,
        asked.only_chosen,
        " ".join(each.name for group in found for each in group.shown if each.is_chosen),
        " ".join(each.name for each in groups if each.is_all),
    )


@dataclass(frozen=True)
class ActionsAsked:
    """Which service is looked at, and how: words of the filter, levels that are shown whole."""

    service: str = ""
    words: str = ""
    only_chosen: bool = False
    whole: Sequence[str] = ()

    def unfolds(self, group: LevelChoices) -> bool:
        is_filtered = bool(self.words) or self.only_chosen
        return group.level.name.lower() in self.whole or (is_filtered and bool(group.fitting))


def _action_chip(text: str, number: int) -> Removable:
    found = len(catalogue.actions_matching(text))
    note = f"{found:,} action{'s' * (found != 1)}" if is_wildcard(text) else ""
    return Removable(text, f"action {number}", note, "" if found else "AWS has no such action.")


# ---- Resources and principals ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class RowsPart:
    """`more`: how many aren't shown."""

    rows: Sequence[Removable]
    more: int = 0


def resources_part(statement: VisualStatement) -> RowsPart:
    actions = statement.read.action_words if statement.read and not statement.read.has("NotAction") else ()
    texts = texts_of(statement.written.get("Resource", []))
    rows = [_resource_row(each, number, actions) for number, each in enumerate(texts[:MOST_ROWS])]
    return RowsPart(rows, len(texts) - len(rows))


def _resource_row(text: str, number: int, actions: Sequence[str]) -> Removable:
    fit = resource_fit(text, actions) if actions else ResourceFit(())
    note = "Everything" if text == "*" else ""
    return Removable(text, f"resource {number}", note, fit.hint, fit.kinds)


def principals_part(statement: VisualStatement) -> RowsPart:
    there = statement.written.get("Principal") or {}
    if there == EVERYBODY:
        return RowsPart([Removable(EVERYBODY, "principal 0 *", "Everybody")])
    rows = [
        Removable(text, f"principal {number} {kind}", kind)
        for kind, written in there.items()
        for number, text in enumerate(texts_of(written))
    ]
    return RowsPart(rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))


# ---- Conditions ------------------------------------------------------------------------------------------------
OperatorGroups = Sequence[tuple[str, Sequence[OperatorChoice]]]


@dataclass(frozen=True)
class ConditionRow:
    """`groups`: the operators that suit the key, and the one that it has, by what stands before their words."""

    number: int
    key: str
    choice: OperatorChoice
    groups: OperatorGroups
    values: Sequence[Removable]
    more_values: int
    wanted: str
    typed: Mapping[str, str]  # of "key" and "value", where that isn't in the text
    refusals: Sequence[str]

    @property
    def value_id(self) -> str:
        return f"visual-value_{self.number}"


@dataclass(frozen=True)
class ConditionsPart:
    rows: Sequence[ConditionRow]
    more: int
    json_only: Sequence[JsonOnly]
    new_groups: OperatorGroups
    new_wanted: str


def conditions_part(statement: VisualStatement, told: WrittenFields) -> ConditionsPart:
    conditions, kept = statement.conditions, told.kept
    rows = [_condition_row(number, each, told) for number, each in enumerate(conditions[:MOST_CONDITIONS])]
    new_choices = choices_for(kept.get("new_key", ""))
    return ConditionsPart(
        rows,
        len(conditions) - len(rows),
        [each for each in statement.json_only if each.is_condition],
        _grouped(new_choices),
        wanted_by(kept.get("new_operator", "") or new_choices[0].value),
    )


def _condition_row(number: int, condition: Condition, told: WrittenFields) -> ConditionRow:
    choice, suitable = choice_of(condition), choices_for(condition.key)
    choices = suitable if choice.value in {each.value for each in suitable} else (choice, *suitable)
    values = [
        Removable(text, f"value {number} {at}", hint=value_problem(choice.value, text))
        for at, text in enumerate(condition.words[:MOST_ROWS] if not choice.is_null else ())
    ]
    more = 0 if choice.is_null else len(condition.words) - len(values)
    names = {name: f"{name}_{number}" for name in ("key", "operator", "value")}
    typed = {name: told.kept[field] for name, field in names.items() if field in told.kept}
    refusals = [told.refusals[field] for field in names.values() if field in told.refusals]
    wanted = wanted_by(choice.value)
    return ConditionRow(number, condition.key, choice, _grouped(choices), values, more, wanted, typed, refusals)


def _grouped(choices: Sequence[OperatorChoice]) -> OperatorGroups:
    return [(group, list(several)) for group, several in groupby(choices, key=lambda each: each.group)]


def suggested_keys(statement: VisualStatement, kind: DocumentType) -> list[str]:
    """Keys that all its actions say, those of their services first, then those that every service knows."""
    patterns = statement.read.action_words if statement.read else ()
    names = [name for pattern in patterns[:MOST_CHIPS] for name in catalogue.actions_matching(pattern)[:MOST_CHIPS]]
    own: list[str] = []
    for number, name in enumerate(names[:MOST_CHIPS]):
        keys = catalogue.condition_keys(name)
        own = list(keys) if number == 0 else [each for each in own if each in keys]
    usual = ("aws:SourceIp", "aws:MultiFactorAuthPresent", "aws:PrincipalOrgID", "aws:PrincipalTag/team")
    of_trust = ("aws:SourceAccount", "aws:SourceArn", "sts:ExternalId")
    plain = [each for each in own if "${" not in each]
    return list(dict.fromkeys([*(of_trust if kind.names_principals else ()), *plain, *usual]))
