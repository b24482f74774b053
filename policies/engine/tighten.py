"""A document without what nobody who has it tried to use: a proposal, by what AWS tracks of attempts.

IAM User Guide, "Refine permissions in AWS using last accessed information": attempts count whether or not they were
allowed; services are tracked for 400 days, of some of them management actions, too, but never iam:PassRole.

Where AWS tracks single actions, an unused one is dropped from a service that is used, unless one that stays may need
it: AWS asks for such a permission without a call of its own. What AWS doesn't track stays as long as its service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from policies.engine import catalogue
from policies.engine.compiled import ActionPatterns
from policies.engine.document import size
from policies.engine.matching import Glob, tokens
from policies.engine.statements import Statement, document_of, statement_name

UNTRACKED = frozenset({"iam:passrole"})
_WILDCARDS = frozenset("*?")
_MOST_NAMED = 40  # actions that stay of one pattern, before they are named by how they begin
_CAPITALIZED = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+")  # the words of "GetBucketPolicy"


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

    @cached_property
    def by_service(self) -> Mapping[str, Sequence[str]]:
        """The actions of each service of which there are any."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.actions):
            found.setdefault(name.partition(":")[0], []).append(name)
        return found

    @property
    def without_actions(self) -> Usage:
        return Usage(self.services)


class TightenReason(StrEnum):
    SERVICE_UNUSED = "No attempt to use the service was tracked."
    ACTION_UNUSED = "No attempt to use the action was tracked."
    SERVICE_UNTRACKED = "AWS tracks no use of the service."
    ACTION_UNTRACKED = "AWS tracks no use of the action."
    ACTION_NEEDED = "No attempt was tracked, but an action that stays may need it."


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
    allowing = [statement for statement in old.statements if statement.allows]
    needs = _Needs(allowing, usage)
    narrowed = [_NarrowedStatement(statement, usage, needs) for statement in allowing]
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
    by_action = usage.by_service.keys()
    fine, coarse = sorted(used & by_action), sorted(used - by_action)
    if used:
        yield "An attempt counts whether or not it was allowed: what stays may never have worked."
    if coarse:
        yield f"Which actions of {', '.join(coarse)} were used isn’t known: none of them is dropped."
    if fine:
        yield (
            f"Of {', '.join(fine)} AWS tracks single actions that manage resources: what reads or writes data in them "
            "isn’t tracked, and stays. AWS doesn’t say since when it tracks an action: use before that isn’t seen."
        )
    before, after = (size(json.dumps(each)) for each in (old, new))
    if after > before:
        yield (
            f"It has {after:,} characters, where there were {before:,}. IAM takes 6,144 in a managed policy, and in "
            "all inline policies together 2,048 of a user, 5,120 of a group, 10,240 of a role."
        )


class _Needs:
    """Which actions others may need that stay: those that were used, and those of which AWS tracks no use.

    Of the second, where it is a dependent action, those that the document names; where it gives tags to what others
    create, all that it allows: then AWS never logs a call of it.
    """

    def __init__(self, allowing: Sequence[Statement], usage: Usage) -> None:
        self._usage = usage
        self._allowed = [(ActionPatterns(each.action_words), each.has("NotAction")) for each in allowing]
        self._named = {word.lower() for each in allowing if not each.has("NotAction") for word in each.action_words}

    def __contains__(self, action: str) -> bool:
        return any(
            self._usage.actions.get(each, each in self._named and self._may_be_used(each))
            for each in catalogue.needed_by(action)
        ) or any(
            self._usage.actions.get(each, self._is_allowed(each) and self._may_be_used(each))
            for each in catalogue.tagging_creators(action)
        )

    def _is_allowed(self, action: str) -> bool:
        return any((action in patterns) is not all_but for patterns, all_but in self._allowed)

    def _may_be_used(self, action: str) -> bool:
        return not self._usage.is_unused(action)


class _NarrowedStatement:
    """One that allows. `left` is what stays of it, None where nothing does; `used` are services that it keeps."""

    def __init__(self, statement: Statement, usage: Usage, needs: _Needs) -> None:
        self._usage, self._needs = usage, needs
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
        return self._of_used(pattern, written, names, unused)

    def _of_used(self, pattern: str, written: str, names: Sequence[str], unused: Sequence[str]) -> list[str]:
        """What stays of a pattern of a service that was used."""
        self.used.add(pattern.partition(":")[0].lower())
        needed = [name for name in unused if name in self._needs]
        dropped = [name for name in unused if name not in needed]
        self._keep(written, needed, TightenReason.ACTION_NEEDED)
        if not dropped:
            return [pattern]
        self._drop(written, dropped, TightenReason.ACTION_UNUSED)
        stays = [name for name in names if name not in dropped]
        untracked = [name for name in stays if name not in needed and self._is_untracked(name)]
        self._keep(written, untracked, TightenReason.ACTION_UNTRACKED)
        if len(stays) > _MOST_NAMED:
            stays = list(_by_beginning(pattern, stays, dropped))
        if _WILDCARDS & set(pattern):
            only = ", but where they begin as what stays" if any(_WILDCARDS & set(name) for name in stays) else ""
            self.remarks.append(
                f"{pattern} means actions, too, that AWS adds to the service; the proposal doesn't{only}."
            )
        return stays

    def _names(self, pattern: str) -> list[str]:
        """The actions that it means, by the catalogue and by what is tracked."""
        known = catalogue.actions_matching(pattern)
        lowered, wanted = {name.lower() for name in known}, ActionPatterns([pattern])
        tracked = self._usage.by_service.get(pattern.partition(":")[0].lower(), ())
        return [*known, *(name for name in tracked if name in wanted and name not in lowered)]

    def _is_untracked(self, name: str) -> bool:
        return name.lower() in UNTRACKED or name.lower() not in self._usage.actions

    def _drop(self, written: str, names: Iterable[str], because: TightenReason) -> None:
        _add(self.dropped, PatternChange(self._which, written, tuple(names), because, self._named))

    def _keep(self, written: str, names: Sequence[str], because: TightenReason) -> None:
        if names:
            _add(self.kept, PatternChange(self._which, written, tuple(names), because, self._named))


def _by_beginning(pattern: str, stays: Sequence[str], dropped: Sequence[str]) -> Iterator[str]:
    """The names that stay, those together that begin with the same words and of which none is dropped: `s3:Get*`.

    Only for a pattern that is a beginning itself: what is dropped begins so, too, and so nothing shorter is taken.
    """
    if pattern[-1:] != "*" or _WILDCARDS & set(pattern[:-1]):
        yield from stays
        return
    gone, left = ([name.lower() for name in names] for names in (dropped, stays))
    taken = ""
    for name in sorted(stays, key=str.lower):
        if taken and name.lower().startswith(taken):
            continue
        taken = ""
        for begin in _beginnings(name):
            key = begin.lower()
            alike = sum(each.startswith(key) for each in left)
            if alike > 1 and not any(each.startswith(key) for each in gone):
                taken = key
                yield f"{begin}*"
                break
        else:
            yield name


def _beginnings(name: str) -> Iterator[str]:
    """ "s3:Get" and "s3:GetBucket" of "s3:GetBucketPolicy"."""
    prefix, _, short = name.partition(":")
    words = _CAPITALIZED.findall(short)
    yield from (f"{prefix}:{''.join(words[:count])}" for count in range(1, len(words) + 1))


def _add(parts: list[PatternChange], part: PatternChange) -> None:
    """What is said of the same pattern for the same reason is said at once."""
    for number, each in enumerate(parts):
        if (each.pattern, each.because) == (part.pattern, part.because):
            parts[number] = replace(each, names=(*each.names, *part.names))
            return
    parts.append(part)
