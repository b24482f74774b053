"""Policy documents as text: parse with places, size as IAM counts, one canonical form. Nothing here ever raises."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from aws_constraints.arn import Arn
from policies.engine.json_text import (
    Fault,
    Json,
    JsonReading,
    Path,
    TextPosition,
    is_half_a_character,
    read,
    written,
)
from policies.engine.structure import NOT_AN_OBJECT, DocumentType, complaints

# ---- The canonical form of a policy document: one for all ways to write it; for comparing, not for showing ---
DEFAULT_VERSION = "2008-10-17"
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
_PLAIN = re.compile(r"[ !#-\[\]-~]*")  # no quote, no backslash, nothing that JSON escapes


def canonical(document: Any) -> Any:
    """`document` (what JSON can hold, at most some hundred levels deep) in its one form. Never raises.

    What isn't as IAM has it stays as it is, so that it equals only itself.
    """
    if not isinstance(document, dict):
        return document
    form = {name: value for name, value in document.items() if name != "Statement"}
    form.setdefault("Version", DEFAULT_VERSION)
    if "Statement" in document:
        form["Statement"] = _sorted_set(_statement(item) for item in _many(document["Statement"]))
    return form


def canonical_text(document: dict[str, Any]) -> str:
    """`canonical(document)` as `compact` JSON; made of the texts by which statements are sorted anyway."""
    members = {name: compact(value) for name, value in document.items() if name != "Statement"}
    members.setdefault("Version", f'"{DEFAULT_VERSION}"')
    if "Statement" in document:
        statements = {compact(_statement(item)) for item in _many(document["Statement"])}
        members["Statement"] = f"[{','.join(sorted(statements))}]"
    return "{" + ",".join(f"{compact(name)}:{members[name]}" for name in sorted(members)) + "}"


def compact(value: Any) -> str:
    """As JSON, names sorted, without white space."""
    return _ENCODER.encode(value)


def _statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    return {name: _element(name, value) for name, value in statement.items()}


def _element(name: str, value: Any) -> Any:
    if name in ("Action", "NotAction"):
        return _sorted_set(item.lower() if isinstance(item, str) else item for item in _many(value))
    if name in ("Resource", "NotResource"):
        return _sorted_set(_many(value))
    if name in ("Principal", "NotPrincipal") and isinstance(value, dict):
        return {kind: _sorted_set(account_of_root(item) for item in _many(items)) for kind, items in value.items()}
    if name == "Condition" and isinstance(value, dict):
        return {operator: _condition(block) for operator, block in value.items()}
    return value


def account_of_root(value: Any) -> Any:
    """The id of an AWS account that is given by the ARN of its root; what else it is, as it is."""
    root = Arn.match(value, "iam", "root") if isinstance(value, str) else None
    return root.account if root else value


def _condition(block: Any) -> Any:
    if not isinstance(block, dict):
        return block
    values = {key: _sorted_set(_word(item) for item in _many(items)) for key, items in block.items()}
    lowered = {key.lower(): items for key, items in values.items()}
    return lowered if len(lowered) == len(values) else values


def _word(value: Any) -> Any:
    """Condition values are text to IAM: `true` and `"true"`, `5` and `"5"` are the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sorted_set(values: Iterable[Any]) -> list[Any]:
    values = list(values)
    if len(values) < 2:
        return values
    by_text = {_sort_key(value): value for value in values}
    return [by_text[text] for text in sorted(by_text)]


def _sort_key(value: Any) -> str:
    """As JSON; for most texts that is to be had without the encoder."""
    return f'"{value}"' if isinstance(value, str) and _PLAIN.fullmatch(value) else compact(value)


__all__ = [
    "DocumentIdentity",
    "DocumentProblem",
    "DocumentType",
    "ParsedDocument",
    "TextPosition",
    "canonical",
    "identify",
    "load",
    "parse",
    "size",
    "text_hash",
]

# What IAM takes in a document at all (API reference, PolicyDocument): Latin-1 without most control characters.
_NOT_TAKEN = re.compile("[^\t\n\r\x20-\xff]+")
UNSUPPORTED_CHARACTER, DUPLICATE_NAME = "UNSUPPORTED_CHARACTER", "DUPLICATE_NAME"
_MOST_CHARACTER_PROBLEMS, _MOST_PROBLEMS = 20, 200
_STRING_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|\s+', re.DOTALL)


@dataclass(frozen=True)
class DocumentProblem:
    """Why IAM would refuse the document, and where. `path` is as people write it: `Statement[0].Action`."""

    message: str
    path: str
    line: int
    column: int
    code: str = ""  # as lint has it; see docs/findings.md
    start: int = 0  # the place in the text, in characters from 0
    place: Path = ()

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True)
class ParsedDocument:
    """`document` is None when the text is no JSON object; otherwise it is there even when there are problems."""

    text: str
    document: dict[str, Any] | None
    problems: tuple[DocumentProblem, ...]
    _reading: JsonReading = field(repr=False, compare=False)

    @property
    def places(self) -> JsonReading:
        """Where everything stands in the text."""
        return self._reading

    def position(self, path: Path) -> TextPosition:
        """Where the value at `path` (such as `("Statement", 0, "Action")`) begins, or what is around it."""
        return self._reading.position(self._reading.offset_of(path))


def parse(text: str, kind: DocumentType = DocumentType.IDENTITY) -> ParsedDocument:
    """Takes any text."""
    reading = read(text)
    found = islice(_problems(reading, kind), _MOST_PROBLEMS)
    problems = tuple(sorted(found, key=lambda problem: (problem.line, problem.column)))
    document = reading.value if reading.fault is None and isinstance(reading.value, dict) else None
    return ParsedDocument(text, document, problems, reading)


def _problems(reading: JsonReading, kind: DocumentType) -> Iterator[DocumentProblem]:
    for found in islice(_NOT_TAKEN.finditer(reading.text), _MOST_CHARACTER_PROBLEMS):
        message = f"IAM doesn't take the character U+{ord(found.group()[0]):04X} in a document."
        yield _problem(reading, UNSUPPORTED_CHARACTER, message, (), found.start())
    if reading.fault:
        yield _fault(reading, reading.fault)
        return
    for path, offset in reading.duplicates:
        yield _problem(reading, DUPLICATE_NAME, f"{path[-1]} is given twice here.", path, offset)
    for complaint in complaints(reading.value, kind):
        named = reading.key_offsets.get(complaint.path) if complaint.at_name else None
        offset = reading.offset_of(complaint.path) if named is None else named
        yield _problem(reading, complaint.code, complaint.message, complaint.path, offset)


def _fault(reading: JsonReading, fault: Fault) -> DocumentProblem:
    return _problem(reading, "JSON_SYNTAX_ERROR", fault.message, fault.path, fault.offset)


def _problem(reading: JsonReading, code: str, message: str, path: Path, offset: int) -> DocumentProblem:
    position = reading.position(offset)
    return DocumentProblem(message, written(path), position.line, position.column, code, offset, path)


def unsupported_character(text: str) -> str:
    """The first that IAM takes in no document; "" where there is none."""
    found = _NOT_TAKEN.search(text)
    return found.group()[0] if found else ""


def size(text: str) -> int:
    """Characters as IAM counts them against its quotas: without white space.

    Whether it counts white space within strings is not documented: here it does, to be on the safe side.
    """
    if "\\" in text:  # perhaps before a quote, which then ends no string
        return len(_STRING_OR_SPACE.sub(lambda match: match[1] or "", text))
    outside = "".join(text.split('"')[::2])
    return len(text) - len(outside) + len("".join(outside.split()))


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class DocumentIdentity:
    """By what a document is known. Equal `canonical_hash`: the same document, perhaps differently written."""

    text_hash: str
    canonical_hash: str
    problem: str  # why it can't be parsed; then the canonical hash is that of the text


@lru_cache(maxsize=4096)  # those that a pull has read ahead of what it writes, and more
def identify(text: str) -> DocumentIdentity:
    """Fast for what is well-formed, which nearly all that comes from AWS is."""
    by_text = text_hash(text)
    try:
        document = _STRICT.decode(text)
        if isinstance(document, dict):
            return DocumentIdentity(by_text, text_hash(canonical_text(document)), "")
    except (ValueError, RecursionError):
        pass
    return DocumentIdentity(by_text, by_text, str(_unreadable(read(text))))


def _unreadable(reading: JsonReading) -> DocumentProblem:
    """Why `identify` found no document in it."""
    if reading.fault:
        return _fault(reading, reading.fault)
    for path, offset in reading.duplicates:
        return _problem(reading, DUPLICATE_NAME, f"{path[-1]} is given twice here.", path, offset)
    return _problem(reading, "DATA_TYPE_MISMATCH", NOT_AN_OBJECT, (), reading.offset_of(()))


def load(text: str) -> dict[str, Any] | None:
    """The document in any text, without looking whether it is sound; None when there is none.

    An escape that is half a character, which no page and no file can hold, is read as a question mark.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    if "\\u" in text and is_half_a_character(text, whole := json.dumps(document, ensure_ascii=False)):
        mended: dict[str, Any] = json.loads(whole.encode("utf-8", "replace"))
        return mended
    return document


def _without_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name is given twice.")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"JSON has no {constant}.")


_STRICT = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_refuse)
