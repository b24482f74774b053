"""Why a session is opened, in the words that AWS writes to CloudTrail: role session name, source identity, tags."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

Tier = Literal["read", "write"]

# STS API Reference, AssumeRole: RoleSessionName and SourceIdentity, tag values, plain text of a session policy.
_NAME_MAX, _TAG_VALUE_MAX, _SESSION_POLICY_MAX = 64, 256, 2048
_NOT_IN_NAME = re.compile(r"[^\w+=,.@-]", re.ASCII)


@dataclass(frozen=True)
class SessionPurpose:
    """`policies`: session policies as compact JSON, the narrowest first; one of them is used, if there are any.

    `signed`: by a session of the console's own.
    """

    tier: Tier
    session_name: str
    source_identity: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    policies: tuple[str, ...] = ()
    signed: bool = True


READING = SessionPurpose("read", "iam-console-pull")
# As anybody's app, without credentials.
VISITING = SessionPurpose("write", "iam-console-visit", signed=False)
CHECKING_WRITES = SessionPurpose(
    "write", "iam-console-check", source_identity="iam-console-check", tags=(("change", "none"),)
)


def of_change(change_id: int, operator: str, session_policy: dict[str, Any] | None) -> SessionPurpose:
    """To apply a change that `operator` (an e-mail address) answers for.

    Where AWS finds the session policy too long, one without the objects is used: the role is never used whole.
    """
    policies: tuple[str, ...] = ()
    if session_policy:
        narrow, wide = _compact(session_policy), _compact(_on_any_object(session_policy))
        policies = (narrow, wide) if len(narrow) <= _SESSION_POLICY_MAX else (wide,)
    return SessionPurpose(
        "write",
        _as_name(f"change-{change_id}-{operator}"),
        source_identity=_as_name(operator),
        tags=(("operator", _as_tag_value(operator)), ("change", str(change_id))),
        policies=policies,
    )


def _compact(policy: dict[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"))


def _on_any_object(policy: dict[str, Any]) -> dict[str, Any]:
    actions = sorted({action for statement in policy["Statement"] for action in statement["Action"]})
    return {**policy, "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


def _as_name(text: str) -> str:
    return _NOT_IN_NAME.sub("-", text)[:_NAME_MAX].ljust(2, "-")


def _as_tag_value(text: str) -> str:
    def may_stand(character: str) -> bool:
        return character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN"

    return "".join(character if may_stand(character) else "-" for character in text)[:_TAG_VALUE_MAX]
