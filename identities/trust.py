"""Trust policies in words: who may assume a role, and what a statement of its trust policy says.

`IamRole.trusted` holds the principals of the trust as [{"type", "value"}]: types AWS, Service, Federated,
CanonicalUser; "*" as a value means anyone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ACCOUNT_ID = re.compile(r"\d{12}")
# AWS puts the unique id where a trust policy names a user or role that was deleted.
_UNIQUE_ID = re.compile(r"A[IR][DO]A[A-Z0-9]{12,}")
_ASSUMES = {
    "sts:AssumeRole": "assume this role",
    "sts:AssumeRoleWithWebIdentity": "assume this role with a web identity",
    "sts:AssumeRoleWithSAML": "assume this role with SAML",
    "sts:TagSession": "pass session tags",
    "sts:SetSourceIdentity": "set a source identity",
}


@dataclass(frozen=True)
class Trusted:
    """One who may assume a role. `kind`: service, here (this AWS account), outside, federated, anyone, gone."""

    kind: str
    words: str
    value: str


def trusted_of(principals: Iterable[Mapping[str, str]], own_account: str) -> list[Trusted]:
    return [_trusted(item["type"], item["value"], own_account) for item in principals]


def _trusted(kind: str, value: str, own_account: str) -> Trusted:
    if value == "*":
        return Trusted("anyone", "Anyone", value)
    if kind == "Service":
        return Trusted("service", value, value)
    if kind == "Federated":
        return Trusted("federated", _provider(value), value)
    if kind != "AWS":
        return Trusted("outside", f"{kind} {value}", value)
    if _UNIQUE_ID.fullmatch(value):
        return Trusted("gone", f"A principal that was deleted ({value})", value)
    return _aws_trusted(value, own_account)


def _aws_trusted(value: str, own_account: str) -> Trusted:
    account_id = account_of(value)
    name = value.rpartition(":")[2]
    where = "here" if account_id == own_account else "outside"
    if _ACCOUNT_ID.fullmatch(value) or name == "root":
        words = "This AWS account" if where == "here" else f"AWS account {account_id}"
        return Trusted(where, words, value)
    resource, _, path_and_name = name.partition("/")
    words = f"{resource} {path_and_name.rpartition('/')[2]}"
    return Trusted(where, words if where == "here" else f"{words} of AWS account {account_id}", value)


def account_of(principal: str) -> str:
    """The account id in an ARN or a bare account id; "" when there is none."""
    if _ACCOUNT_ID.fullmatch(principal):
        return principal
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 else ""


def _provider(value: str) -> str:
    """ "token.actions.githubusercontent.com" of an OIDC provider's ARN; "SAML provider okta"."""
    resource = value.rpartition(":")[2]
    kind, _, name = resource.partition("/")
    return {"oidc-provider": name, "saml-provider": f"SAML provider {name}"}.get(kind, value)


def outside_accounts(principals: Iterable[Mapping[str, str]], own: Collection[str]) -> set[str]:
    """The AWS accounts in a trust that are not among `own`."""
    named = {account_of(item["value"]) for item in principals if item["type"] == "AWS"}
    return {account_id for account_id in named if account_id and account_id not in own}


def trusts_deleted(principals: Iterable[Mapping[str, str]]) -> bool:
    return any(item["type"] == "AWS" and _UNIQUE_ID.fullmatch(item["value"]) for item in principals)


@dataclass(frozen=True)
class Sentence:
    """A statement of a trust policy: who may do what, and only if."""

    allowed: bool
    who: str
    what: str
    conditions: tuple[str, ...]


def sentences(text: str, own_account: str) -> list[Sentence]:
    """The statements of a trust policy in words; none when the text can't be read."""
    try:
        document = json.loads(text)
    except ValueError:
        return []
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    return [
        _sentence(statement, own_account)
        for statement in (statements if isinstance(statements, list) else [statements])
        if isinstance(statement, dict)
    ]


def _sentence(statement: Mapping[str, Any], own_account: str) -> Sentence:
    negated = "NotPrincipal" in statement
    who = _joined(trusted.words for trusted in trusted_of(_principals(statement), own_account)) or "Nobody"
    actions = _listed(statement.get("Action") or statement.get("NotAction"))
    what = _joined(_ASSUMES.get(action, action) for action in actions)
    return Sentence(
        allowed=statement.get("Effect") == "Allow",
        who=f"Everyone but {who}" if negated else who,
        what=f"do everything but {what}" if "NotAction" in statement else what,
        conditions=tuple(_conditions(statement.get("Condition") or {})),
    )


def _principals(statement: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    named = statement.get("Principal") or statement.get("NotPrincipal") or {}
    if isinstance(named, str):
        named = {"AWS": named}
    for kind, values in named.items():
        for value in _listed(values):
            yield {"type": kind, "value": value}


def _conditions(conditions: Mapping[str, Any]) -> Iterator[str]:
    for operator, keys in conditions.items():
        for key, values in (keys if isinstance(keys, dict) else {}).items():
            yield f"{key} {operator} {_joined(_listed(values), 'or')}"


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _joined(words: Iterable[str], last: str = "and") -> str:
    *rest, final = list(words) or [""]
    return f"{', '.join(rest)} {last} {final}" if rest else final
