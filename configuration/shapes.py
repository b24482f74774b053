"""What an entry of the file looks like: reads nodes of YAML into values of JSON, and says what is wrong in which line.

Texts are taken as they are written: 012345678901, yes and 2026-01-01 are texts where a text is asked for, whatever
YAML 1.1 makes of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

LONGEST_TEXT = 150_000  # as long as a document in a saved test may be
_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}
_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class LineProblem:
    """What is wrong with a file, in a sentence. `line`: from 1; 0: of no line."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}" if self.line else self.sentence


class BadFile(Exception):
    """Nothing was done: the file can't be read, or says what can't be."""

    def __init__(self, *problems: LineProblem) -> None:
        super().__init__(" ".join(map(str, problems)))
        self.problems = problems


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class EntryShape(ABC):
    """`read` notes what is wrong in `problems`, and then returns whatever."""

    @abstractmethod
    def read(self, node: yaml.Node, problems: list[LineProblem]) -> Any: ...


@dataclass(frozen=True)
class Text(EntryShape):
    """`among`: the texts that there are; none: any."""

    among: tuple[str, ...] = ()

    def read(self, node: yaml.Node, problems: list[LineProblem]) -> str:
        is_nothing = node.tag == _NULL and not node.value
        if not isinstance(node, yaml.ScalarNode) or is_nothing:
            problems.append(LineProblem(line_of(node), "Write a text here."))
            return ""
        text = str(node.value)
        if len(text) > LONGEST_TEXT:
            problems.append(LineProblem(line_of(node), f"The text has more than {LONGEST_TEXT:,} characters."))
        elif "\x00" in text or any("\ud800" <= each <= "\udfff" for each in text):
            problems.append(LineProblem(line_of(node), "There is a character here that no database keeps."))
        elif self.among and text not in self.among:
            words = f"“{text[:80]}” isn’t one of {', '.join(self.among)}."
            problems.append(LineProblem(line_of(node), words))
        return text


@dataclass(frozen=True)
class Flag(EntryShape):
    def read(self, node: yaml.Node, problems: list[LineProblem]) -> bool:
        said = str(node.value).lower() if isinstance(node, yaml.ScalarNode) else ""
        if said not in _TRUE | _FALSE:
            problems.append(LineProblem(line_of(node), "Write true or false here."))
        return said in _TRUE


@dataclass(frozen=True)
class ListShape(EntryShape):
    of: EntryShape

    def read(self, node: yaml.Node, problems: list[LineProblem]) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode):
            problems.append(LineProblem(line_of(node), "Write a list here, each entry after a dash."))
            return []
        return [self.of.read(each, problems) for each in node.value]


@dataclass(frozen=True)
class TextOrTexts(EntryShape):
    def read(self, node: yaml.Node, problems: list[LineProblem]) -> Any:
        shape: EntryShape = ListShape(Text()) if isinstance(node, yaml.SequenceNode) else Text()
        return shape.read(node, problems)


@dataclass(frozen=True)
class MapOf(EntryShape):
    """Of keys that only what reads it knows."""

    of: EntryShape

    def read(self, node: yaml.Node, problems: list[LineProblem]) -> dict[str, Any]:
        return {name: self.of.read(value, problems) for name, _, value in members(node, problems)}


@dataclass(frozen=True)
class Member:
    shape: EntryShape
    required: bool = False
    default: Any = None


@dataclass(frozen=True)
class Struct(EntryShape):
    """Of keys that are known: another one is refused."""

    of: Mapping[str, Member] = field(default_factory=dict)

    def read(self, node: yaml.Node, problems: list[LineProblem]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, line, value in members(node, problems):
            if (member := self.of.get(name)) is None:
                problems.append(LineProblem(line, f"There is no “{name[:80]}” here: {', '.join(self.of)}."))
            else:
                found[name] = member.shape.read(value, problems)
        missing = [name for name, member in self.of.items() if member.required and name not in found]
        problems += [LineProblem(line_of(node), f"“{name}” is missing here.") for name in missing]
        return {**{name: member.default for name, member in self.of.items()}, **found}

    def told(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Without what is as it is where nothing is said."""
        return {
            name: value[name]
            for name, member in self.of.items()
            if name in value and (member.required or value[name] != member.default)
        }


def members(node: yaml.Node, problems: list[LineProblem]) -> Iterable[tuple[str, int, yaml.Node]]:
    """Name, its line and value of each; a name that comes twice is refused."""
    if not isinstance(node, yaml.MappingNode):
        problems.append(LineProblem(line_of(node), "Write names and values here, each as “name: value”."))
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if name in seen:
            problems.append(LineProblem(line_of(key), f"“{name[:80]}” is said twice."))
            continue
        seen.add(name)
        yield name, line_of(key), value
