"""Compares what a file began from, what there is now, and what the file says: what an import would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from configuration.files import ReadFile, State
from configuration.sections import SECTIONS
from configuration.sections.section import FileSection, Key, Value


class DifferenceKind(Enum):
    ADDED = "Added"
    CHANGED = "Changed"
    REMOVED = "Removed"
    KEPT = "Stays"  # changed in the console since the export, and not in the file
    CONFLICT = "In conflict"  # changed in both


@dataclass(frozen=True)
class ChangedMember:
    """Of an entry: what goes and what comes, for a page; of a list those of its items."""

    name: str
    gone: list[str]
    new: list[str]


@dataclass(frozen=True)
class Difference:
    """Of an entry. `before`: as it is in the console now; `after`: as the file has it, in `line`; 0: it isn't there."""

    kind: DifferenceKind
    section: FileSection
    key: Key
    before: Value | None
    after: Value | None
    line: int = 0

    @property
    def words(self) -> str:
        return self.section.words(self.after or self.before or {})

    @property
    def changes(self) -> list[ChangedMember]:
        if self.before is None or self.after is None or self.kind is DifferenceKind.KEPT:
            return []
        return [
            _changed(name, self.before[name], self.after[name])
            for name in self.section.shape.of
            if self.before[name] != self.after[name]
        ]


def _changed(name: str, before: object, after: object) -> ChangedMember:
    if isinstance(before, list) and isinstance(after, list):
        gone = [said_of(each) for each in before if each not in after]
        new = [said_of(each) for each in after if each not in before]
        if gone or new:  # else they are in another order
            return ChangedMember(name, gone, new)
    return ChangedMember(name, [said_of(before)], [said_of(after)])


def said_of(value: object) -> str:
    """For a page. Members that say nothing are left out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        said = {name: said_of(each) for name, each in value.items() if each not in (None, "", [])}
        return "; ".join(f"{name}: {words}" for name, words in said.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(map(said_of, value)) or "nothing"
    return str(value) or "nothing"


def differences(base: State | None, now: State, file: ReadFile) -> list[Difference]:
    """`base`: None where the file doesn't say what it began from: then all that it says is meant."""
    found: list[Difference] = []
    for section in SECTIONS:
        if (wanted := file.state.get(section.name)) is None:
            continue
        there = now[section.name]
        began = there if base is None else base[section.name]
        for key in sorted(there.keys() | wanted.keys() | began.keys()):
            kind = _kind(began.get(key), there.get(key), wanted.get(key))
            if kind is not None:
                line = file.lines.get((section.name, key), 0)
                found.append(Difference(kind, section, key, there.get(key), wanted.get(key), line))
    return found


def _kind(base: Value | None, now: Value | None, file: Value | None) -> DifferenceKind | None:
    if file == now:
        return None
    if now == base:
        if now is None:
            return DifferenceKind.ADDED
        return DifferenceKind.REMOVED if file is None else DifferenceKind.CHANGED
    return DifferenceKind.KEPT if file == base else DifferenceKind.CONFLICT
