"""Answers in AWS's JSON protocol (Cognito, Organizations), read in one walk by the model of the operation's output.

As for XML (`xml_answers`), the model is made into readers once, one for each shape: a page of a user pool's people
takes a third of the time. What the model doesn't have is left out, as botocore leaves it out.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import ResponseParserError

from sync.aws.xml_answers import Parser

Read = Callable[[Any], Any]
TextFor = Callable[[Shape], Read | None]  # how a text of that shape is read; None: as any text
ValueFor = Callable[[str], Read | None]  # how the value of a map is read that has this key; None: as its shape says

_TEXTS = {str}
_AS_IT_IS = frozenset({"integer", "long", "boolean", "float", "double"})


class JsonParser:
    """Reads what went well; errors and what is unusual it leaves to `usual`."""

    def __init__(
        self, usual: Parser, *, text: Read, text_for: TextFor, time: Read, secret_value: Callable[[Shape], ValueFor]
    ) -> None:
        """`text`: how any text is read that may have in it what databases don't take (`sync.texts.storable`)."""
        self._usual = usual
        self._text, self._text_for, self._time, self._secret_value = text, text_for, time, secret_value
        self._readers: dict[tuple[Shape, bool], Read | None] = {}

    def parse(self, response: Mapping[str, Any], shape: Shape | None) -> dict[str, Any]:
        went_well = shape is not None and response["status_code"] < 300
        read = self._reader(shape, is_clean(response["body"])) if shape is not None and went_well else None
        if read is None:
            return self._usual.parse(response, shape)
        try:
            body = json.loads(response["body"] or b"{}")
            if not isinstance(body, dict):
                raise TypeError("it is no object")
            parsed: dict[str, Any] = read(body)
        except (ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, OSError) as error:
            raise ResponseParserError(f"Unable to read the answer: {error}") from error
        headers = {name.lower(): value for name, value in response["headers"].items()}
        metadata = {"HTTPStatusCode": response["status_code"], "HTTPHeaders": headers}
        if "x-amzn-requestid" in headers:
            metadata["RequestId"] = headers["x-amzn-requestid"]
        return parsed | {"ResponseMetadata": metadata}

    def _reader(self, shape: Shape, clean: bool) -> Read | None:
        if (shape, clean) not in self._readers:
            read = None
            if not shape.serialization.get("eventstream"):
                with suppress(_UnusualJson):
                    read = self._of(shape, {}, _any_text if clean else self._text)
            self._readers[shape, clean] = read
        return self._readers[shape, clean]

    def _of(self, shape: Shape, made: dict[str, Read], text: Read) -> Read:
        key = shape.name
        if key not in made:
            # While the members of a structure are looked at they may come upon the structure itself.
            made[key] = lambda value: made[key](value)
            made[key] = self._make(shape, made, text)
        return made[key]

    def _make(self, shape: Shape, made: dict[str, Read], text: Read) -> Read:
        if isinstance(shape, StructureShape):
            return self._structure(shape, made, text)
        if isinstance(shape, ListShape):
            return _list(self._of(shape.member, made, text))
        if isinstance(shape, MapShape):
            return _map(self._of(shape.value, made, text), self._secret_value(shape))
        if shape.type_name == "string":
            return self._text_for(shape) or text
        if shape.type_name == "timestamp":
            return self._time
        if shape.type_name == "blob":
            return b64decode
        if shape.type_name in _AS_IT_IS:
            return lambda value: value
        raise _UnusualJson

    def _structure(self, shape: StructureShape, made: dict[str, Read], text: Read) -> Read:
        if shape.is_tagged_union or shape.is_document_type:
            raise _UnusualJson
        members = [
            (member.serialization.get("name", name), name, self._of(member, made, text))
            for name, member in shape.members.items()
        ]
        if all(read is _any_text for _, _, read in members):
            return _texts({key: name for key, name, _ in members})

        def structure(value: Any) -> dict[str, Any]:
            get = value.get
            return {name: read(said) for key, name, read in members if (said := get(key)) is not None}

        return structure


def is_clean(body: bytes) -> bool:
    """Whether no text in it can have a NUL or half a surrogate pair: UTF-8 has these only as an escape."""
    if b"\\u" in body or b"\0" in body:
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in place of a text")
    return value


def _texts(names: Mapping[str, str]) -> Read:
    """Of a structure that has nothing but texts, such as an attribute of a person: of these there are most."""
    known = {key for key, name in names.items() if key == name}

    def texts(value: Any) -> dict[str, Any]:
        if value.keys() <= known and set(map(type, value.values())) == _TEXTS:
            found: dict[str, Any] = value
            return found
        return {names[key]: _any_text(said) for key, said in value.items() if key in names and said is not None}

    return texts


class _UnusualJson(Exception):
    """A shape that isn't read here."""


def _list(member: Read) -> Read:
    def listed(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise TypeError(f"{type(value).__name__} in place of a list")
        return [member(each) for each in value]

    return listed


def _map(member: Read, secret_value: ValueFor) -> Read:
    def mapped(value: Any) -> dict[str, Any]:
        return {key: (secret_value(key) or member)(each) for key, each in value.items()}

    return mapped
