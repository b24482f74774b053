"""AWS's answers as the console wants them: policy documents as the text they are, secrets wrapped, times read fast."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from botocore.client import BaseClient
from botocore.handlers import json_decode_policies
from botocore.model import ListShape, Shape, StructureShape
from botocore.session import Session
from botocore.utils import parse_timestamp

from sync.aws.secrets import Secret

# IAM names the type of all its policy documents so.
_DOCUMENT = "policyDocumentType"
_SECRET_MEMBERS = frozenset(
    {
        "Base32StringSeed",
        "QRCodePNG",
        "SecretAccessKey",
        "ServiceCredentialSecret",
        "ServicePassword",
        "SessionToken",
    }
)


def keep_documents_raw(client: BaseClient) -> None:
    """botocore parses policy documents, and so loses duplicate keys and white space: that the lint must see."""
    client.meta.events.unregister("after-call.iam", json_decode_policies)


def read_times_fast(session: Session) -> None:
    """For clients that the session makes from now on. botocore's own reading is two fifths of a large answer's time."""
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_time)


def _time(value: Any) -> datetime:
    """What botocore's own reading gives. IAM and STS say it in ISO 8601; others may give a number."""
    with suppress(ValueError, TypeError):
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return found
    return parse_timestamp(value)


def prepare(answer: dict[str, Any], shape: Shape | None) -> dict[str, Any]:
    """`answer` without botocore's own part; `shape` is the model of the operation's output."""
    content = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    prepared: dict[str, Any] = _prepare(content, shape, "") if shape is not None else content
    return prepared


def _prepare(value: Any, shape: Shape, name: str) -> Any:
    if isinstance(shape, StructureShape):
        members = shape.members
        return {key: _prepare(child, members[key], key) if key in members else child for key, child in value.items()}
    if isinstance(shape, ListShape):
        return [_prepare(child, shape.member, name) for child in value]
    if name in _SECRET_MEMBERS:
        return Secret(value if isinstance(value, str) else base64.b64encode(value).decode())
    if shape.name == _DOCUMENT:
        return _raw_document(value)
    return value


def _raw_document(text: str) -> str:
    """AWS URL-encodes documents (RFC 3986); text with a brace in it can't be encoded, and a second decoding harms."""
    return text if "{" in text else unquote(text)
