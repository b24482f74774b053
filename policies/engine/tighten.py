"""A document without what nobody who has it tried to use: a proposal, by what AWS tracks of attempts.

IAM User Guide, "Refine permissions in AWS using last accessed information": attempts count whether or not they were
allowed; services are tracked for 400 days, of some of them management actions, too, but never iam:PassRole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from policies.engine import catalogue
from policies.engine.compiled import ActionPatterns
from policies.engine.document import size
from policies.engine.matching import Glob, tokens
from policies.engine.statements import Statement, document_of, statement_name

UNTRACKED = frozenset({"iam:passrole"})
_WILDCARDS = frozenset("*?")


@dataclass(frozen=True)
class Usage:
    """Whether attempts were tracked: of services by their prefix, of actions by their full name; all in lower case.

    What isn't in them AWS doesn't track, or that isn't read.
    """

    services: Mapping[str, bool]
    actions: Mapping[str, bool] = field(default_factory=dict)

    def is_unused(self, action: str) -> bool:
        """`action` in lower case."""
        if action in UNTRACKED:
            return False
        if action in self.actions:
            return not self.actions[action]
        return self.services.get(action.partition(":")[0]) is False

    def services_with_actions(self) -> frozenset[str]:
        return frozenset(name.partition(":")[0] for name in self.actions)


class TightenReason(StrEnum):
    SERVICE_UNUSED = "No attempt to use the service was tracked."
    ACTION_UNUSED = "No attempt to use the action was tracked."
    SERVICE_UNTRACKED = "AWS tracks no use of the service."
    ACTION_UNTRACKED = "AWS tracks no use of the action."


@dataclass(frozen=True)
class PatternChange:
    """What of an action pattern is dropped, or kept unseen. `statement`: its Sid, or its place from 0."""

    statement: str
    pattern: str
    names: tuple[str, ...]  # actions or narrower patterns
    because: TightenReason
    named: str = ""  # the statement as it is said to people: by its Sid, or by its place from 1


@dataclass(frozen=True)
class Tightening:
    """`document` is None where nothing of it would be left. `kept` is what stays only since AWS doesn't track it."""

    document: dict[str, Any] | None
    dropped: tuple[PatternChange, ...]
    kept: tuple[PatternChange, ...]
    remarks: tuple[str, ...]


def tighten(document: Any, usage: Usage) -> Tightening:
    """Takes any document; the proposal grants no more. What it denies stays, and so does what makes no sense in it."""
    old = document_of(document)
    narrowed = [_NarrowedStatement(statement, usage) for statement in old.statements if statement.allows]
    dropped = tuple(part for each in narrowed for part in each.dropped)
    kept = tuple(part for each in narrowed for part in each.kept)
    proposal = old.rewritten({each.index: each.left for each in narrowed if each.dropped})
    remarks = [remark for each in narrowed for remark in each.remarks]
    remarks += _of_whole(old.written, proposal, narrowed, usage)
    return Tightening(
        proposal if not dropped or proposal["Statement"] else None, dropped, kept, tuple(dict.fromkeys(remarks))
    )


def _of_whole(
    old: Mapping[str, Any], new: Mapping[str, Any], narrowed: Sequence[_NarrowedStatement], usage: Usage
) -> Iterator[str]:
    used = {prefix for each in narrowed for prefix in each.used}
    coarse = sorted(used - usage.services_with_actions())
    if used:
        yield "An attempt counts whether or not it was allowed: what stays may never have worked."
    if coarse:
        yield f"Which actions of {', '.join(coarse)} were used isn’t known: none of them is dropped."
    before, after = (size(json.dumps(each)) for each in (old, new))
    if after > before:
        yield (
            f"It has {after:,} characters, where there were {before:,}. IAM takes 6,144 in a managed policy, and in "
            "all inline policies together 2,048 of a user, 5,120 of a group, 10,240 of a role."
        )


class _NarrowedStatement:
    """One that allows. `left` is what stays of it, None where nothing does; `used` are services that it keeps."""

    def __init__(self, statement: Statement, usage: Usage) -> None:
        self._usage = usage
        self.index = statement.index
        self.left: Mapping[str, Any] | None = statement.written
        self.dropped: list[PatternChange] = []
        self.kept: list[PatternChange] = []
        self.remarks: list[str] = []
        self.used: set[str] = set()
        self._which = statement.sid or str(statement.index)
        self._named = statement_name(statement.sid or statement.index)
        if statement.has("NotAction"):
            self.remarks.append(f"Statement {self._named} allows all but some actions (NotAction): it stays as it is.")
        else:
            self._narrow(statement)

    def _narrow(self, statement: Statement) -> None:
        patterns = dict.fromkeys(statement.action_words)
        stays = list(dict.fromkeys(name for pattern in patterns for name in self._pattern(pattern)))
        if self.dropped:
            action = stays[0] if len(stays) == 1 and isinstance(statement.written["Action"], str) else stays
            self.left = {**statement.written, "Action": action} if stays else None

    def _pattern(self, pattern: str) -> list[str]:
        """What stays of it."""
        prefix, colon, rest = pattern.partition(":")
        if set(pattern) == {"*"}:
            prefix, rest = "*", "*"
        elif not colon:  # IAM takes none such
            return [pattern]
        if not _WILDCARDS & set(prefix):
            return self._of_service(pattern, pattern)
        stays = {each: self._of_service(each, pattern) for each in self._services(prefix, rest)}
        if all(names == [each] for each, names in stays.items()):
            return [pattern]
        self.remarks.append(
            f"{pattern} means services, too, that AWS has added since {catalogue.data_date()}; the proposal doesn't."
        )
        return [name for names in stays.values() for name in names]

    def _services(self, prefix: str, rest: str) -> list[str]:
        """The pattern, service by service: of those that have such actions, as far as is known."""
        glob = Glob(tokens(prefix.lower()))
        known = catalogue.service_names()
        found = sorted(each for each in {*known, *self._usage.services} if glob.matches(each))
        return [f"{each}:{rest}" for each in found if each not in known or catalogue.actions_matching(f"{each}:{rest}")]

    def _of_service(self, pattern: str, written: str) -> list[str]:
        """What stays of a pattern of one service; `written`: as the statement has it."""
        prefix = pattern.partition(":")[0].lower()
        is_used = self._usage.services.get(prefix)
        if is_used is None:
            self._keep(written, [pattern], TightenReason.SERVICE_UNTRACKED)
            return [pattern]
        names = self._names(pattern)
        unused = [name for name in names if self._usage.is_unused(name.lower())]
        stays = [name for name in names if not self._usage.is_unused(name.lower())]
        if not is_used:
            self._keep(written, [name for name in stays if self._is_untracked(name)], TightenReason.ACTION_UNTRACKED)
            if stays and not unused:
                return [pattern]
            self._drop(written, [pattern], TightenReason.SERVICE_UNUSED)
            return stays
        self.used.add(prefix)
        if not unused:
            return [pattern]
        self._drop(written, unused, TightenReason.ACTION_UNUSED)
        self._keep(written, [name for name in stays if self._is_untracked(name)], TightenReason.ACTION_UNTRACKED)
        if _WILDCARDS & set(pattern):
            self.remarks.append(f"{pattern} means actions, too, that AWS adds to the service; the proposal doesn't.")
        return stays

    def _names(self, pattern: str) -> list[str]:
        """The actions that it means, by the catalogue and by what is tracked."""
        known = catalogue.actions_matching(pattern)
        lowered, wanted = {name.lower() for name in known}, ActionPatterns([pattern])
        others = sorted(name for name in self._usage.actions if name in wanted and name not in lowered)
        return [*known, *others]

    def _is_untracked(self, name: str) -> bool:
        return name.lower() in UNTRACKED or name.lower() not in self._usage.actions

    def _drop(self, written: str, names: Iterable[str], because: TightenReason) -> None:
        _add(self.dropped, PatternChange(self._which, written, tuple(names), because, self._named))

    def _keep(self, written: str, names: Sequence[str], because: TightenReason) -> None:
        if names:
            _add(self.kept, PatternChange(self._which, written, tuple(names), because, self._named))


def _add(parts: list[PatternChange], part: PatternChange) -> None:
    """What is said of the same pattern for the same reason is said at once."""
    for number, each in enumerate(parts):
        if (each.pattern, each.because) == (part.pattern, part.because):
            parts[number] = PatternChange(each.statement, each.pattern, (*each.names, *part.names), each.because)
            return
    parts.append(part)
