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
class Purpose:
    """`policy` is a session policy as compact JSON; `notes` tell the operator what could not be had."""

    tier: Tier
    session_name: str
    source_identity: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    policy: str = ""
    notes: tuple[str, ...] = ()


READING = Purpose("read", "iam-console-pull")
CHECKING_WRITES = Purpose("write", "iam-console-check", source_identity="iam-console-check", tags=(("change", "none"),))


def of_change(change_id: int, operator: str, session_policy: dict[str, Any] | None) -> Purpose:
    """To apply a change that `operator` (an e-mail address) answers for."""
    policy = json.dumps(session_policy, separators=(",", ":")) if session_policy else ""
    notes: tuple[str, ...] = ()
    if len(policy) > _SESSION_POLICY_MAX:
        notes = (
            f"Without a session policy: this plan's has {len(policy)} characters, AWS takes {_SESSION_POLICY_MAX}.",
        )
        policy = ""
    return Purpose(
        "write",
        _as_name(f"change-{change_id}-{operator}"),
        source_identity=_as_name(operator),
        tags=(("operator", _as_tag_value(operator)), ("change", str(change_id))),
        policy=policy,
        notes=notes,
    )


def _as_name(text: str) -> str:
    return _NOT_IN_NAME.sub("-", text)[:_NAME_MAX].ljust(2, "-")


def _as_tag_value(text: str) -> str:
    def may_stand(character: str) -> bool:
        return character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN"

    return "".join(character if may_stand(character) else "-" for character in text)[:_TAG_VALUE_MAX]
