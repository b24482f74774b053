"""Questions about managed policies and documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import AwsAccount
from policies.models import Document, ManagedPolicy, PolicyVersion

_HASH = re.compile(r"[0-9a-f]{64}")


def policies(aws_account: AwsAccount) -> QuerySet[Any]:
    """The managed policies of an AWS account, those that are gone too."""
    rows: QuerySet[Any] = ManagedPolicy.objects.filter(aws_account=aws_account)
    return rows


def versions_of(policy: ManagedPolicy) -> list[PolicyVersion]:
    """All versions we ever saw, the newest first: those that AWS has deleted too."""
    return list(policy.versions.select_related("document"))


def kept_versions(policy: ManagedPolicy) -> list[PolicyVersion]:
    """Those that AWS has with their documents, the oldest first."""
    return list(policy.versions.filter(gone_at__isnull=True).select_related("document").order_by("number"))


def unused(aws_account: AwsAccount) -> QuerySet[Any]:
    """Customer managed policies that nobody has, neither attached nor as a boundary."""
    return policies(aws_account).live().filter(is_aws=False, attachment_count=0, boundary_count=0)  # type: ignore[attr-defined,no-any-return]


def attachable(aws_account: AwsAccount) -> QuerySet[Any]:
    """What can be attached: customer managed policies first, then those of AWS that this account has used."""
    rows: QuerySet[Any] = ManagedPolicy.objects.live().filter(aws_account=aws_account, attachable=True)
    return rows.order_by(F("is_aws"), "name_key")


# ---- Documents by their hash ---------------------------------------------------------------------------------


def with_documents(contents: Iterable[Any]) -> list[Any]:
    """Contents of revisions with each document's hash replaced by the document itself, for people to read."""
    contents = list(contents)
    hashes = {text for content in contents for text in _hashes(content)}
    texts = dict(Document.objects.filter(text_hash__in=hashes).values_list("text_hash", "text"))
    return [_opened(content, texts) for content in contents]


def _hashes(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from _hashes(item)
    elif isinstance(content, str) and _HASH.fullmatch(content):
        yield content


def _opened(content: Any, texts: dict[str, str]) -> Any:
    if isinstance(content, dict) and content.keys() == {"text", "canonical"}:  # how revisions keep a document
        return _opened(content["text"], texts)
    if isinstance(content, dict):
        return {key: _opened(value, texts) for key, value in content.items()}
    if isinstance(content, list):
        return [_opened(item, texts) for item in content]
    if isinstance(content, str) and content in texts:
        return _read(texts[content])
    return content


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
