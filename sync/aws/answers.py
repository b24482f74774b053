"""Prepares AWS's answers: policy documents stay text, secrets are wrapped, times are parsed fast."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from botocore.client import BaseClient
from botocore.handlers import json_decode_policies
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import ResponseParserError, ResponseParserFactory
from botocore.session import Session
from botocore.utils import parse_timestamp

from sync.aws.json_answers import JsonParser
from sync.aws.secrets import Secret
from sync.aws.xml_answers import Parser, XmlParser
from sync.texts import storable

# IAM names the type of all its policy documents so.
_DOCUMENT = "policyDocumentType"
# By type and not by member: an app client's `AccessToken` is also the unit in which the life of its tokens is counted.
_SECRETS = frozenset(
    {
        # IAM, STS
        "BootstrapDatum",
        "accessKeySecretType",
        "serviceCredentialSecret",
        "servicePassword",
        "tokenType",
        "webIdentityTokenType",
        # Cognito
        "ClientSecretType",
        "OIDCToken",
        "SecretCodeType",
        "SecretKeyString",
        "SessionTokenString",
        "SessionType",
        "TokenModelType",
        # Lambda
        "EnvironmentVariableValue",
    }
)
# Maps of which the keys say what is secret: `client_secret`, and Apple's `private_key`.
_MAPS_WITH_SECRETS = frozenset({"ProviderDetailsType"})
_JSON = ("json", "rest-json")
_SECRET_WORDS = ("secret", "private", "password")


def keep_documents_raw(client: BaseClient) -> None:
    """botocore parses policy documents, and so loses duplicate keys and white space: that the lint must see."""
    client.meta.events.unregister("after-call.iam", json_decode_policies)


def keep_host(client: BaseClient) -> None:
    """S3 Control puts the AWS account in front of the host, as AWS has it; the emulator's host is called as it is."""

    def without_account(request: Any, **_: Any) -> None:
        scheme, _, rest = request.url.partition("://")
        first, _, others = rest.partition(".")
        request.url = f"{scheme}://{others if first.isdecimal() and len(first) == _ACCOUNT_DIGITS else rest}"

    client.meta.events.register("before-sign.s3-control", without_account)


_ACCOUNT_DIGITS = 12


def read_our_way(session: Session) -> None:
    """For clients that the session makes from now on: their answers come as `prepare` makes them."""
    session.register_component("response_parser_factory", _Parsers())


class _Parsers(ResponseParserFactory):
    """botocore's own reading of times is two fifths of a large answer's time."""

    def __init__(self) -> None:
        super().__init__()
        self.set_parser_defaults(timestamp_parser=_time)

    def create_parser(self, protocol_name: str) -> Any:
        parser: Any = super().create_parser(protocol_name)
        usual = _PreparedAnswer(parser, is_json=protocol_name in _JSON)
        if protocol_name == "json":
            return JsonParser(usual, text=_text, text_for=_text_for, time=_time, secret_value=_secret_value)
        return XmlParser(usual, _scalar) if protocol_name == "query" else usual


class _PreparedAnswer:
    """What botocore parsed, prepared. What is no answer it takes for an empty one, or breaks over."""

    def __init__(self, usual: Parser, *, is_json: bool) -> None:
        self._usual, self._is_json = usual, is_json

    def parse(self, response: Mapping[str, Any], shape: Shape | None) -> dict[str, Any]:
        went_well = response["status_code"] < 300
        try:
            if went_well and self._is_json and not isinstance(json.loads(response["body"] or b"{}"), dict):
                raise ValueError("it is no object")
            answer = self._usual.parse(response, shape)
            return answer if shape is None or "Error" in answer else prepare(answer, shape)
        except (ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError) as error:
            if not went_well:
                raise
            raise ResponseParserError(f"Unable to read the answer: {error}") from error


def _time(value: Any) -> datetime:
    """What botocore's own reading gives. IAM and STS say it in ISO 8601; others may give a number.

    Raises ValueError or RuntimeError for what is none, or too near to the end of all years to be told in another zone.
    """
    if isinstance(value, float | int):
        return _tellable(datetime.fromtimestamp(value, UTC))
    with suppress(ValueError, TypeError):
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return _tellable(found)
    return _tellable(parse_timestamp(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in place of a text")
    return storable(value)  # JSON can hold what XML can't


def _text_for(shape: Shape) -> Callable[[Any], Any] | None:
    """How a text in JSON is read that isn't one like any other."""
    then = _secret if shape.name in _SECRETS else _document if shape.name == _DOCUMENT else None
    return None if then is None else lambda value: then(_text(value))


def _secret_value(shape: Shape) -> Callable[[str], Callable[[Any], Any] | None]:
    """How a value of a map is read whose key says that it is secret."""
    if shape.name not in _MAPS_WITH_SECRETS:
        return lambda key: None
    return lambda key: _secret if _is_secret(key) else None


def _tellable(found: datetime) -> datetime:
    if not MINYEAR < found.year < MAXYEAR:
        raise ValueError(f"the year {found.year} is out of range")
    return found


def prepare(answer: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """Documents as text, secrets wrapped; `shape` is the model of the operation's output."""
    prepared: dict[str, Any] = _prepare(answer, shape)
    return prepared


def _prepare(value: Any, shape: Shape) -> Any:
    if getattr(shape, "is_document_type", False):  # any JSON: Smithy's document type
        return _storable(value)
    if isinstance(shape, StructureShape):
        members = shape.members
        return {key: _prepare(child, members[key]) if key in members else child for key, child in value.items()}
    if isinstance(shape, ListShape):
        return [_prepare(child, shape.member) for child in value]
    if isinstance(shape, MapShape):
        holds_secrets = shape.name in _MAPS_WITH_SECRETS
        return {
            key: _secret(child) if holds_secrets and _is_secret(key) else _prepare(child, shape.value)
            for key, child in value.items()
        }
    if shape.type_name == "string" and not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in place of a text")
    if shape.name in _SECRETS:
        return _secret(value)
    if isinstance(value, str):  # JSON can hold what XML can't
        value = storable(value)
    return _document(value) if shape.name == _DOCUMENT else value


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _storable(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_storable(child) for child in value]
    return storable(value) if isinstance(value, str) else value


def _scalar(shape: Shape) -> Callable[[str], Any] | None:
    """How the text of an answer in XML is read; None: as it is."""
    if shape.name in _SECRETS:
        return _secret
    return _document if shape.name == _DOCUMENT else _SCALARS[shape.type_name]


_SCALARS: dict[str, Callable[[str], Any] | None] = {
    "blob": b64decode,
    "boolean": lambda text: text == "true",
    "double": float,
    "float": float,
    "integer": lambda text: _counted(text, 2**31),
    "long": lambda text: _counted(text, 2**63),
    "string": None,
    "timestamp": _time,
}


def _counted(text: str, most: int) -> int:
    """IAM's and STS's integers are all counts and seconds. Raises ValueError."""
    found = int(text)
    if not 0 <= found < most:
        raise ValueError(f"{text[:40]} is out of range")
    return found


def _is_secret(key: str) -> bool:
    return any(word in key.casefold() for word in _SECRET_WORDS)


def _secret(value: str | bytes) -> Secret:
    return Secret(value if isinstance(value, str) else b64encode(value).decode())


def _document(text: str) -> str:
    """AWS URL-encodes documents (RFC 3986); text with a brace in it can't be encoded, and a second decoding harms."""
    if "{" in text:
        return text
    decoded = text
    # Several times as fast as `unquote`, which is for what else there may be: a "%", letters beyond ASCII.
    for escape, character in _USUAL_ESCAPES:
        decoded = decoded.replace(escape, character)
    return unquote(text) if "%" in decoded else decoded


_USUAL_ESCAPES = tuple((quote(character, safe=""), character) for character in ' \n"*+,/:=@[]{}')
