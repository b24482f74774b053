"""Reads what STS answers to DecodeAuthorizationMessage (STS API Reference, "DecodeAuthorizationMessage")."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from access.denied.messages import principal_in
from access.denied.requests import DeniedRequest, ReadFrom, spelled_action
from policies.engine import catalogue
from sync.texts import storable_json

# Names in a decoded message that are no condition keys ("AWS global condition context keys" has none of them).
_REGION, _SERVICE = "aws:region", "aws:service"


def is_decoded(content: Any) -> bool:
    return isinstance(content, Mapping) and "allowed" in content and isinstance(content.get("context"), Mapping)


def request_of_decoded(content: Mapping[str, Any]) -> DeniedRequest:
    context = content["context"]
    said = dict(_conditions(context))
    principal = context.get("principal")
    arn = str(principal.get("arn") or "") if isinstance(principal, Mapping) else ""
    action = str(context.get("action") or "")
    if action and ":" not in action and said.get(_SERVICE):  # some messages have the action without its service
        action = f"{said[_SERVICE][0]}:{action}"
    known = {key: values for key, values in said.items() if catalogue.condition_key(key)}
    if _REGION in said:
        known.setdefault("aws:requestedregion", said[_REGION])
    return DeniedRequest(
        ReadFrom.DECODED,
        principal=principal_in(arn),
        action=spelled_action(action),
        resource=str(context.get("resource") or ""),
        explicit=content.get("explicitDeny") is True,
        statement=_denying(content),
        region=said.get(_REGION, ("",))[0],
        context=known,
    )


def decoded_text(text: str) -> Mapping[str, Any] | None:
    """None for what is no such answer."""
    try:
        content = storable_json(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return content if is_decoded(content) else None


def _conditions(context: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for item in _items(context.get("conditions")):
        values = tuple(str(each["value"]) for each in _items(item.get("values")) if "value" in each)
        if values and "key" in item:
            yield str(item["key"]).lower(), values


def _denying(content: Mapping[str, Any]) -> str:
    """The Sid of the first statement that denies it."""
    matched = _items(content.get("matchedStatements"))
    return next((str(each.get("statementId") or "") for each in matched if each.get("effect") == "DENY"), "")


def _items(found: Any) -> list[Mapping[str, Any]]:
    items = found.get("items") if isinstance(found, Mapping) else None
    return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []
