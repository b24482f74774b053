"""Statements of the policy of a Lambda function, and the permissions that AddPermission makes them of.

Lambda API Reference, "AddPermission"; Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from policies.engine.document import compact, load
from policies.engine.statements import Condition, Quantifier, Statement, document_in
from sync.operations import BadParams

_SID = re.compile(r"[a-zA-Z0-9-_]{1,100}")
_ACTION = re.compile(r"lambda:\*|lambda:[a-zA-Z]+|\*")
_ACCOUNT = re.compile(r"(\d{12})|arn:[a-z-]+:iam::(\d{12}):root", re.ASCII)
# What AddPermission takes, by operator and condition key in lower case, and as AWS writes that.
_CONDITIONS: Mapping[tuple[str, str], str] = {
    ("arnlike", "aws:sourcearn"): "source_arn",
    ("stringequals", "aws:sourceaccount"): "source_account",
    ("stringequals", "aws:principalorgid"): "organization",
    ("stringequals", "lambda:eventsourcetoken"): "token",
    ("stringequals", "lambda:functionurlauthtype"): "url_auth",
    ("bool", "lambda:invokedviafunctionurl"): "via_url",
}
_WRITTEN = {
    "source_arn": ("ArnLike", "AWS:SourceArn"),
    "source_account": ("StringEquals", "AWS:SourceAccount"),
    "organization": ("StringEquals", "aws:PrincipalOrgID"),
    "token": ("StringEquals", "lambda:EventSourceToken"),
    "url_auth": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "via_url": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
_PARAMETERS = {
    "source_arn": "SourceArn",
    "source_account": "SourceAccount",
    "organization": "PrincipalOrgID",
    "token": "EventSourceToken",
    "url_auth": "FunctionUrlAuthType",
}


@dataclass(frozen=True)
class FunctionPermission:
    """One statement, as AddPermission takes it. `principal`: a service, an AWS account, an ARN or *. "" is not said.

    `via_url`: "true" where only calls by the function's URL are meant.
    """

    sid: str
    action: str
    principal: str
    source_arn: str = ""
    source_account: str = ""
    organization: str = ""
    token: str = ""
    url_auth: str = ""
    via_url: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """Of the call."""
        said = {"StatementId": self.sid, "Action": self.action, "Principal": self.principal}
        said |= {parameter: value for name, parameter in _PARAMETERS.items() if (value := getattr(self, name))}
        return {**said, "InvokedViaFunctionUrl": True} if self.via_url == "true" else said

    def statement(self, on: str) -> dict[str, Any]:
        """As AWS writes it into the policy of `on`."""
        condition: dict[str, dict[str, str]] = {}
        for name, (operator, key) in _WRITTEN.items():
            if value := getattr(self, name):
                condition.setdefault(operator, {})[key] = value
        said = {"Sid": self.sid, "Effect": "Allow", "Principal": self._principal(on), "Action": self.action}
        return {**said, "Resource": on, **({"Condition": condition} if condition else {})}

    def _principal(self, on: str) -> Any:
        if self.principal == "*":
            return "*"
        if self.principal.isdecimal():
            return {"AWS": f"arn:{on.split(':')[1]}:iam::{self.principal}:root"}
        return {"AWS" if self.principal.startswith("arn:") else "Service": self.principal}


def permissions_in(text: str, on: str) -> dict[str, FunctionPermission]:
    """What AddPermission would make the policy of: by their Sids. Raises BadParams with a sentence."""
    found: dict[str, FunctionPermission] = {}
    for statement in document_in(text).statements:
        permission = _permission(statement, on)
        if permission.sid in found:
            raise BadParams(f"The Sid {permission.sid} is used twice: Lambda tells statements apart by it.", "document")
        found[permission.sid] = permission
    return found


def _permission(statement: Statement, on: str) -> FunctionPermission:
    which = f"Statement {statement.sid or statement.index + 1}"

    def refuse(why: str) -> BadParams:
        return BadParams(f"{which}: {why} Lambda takes statements as AddPermission makes them.", "document")

    if not _SID.fullmatch(statement.sid):
        raise refuse("it needs a Sid of 1 to 100 letters, digits, - and _.")
    if not statement.allows:
        raise refuse("it can’t deny.")
    if statement.has("NotAction") or len(statement.actions) != 1 or not _ACTION.fullmatch(statement.action_words[0]):
        raise refuse("it takes one action of Lambda, or lambda:*.")
    if statement.has("NotResource") or list(statement.resource_words) != [on]:
        raise refuse(f"its one resource is {on}.")
    if statement.has("NotPrincipal") or len(statement.principals) != 1:
        raise refuse("it takes one principal.")
    kind, value = statement.principal_words[0]
    if kind not in ("AWS", "Service"):
        raise refuse(f"it takes no principal of the kind {kind}.")
    of_account = _ACCOUNT.fullmatch(value)
    principal = (of_account[1] or of_account[2]) if of_account else value
    said = dict(_said(condition, refuse) for condition in statement.conditions)
    return FunctionPermission(statement.sid, statement.action_words[0], principal, **said)


def _said(condition: Condition, refuse: Any) -> tuple[str, str]:
    name = _CONDITIONS.get((condition.base, condition.name))
    plain = condition.quantifier is Quantifier.NONE and not condition.if_exists
    if name is None or not plain or len(condition.words) != 1:
        raise refuse(f"it takes no condition {condition.operator} of {condition.key}.")
    return name, condition.words[0]


def statements_by_sid(text: str | None) -> dict[str, str]:
    """Of each statement what it means, as a text: however AWS writes it."""
    document: Any = load(text) if text else None
    return dict(_meant(document)) if isinstance(document, dict) else {}


def _meant(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for statement in document_in(json.dumps(document)).statements:
        try:
            meant = asdict(_permission(statement, statement.resource_words[0] if statement.resource_words else ""))
        except BadParams:  # AWS wrote it by another call
            meant = {name: value for name, value in statement.written.items() if name != "Sid"}
        yield statement.sid, json.dumps(meant, sort_keys=True)


def as_written(meant: Mapping[str, str], on: str) -> dict[str, dict[str, Any]]:
    """Statements of the policy of `on` as AWS writes them, by their Sids. `meant`: as `statements_by_sid` has them."""
    return {sid: _as_written(sid, json.loads(said), on) for sid, said in meant.items()}


def _as_written(sid: str, said: Mapping[str, Any], on: str) -> dict[str, Any]:
    return {"Sid": sid, **said} if "Effect" in said else FunctionPermission(**said).statement(on)


def document_of(statements: Mapping[str, Mapping[str, Any]]) -> str | None:
    """None where nothing is left."""
    return json.dumps(_document(statements), indent=2) if statements else None


def size_of(statements: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes of the policy that has them."""
    return len(compact(_document(statements)).encode())


def _document(statements: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Id": "default", "Statement": list(statements.values())}
