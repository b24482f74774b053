"""What a document's text says, as fields: which statements there are, and what of each has fields.

IAM User Guide, "IAM JSON policy elements reference". NotAction, NotResource and NotPrincipal have no fields, nor has
what makes no sense to AWS: it is told with its place, and no edit of the fields touches it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from policies.engine.conditions import NULL, OPERATORS_BY_LOWER_NAME
from policies.engine.json_text import JsonReading, Path, read
from policies.engine.statements import Condition, Quantifier, Statement, document_of
from policies.engine.structure import NOT_AN_OBJECT, DocumentType

PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_TWICE = "{} is given twice in it: mend that in the JSON."
_OPPOSITES = ("NotAction", "NotResource", "NotPrincipal")
_WITH_FIELDS = ("Sid", "Effect", "Action", "Resource", "Principal", "Condition")
_STATEMENT = ("Statement",)
_NO_OBJECT = "A statement is an object, written between { and }."
_CHANGED = (
    "The statement was changed or removed since this page was made, so nothing of the last edit was applied. The text "
    "is as it is now: edit it again."
)
_LONGEST_DIGEST = 16
_UNSEEN = re.compile("[\x00-\x1f\x7f]")  # control characters, which a field of a form can't have
_NO_FIELD = "It has a control character, which no field can hold."


class CannotEdit(Exception):
    """An edit that can't be made: `sentence` says why, and what to do. The text stays as it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class JsonOnly:
    """A part of a statement that has no fields: `literal` is what the text says, from `line` on."""

    name: str
    why: str
    literal: str
    line: int
    is_condition: bool = False  # one of several, of which others may have fields


@dataclass(frozen=True)
class VisualStatement:
    """`read` is None where none of it has fields; then `why_not` says why. `number` is its place, from 0."""

    number: int
    path: Path
    read: Statement | None
    why_not: str
    _draft: VisualDraft = field(repr=False, compare=False)

    @cached_property
    def literal(self) -> str:
        """As the text has it."""
        start, end = self.span
        return self._draft.text[start:end]

    @cached_property
    def span(self) -> tuple[int, int]:
        return self._draft.reading.span_of(self.path)

    @cached_property
    def line(self) -> int:
        return self._draft.reading.position(self.span[0]).line

    @cached_property
    def last_line(self) -> int:
        return self._draft.reading.position(self.span[1]).line

    @cached_property
    def digest(self) -> str:
        """By which an edit says what it has seen."""
        return hashlib.sha256(self.literal.encode("utf-8", "surrogatepass")).hexdigest()[:_LONGEST_DIGEST]

    @property
    def written(self) -> Mapping[str, Any]:
        return self.read.written if self.read else {}

    @cached_property
    def json_only(self) -> tuple[JsonOnly, ...]:
        """What has no fields, in the order of the text."""
        if self.read is None:
            return (JsonOnly("Statement", self.why_not, self.literal, self.line),)
        return tuple(sorted(self._json_only(self.read), key=lambda each: each.line))

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Those that have fields."""
        return tuple(each for each in self.read.conditions if not why_no_fields(each)) if self.read else ()

    def has_fields(self, element: str) -> bool:
        """Whether the element can be seen and changed in fields; it need not be there."""
        return self.read is not None and element in _WITH_FIELDS and not _why_not(element, self.read)

    def _json_only(self, statement: Statement) -> Iterator[JsonOnly]:
        for name in statement.written:
            path = (*self.path, name)
            if why := _why_not(name, statement):
                yield self._part(name, why, path)
        if self.has_fields("Condition"):
            for condition in statement.conditions:
                if why := why_no_fields(condition):
                    yield self._part(f"{condition.operator} {condition.key}", why, condition.path, is_condition=True)

    def _part(self, name: str, why: str, path: Path, *, is_condition: bool = False) -> JsonOnly:
        """Of a member: with its name."""
        reading = self._draft.reading
        start, end = reading.key_offsets[path], reading.span_of(path)[1]
        return JsonOnly(name, why, reading.text[start:end], reading.position(start).line, is_condition)


@dataclass(frozen=True)
class VisualDraft:
    """A text, and what of it has fields."""

    text: str
    kind: DocumentType
    reading: JsonReading = field(repr=False, compare=False)

    def rewritten(self, text: str) -> VisualDraft:
        """Of another text: what an edit has made."""
        return self if text == self.text else visual_draft(text, self.kind)

    @property
    def document(self) -> Mapping[str, Any]:
        """Empty where there is none."""
        value = self.reading.value
        return value if isinstance(value, dict) and self.reading.fault is None else {}

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing yet: a first statement can be added."""
        return not self.text.strip(" \t\r\n")

    @property
    def problem(self) -> str:
        """Why no statement can be told from another, with line and column; "" where they can."""
        if self._fault is None:
            return ""
        place = self.reading.position(self._fault[1])
        return f"Line {place.line}, column {place.column}: {self._fault[0]}"

    @property
    def problem_line(self) -> int:
        """Where the problem is, from 1; 0 where there is none."""
        return self.reading.position(self._fault[1]).line if self._fault else 0

    @cached_property
    def _fault(self) -> tuple[str, int] | None:
        """What is wrong, and where in the text."""
        if self.is_blank:
            return None
        if fault := self.reading.fault:
            return fault.message, fault.offset
        if not isinstance(self.reading.value, dict):
            return NOT_AN_OBJECT, self.reading.offset_of(())
        for path, offset in self.reading.duplicates:
            if len(path) == 1:
                return f"{path[0]} is given twice in the document.", offset
        if not isinstance(self.document.get("Statement", []), list | dict):
            return "Statement must be an object or a list of objects.", self.reading.offset_of(_STATEMENT)
        return None

    @cached_property
    def statements(self) -> tuple[VisualStatement, ...]:
        if self.problem:
            return ()
        listed = self.document.get("Statement", [])
        several = listed if isinstance(listed, list) else [listed]
        read = {each.index: each for each in document_of(self.document).statements}
        twice = self._given_twice(len(_STATEMENT) + (several is listed))
        return tuple(
            VisualStatement(
                number,
                (*_STATEMENT, number) if several is listed else _STATEMENT,
                None if number in twice else read.get(number),
                _TWICE.format(twice[number]) if number in twice else "" if number in read else _NO_OBJECT,
                self,
            )
            for number in range(len(several))
        )

    def statement(self, number: int, digest: str) -> VisualStatement:
        """Raises CannotEdit where it isn't there as it was seen."""
        if self.problem:
            raise CannotEdit(self.problem)
        if 0 <= number < len(self.statements) and self.statements[number].digest == digest:
            return self.statements[number]
        raise CannotEdit(_CHANGED)

    def number_at_line(self, line: int) -> int | None:
        """The statement that stands there, or the next one; the last one behind all."""
        following = (each.number for each in self.statements if line <= each.last_line)
        return next(following, len(self.statements) - 1 if self.statements else None)

    def _given_twice(self, depth: int) -> dict[int, str]:
        """By the number of the statement, the first name in it that is given twice. `depth`: of a statement's path."""
        found: dict[int, str] = {}
        for path, _ in self.reading.duplicates:
            if len(path) > depth and path[:1] == _STATEMENT:
                number = path[1] if depth > 1 else 0
                found.setdefault(number if isinstance(number, int) else 0, str(path[-1]))
        return found


def visual_draft(text: str, kind: DocumentType = DocumentType.IDENTITY) -> VisualDraft:
    """Takes any text."""
    return VisualDraft(text, kind, read(text))


# ---- What has no fields ----------------------------------------------------------------------------------------
def _why_not(name: str, statement: Statement) -> str:
    """Why a member of a statement has no fields; "" where it has, or isn't there."""
    value = statement.written.get(name, "")
    if name in _OPPOSITES:
        return f"{name} has no fields."
    if name not in _WITH_FIELDS:
        return f"{name} is no element of a statement that AWS knows."
    if name in ("Action", "Resource"):
        return "" if _is_text_or_texts(value) else f"{name} isn’t a text or a list of texts."
    if name == "Sid":
        return "The Sid isn’t a text." if not isinstance(value, str) else _NO_FIELD if _UNSEEN.search(value) else ""
    if name == "Principal" and name in statement.written:
        return _why_no_principals(value)
    if name == "Condition" and statement.holds_never:
        return "It isn’t an object of operators, each with an object of condition keys."
    return ""


def _why_no_principals(value: Any) -> str:
    if value == "*":
        return ""
    if not isinstance(value, dict):
        return 'Principal isn’t "*" or an object such as {"AWS": "…"}.'
    unknown = next((kind for kind in value if kind not in PRINCIPAL_KINDS), None)
    if unknown is not None:
        return f"{unknown} is no kind of principal that AWS knows."
    return "" if all(map(_is_text_or_texts, value.values())) else "A principal isn’t a text."


def why_no_fields(condition: Condition) -> str:
    """Of one condition; "" where it has fields."""
    if _UNSEEN.search(condition.key):
        return _NO_FIELD
    values = condition.written if isinstance(condition.written, list) else [condition.written]
    if not all(isinstance(each, str | int | float) for each in values):
        return "A value isn’t a text, a number, true or false."
    if condition.base == NULL:
        plain = condition.quantifier is Quantifier.NONE and not condition.if_exists
        wanted = [each.lower() for each in condition.words]
        return "" if plain and wanted in (["true"], ["false"]) else "Null has no fields but for one true or false."
    if condition.base not in OPERATORS_BY_LOWER_NAME:
        return f"AWS has no condition operator {condition.operator}."
    return ""


def _is_text_or_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
