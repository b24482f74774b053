"""What the fields of the Visual view say when its form comes.

All are of the one statement that is open, whose digest says how it was seen. A button is named `do` and has a verb and
what it is about: `drop resource 2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from objects.object_actions import DO
from policies.engine.document import unsupported_character
from policies.engine.visual import CannotEdit

LONGEST = 2_048  # what may be typed in one field: AWS has no longer ARN, nor name, nor value
CHANGE = "change"  # the verb of a field that sends itself

# The verbs that go on to something else: what is typed in fields that add something is added first.
_GO_ON = ("", "apply", "open", "close", "new", "up", "down", "copy", "json")


@dataclass(frozen=True)
class VisualButton:
    """`verb` is "" where none was pressed: to stage the change, or to show another view."""

    verb: str
    about: Sequence[str]

    def number(self, at: int = 0) -> int:
        """One of what it is about; -1 where that is no number."""
        text = self.about[at] if len(self.about) > at else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1

    def word(self, at: int = 0) -> str:
        return self.about[at] if len(self.about) > at else ""

    def adds(self, box: str) -> bool:
        """Whether what is typed in a field that adds something is to be added now."""
        return self.verb in _GO_ON or (self.verb == "add" and box == " ".join(self.about))


class PostedFields:
    def __init__(self, data: QueryDict | None) -> None:
        self.data = data if data is not None else QueryDict()
        verb, *about = self.text(DO).split(" ") if self.text(DO) else ("",)
        self.button = VisualButton(verb, about)

    def text(self, name: str) -> str:
        """Without white space at its ends; "" where there is no such field."""
        return str(self.data.get(name) or "").strip()

    def several(self, name: str) -> list[str]:
        return [str(each) for each in self.data.getlist(name)]

    def has(self, name: str) -> bool:
        return name in self.data

    def typed(self, name: str) -> str:
        """Raises CannotEdit for what AWS takes in no document, or is too long."""
        text = self.text(name)
        if len(text) > LONGEST:
            raise CannotEdit(f"This is longer than {LONGEST:,} characters: AWS takes nothing so long there.")
        if character := unsupported_character(text):
            raise CannotEdit(f"AWS doesn’t take the character U+{ord(character):04X} in a document: remove it.")
        return text

    @property
    def opened(self) -> int | None:
        """The statement that is open; None where none is, or nothing is said of it."""
        text = self.text("open")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None

    @property
    def line(self) -> int:
        """Where the caret stood in the JSON; 0 where that isn't known."""
        text = self.text("line")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
