"""AWS's answers as the console wants them: policy documents as the text they are, secrets wrapped."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote

from botocore.client import BaseClient
from botocore.handlers import json_decode_policies
from botocore.model import ListShape, Shape, StructureShape

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
