"""Who a trust policy names. AWS keeps the unique ids of users and roles and shows their ARNs, as long as they exist.

"AWS JSON policy elements: Principal": once such a user or role is deleted the policy shows its id, and one that is made
anew under the same name isn't meant by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from moto.iam.exceptions import MalformedPolicyDocument

from emulator.iam.documents import statements_of

_ACCOUNT = re.compile(r"\d{12}|arn:aws[\w-]*:iam::\d{12}:root")
_SESSION = re.compile(r"arn:(aws[\w-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/[\w+=,.@-]+", re.ASCII)
_IDENTITY = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):(user|role)/[^*?]+")
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|amazon\.com)")
_FEDERATED = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(saml|oidc)-provider/.+|[a-z0-9.-]+\.[a-z]+")

Principals = dict[str, str]


class Directory:
    """The users and roles of one AWS account, by ARN and by id."""

    def __init__(self, account_id: str, users: Iterator[Any], roles: Iterator[Any]) -> None:
        self.account_id = account_id
        identities = [*users, *roles]
        self.ids = {identity.arn: identity.id for identity in identities}
        self.arns = {identity.id: identity.arn for identity in identities}
        self.role_names = {arn.rpartition("/")[2] for arn in self.ids if ":role/" in arn}

    def knows(self, principal: str) -> bool:
        if principal == "*" or _ACCOUNT.fullmatch(principal) or principal in self.arns:
            return True
        if session := _SESSION.fullmatch(principal):
            return session[2] != self.account_id or session[3] in self.role_names
        identity = _IDENTITY.fullmatch(principal)
        return identity is not None and (identity[1] != self.account_id or principal in self.ids)


def resolve(document: dict[str, Any], directory: Directory) -> Principals:
    """The ids of the users and roles that a trust policy names by ARN. MalformedPolicyDocument if one is a stranger."""
    known: dict[str, Callable[[str], Any]] = {
        "AWS": directory.knows,
        "Service": _SERVICE.fullmatch,
        "Federated": _FEDERATED.fullmatch,
        "CanonicalUser": str.isalnum,
    }
    ids: Principals = {}
    for kind, name in _named(document):
        recognises = known.get(kind)
        if recognises is None or not recognises(name):
            raise MalformedPolicyDocument(f'Invalid principal in policy: "{kind}":"{name}"')
        if kind == "AWS" and name in directory.ids:
            ids[name] = directory.ids[name]
    return ids


def shown(text: str, principals: Principals, directory: Directory) -> str:
    """The trust policy as AWS shows it now: today's ARN of each identity, or the id of one that is gone."""
    changed = {
        arn: directory.arns.get(unique_id, unique_id)
        for arn, unique_id in principals.items()
        if directory.arns.get(unique_id) != arn
    }
    if not changed:
        return text
    wanted = json.loads(text)
    for statement in statements_of(wanted):
        for element in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(element), dict):
                statement[element] = _replaced(statement[element], changed)
    for arn, now in changed.items():
        text = text.replace(json.dumps(arn), json.dumps(now))
    return text if json.loads(text) == wanted else json.dumps(wanted, indent=2)


def _named(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for statement in statements_of(document):
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        if principal == "*":
            continue
        if not isinstance(principal, dict) or not principal:
            raise MalformedPolicyDocument("Syntax errors in policy.")
        for kind, names in principal.items():
            for name in [names] if isinstance(names, str) else names:
                yield kind, str(name)


def _replaced(principal: dict[str, Any], changed: dict[str, str]) -> dict[str, Any]:
    result = deepcopy(principal)
    for kind, names in principal.items():
        result[kind] = changed.get(names, names) if isinstance(names, str) else [changed.get(n, n) for n in names]
    return result
