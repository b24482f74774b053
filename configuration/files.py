"""The file: YAML that is read within limits, and written so that what was written is what is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from configuration.sections import SECTIONS
from configuration.sections.section import FileSection, Key, Value
from configuration.shapes import BadFile, LineProblem, Text, line_of, members

FORMAT = "1"
MOST_BYTES = 1_000_000
MOST_ENTRIES = 20_000
MOST = f"{MOST_BYTES // 1_000_000} MB"
TOO_LONG = f"The file has more than {MOST}."
DEEPEST = 10  # lists and mappings within each other
_NOT_YAML = "This isn’t YAML as this file has it"

# All entries of the console, or of a file: by section and key.
State = dict[str, dict[Key, Value]]


@dataclass(frozen=True)
class ReadFile:
    """`based_on`: the digest of the export that it was made from; "" where it says none. `lines`: of each entry."""

    state: State
    lines: dict[tuple[str, Key], int] = field(default_factory=dict)
    based_on: str = ""


# ---- Writing ---------------------------------------------------------------------------------------------------------
class _Writer(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.isprintable() and "\n" not in text
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else chr(34))


_Writer.add_representer(str, _text)


def written(state: State, digest: str, heading: Sequence[str] = ()) -> str:
    said: dict[str, Any] = {"iam_console": FORMAT, "based_on": digest}
    for section in SECTIONS:
        said[section.name] = [section.shape.told(value) for _, value in sorted(state[section.name].items())]
    comment = "".join(f"# {line}\n" for line in heading)
    return comment + yaml.dump(said, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)


def digest_of(state: State) -> str:
    return hashlib.sha256(json.dumps(stored(state), sort_keys=True).encode()).hexdigest()


def stored(state: State) -> dict[str, list[Value]]:
    """As JSON keeps it: keys come of the values."""
    return {name: [value for _, value in sorted(entries.items())] for name, entries in sorted(state.items())}


def restored(kept: Mapping[str, Sequence[Value]]) -> State:
    return {each.name: {each.key_of(value): value for value in kept.get(each.name, ())} for each in SECTIONS}


# ---- Reading ---------------------------------------------------------------------------------------------------------
def read(raw: bytes) -> ReadFile:
    """Raises BadFile. Sections that the file doesn't have aren't in its state."""
    root = _composed(_decoded(raw))
    problems: list[LineProblem] = []
    found = _sections(root, problems)
    if problems:
        raise BadFile(*problems)
    return found


def _decoded(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise BadFile(LineProblem(0, TOO_LONG))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadFile(LineProblem(line, "This isn’t UTF-8: save the file as UTF-8.")) from error


def _composed(text: str) -> yaml.Node:
    try:
        _check_events(text)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadFile(LineProblem(line, f"{_NOT_YAML}: {error.problem}.")) from error
    except yaml.YAMLError as error:
        raise BadFile(LineProblem(0, f"{_NOT_YAML}: {error}.")) from error
    if root is None:
        raise BadFile(LineProblem(0, "The file is empty."))
    return root


def _check_events(text: str) -> None:
    """Before anything is made of it: no anchors (a few bytes could stand for gigabytes), no tags, nothing deep."""
    depth = entries = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile(LineProblem(line, "Anchors and aliases (& and *) aren’t taken: write it out."))
        if getattr(event, "tag", None):
            raise BadFile(LineProblem(line, "Tags (!) aren’t taken. Put a text that begins with one into quotes."))
        entries += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadFile(LineProblem(line, f"More than {DEEPEST} lists and mappings are within each other here."))
        if entries > MOST_ENTRIES * 10:
            raise BadFile(LineProblem(line, "The file says too much."))


def _sections(root: yaml.Node, problems: list[LineProblem]) -> ReadFile:
    state, lines, said = State(), dict[tuple[str, Key], int](), {"iam_console": "", "based_on": ""}
    known = {each.name: each for each in SECTIONS}
    for name, line, node in members(root, problems):
        if name in said:
            said[name] = Text().read(node, problems)
        elif name in known:
            state[name] = _entries(known[name], node, lines, problems)
        else:
            words = f"There is no “{name[:80]}” here: {', '.join([*said, *known])}."
            problems.append(LineProblem(line, words))
    if said["iam_console"] != FORMAT and not problems:
        words = (
            f"The file doesn’t begin with “iam_console: {FORMAT}”: it is no export of this console, or of a newer one."
        )
        problems.append(LineProblem(line_of(root), words))
    return ReadFile(state, lines, said["based_on"])


def _entries(
    section: FileSection, node: yaml.Node, lines: dict[tuple[str, Key], int], problems: list[LineProblem]
) -> dict[Key, Value]:
    found: dict[Key, Value] = {}
    if not isinstance(node, yaml.SequenceNode):
        problems.append(LineProblem(line_of(node), f"Write a list here; [] for no {section.many}."))
        return found
    for each in node.value:
        before = len(problems)
        value = section.shape.read(each, problems)
        if len(problems) == before:
            value = section.normal(value)
            problems += [LineProblem(line_of(each), sentence) for sentence in section.misshapen(value)]
        if len(problems) > before:
            continue
        key = section.key_of(value)
        if key in found:
            problems.append(
                LineProblem(line_of(each), f"It says the same {section.one} as line {lines[section.name, key]}.")
            )
        found[key], lines[section.name, key] = value, line_of(each)
    return found
