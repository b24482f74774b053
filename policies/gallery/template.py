"""A template: a document with parameters, and what comes of it for values that somebody typed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engine.catalogue import AccessLevel, actions_matching
from policies.engine.summary import level_of
from policies.gallery.parameters import InvalidParameterError, Parameter, Place

_PLACEHOLDER = re.compile(r"<(\w+)>")
VERSION = "2012-10-17"
_LEVELS = (
    ("permissions", {AccessLevel.PERMISSIONS}),
    ("write", {AccessLevel.WRITE, AccessLevel.TAGGING}),
    ("read", {AccessLevel.READ, AccessLevel.LIST}),
)


@dataclass(frozen=True)
class PolicyTemplate:
    """`statements` have `<parameter>`, `<partition>` and `<account>`; a text that is one alone may become a list.

    `about`: a sentence for who chooses. `source`: the AWS page from which its rule comes.
    """

    name: str
    title: str
    group: str
    about: str
    statements: Sequence[Mapping[str, Any]]
    parameters: Sequence[Parameter] = ()
    is_boundary: bool = False
    source: str = ""

    @property
    def asks(self) -> list[str]:
        """The names of its parameters, as they stand in a sentence."""
        names = (each.label for each in self.parameters)
        return [name[0].lower() + name[1:] if name[1:] == name[1:].lower() else name for name in names]

    @property
    def level(self) -> str:
        """The highest that it allows: none, read, write or permissions. What a parameter names isn't counted."""
        return next((word for word, levels in _LEVELS if levels & self._access_levels()), "none")

    def _access_levels(self) -> set[AccessLevel]:
        allowed = [each["Action"] for each in self.statements if each["Effect"] == "Allow"]
        patterns = [name for part in allowed for name in ([part] if isinstance(part, str) else part)]
        names = {name for pattern in patterns for name in actions_matching(pattern)}
        return {level_of(name) for name in names} or {AccessLevel.READ for _ in allowed}

    def document(self, typed: Mapping[str, str], place: Place) -> str:
        """The document's text, laid out. Raises InvalidParametersError."""
        values: dict[str, str | Sequence[str]] = {"partition": place.partition, "account": place.account_id}
        wrong: dict[str, str] = {}
        for parameter in self.parameters:
            try:
                values[parameter.name] = parameter.value(typed.get(parameter.name, ""), place)
            except InvalidParameterError as error:
                wrong[parameter.name] = str(error)
        if wrong:
            raise InvalidParametersError(wrong)
        filled = _filled({"Version": VERSION, "Statement": list(self.statements)}, values)
        return json.dumps(filled, indent=2, ensure_ascii=False)


class InvalidParametersError(ValueError):
    """`sentences`: by the parameter's name, what is wrong with its value."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = sentences


def _filled(part: Any, values: Mapping[str, str | Sequence[str]]) -> Any:
    """Each text is filled once: what a value says isn't looked at again."""
    if isinstance(part, Mapping):
        return {str(_text(key, values)): _filled(each, values) for key, each in part.items()}
    if isinstance(part, list | tuple):
        return [_filled(each, values) for each in part]
    return _text(part, values) if isinstance(part, str) else part


def _text(text: str, values: Mapping[str, str | Sequence[str]]) -> Any:
    alone = _PLACEHOLDER.fullmatch(text)
    if alone:
        value = values[alone[1]]
        return value if isinstance(value, str) else list(value)
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), text)
