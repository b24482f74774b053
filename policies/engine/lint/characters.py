"""Invisible characters in a document."""

from __future__ import annotations

from collections.abc import Iterator

from characters import UNSEEN, unseen_in
from policies.engine.json_text import Path
from policies.engine.lint.findings import FindingMark, Severity
from policies.engine.lint.fixes import replaced
from policies.engine.lint.registry import document_check
from policies.engine.lint.subject import LintSubject

_ESCAPE = "\\u"


@document_check(
    "INVISIBLE_CHARACTER",
    Severity.ERROR,
    "A character that prints as nothing or as a blank, or turns the text around it.",
)
def unseen_characters(subject: LintSubject) -> Iterator[FindingMark]:
    if not UNSEEN.search(subject.text) and _ESCAPE not in subject.text:
        return
    for text, path, at_name in _texts(subject.document.written, ()):
        if numbers := unseen_in(text):
            message = f"Here is {', '.join(numbers)}, which nobody sees: what is meant differs from what is read."
            yield FindingMark(message, path, at_name, replaced(path, UNSEEN.sub("", text), at_name=at_name))


def _texts(value: object, path: Path) -> Iterator[tuple[str, Path, bool]]:
    """All names and values, with whether it is a name."""
    left: list[tuple[object, Path]] = [(value, path)]
    while left:
        value, path = left.pop()
        if isinstance(value, str):
            yield value, path, False
        elif isinstance(value, dict):
            yield from ((name, (*path, name), True) for name in value)
            left += [(each, (*path, name)) for name, each in value.items()]
        elif isinstance(value, list):
            left += [(each, (*path, index)) for index, each in enumerate(value)]
