"""A form as a browser without script sends it: what its fields have, and the button that was pressed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

_OF_ONE_LINE = (None, "text", "search")
Fields = list[tuple[str, str]]


class _FormReader(HTMLParser):
    """Reads the successful controls of a page, whatever form they are in, but buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._textarea: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "input" and name and found.get("type") not in ("submit", "file"):
            if found.get("type") in _OF_ONE_LINE:
                value = value.replace("\r", "").replace("\n", "")  # HTML, "value sanitization algorithm"
            if found.get("type") not in ("checkbox", "radio"):
                self.fields.append((name, value))
            elif "checked" in found:
                self.fields.append((name, value if "value" in found else "on"))  # HTML, "default/on" mode of value
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((value, "selected" in found))
        elif tag == "textarea" and name:
            self._textarea = (name, [])

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._textarea[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._options:
            chosen = next((value for value, selected in self._options if selected), self._options[0][0])
            self.fields.append((self._select, chosen))
        if tag == "select":
            self._select = ""
        if tag == "textarea" and self._textarea:
            name, parts = self._textarea
            self.fields.append((name, "".join(parts).removeprefix("\n")))
            self._textarea = None


def fields_of(html: str) -> dict[str, list[str]]:
    """By their names, in the order of the page."""
    reader = _FormReader()
    reader.feed(html)
    found: dict[str, list[str]] = {}
    for name, value in reader.fields:
        found.setdefault(name, []).append(value)
    return found


def with_fields(html: str, **changes: Any) -> dict[str, list[str]]:
    """The fields of a page with others in place of some; None takes one away."""
    found = fields_of(html)
    for name, value in changes.items():
        found.pop(name, None)
        if value is not None:
            found[name] = value if isinstance(value, list) else [value]
    return found
