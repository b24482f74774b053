"""Editing a permission set: its description, session and relay state, and its inline policy.

IAM Identity Center API Reference, "UpdatePermissionSet" and "PutInlinePolicyToPermissionSet"; User Guide, "Quotas".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from directory.access_facts import INLINE, EveryRole
from directory.operations.sets_base import SetContent, SetEdit, SetParams, duration_of, mirrored_set
from iamconsole.web.words import duration
from policies.engine.document import identify, size
from policies.holdings import InlinePolicyChange
from policies.operations.documents import malformed, text_of
from sync.checks import PlanFinding
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft

SHORTEST_S, LONGEST_S = 3_600, 43_200  # "Set session duration for AWS accounts"
LONGEST_DESCRIPTION, LONGEST_RELAY = 700, 240
MOST_BYTES, MOST_CHARACTERS = 32_768, 10_240  # of an inline policy; the second without white space
_DESCRIPTION = re.compile(r"[\t\n\r\u0020-\u007e\u00a1-\u00ff]*")
_RELAY = re.compile(r"""[a-zA-Z0-9&$@#\\/%?=~\-_'"|!:,.;*+\[\] (){}]*""")
_INLINE = re.compile(r"[\t\n\r\u0020-\u00ff]+")


# ---- Its settings ----------------------------------------------------------------------------------------------------
def check_settings(description: str, session_s: int, relay_state: str) -> None:
    """Raises BadParams."""
    if len(description) > LONGEST_DESCRIPTION or not _DESCRIPTION.fullmatch(description):
        words = f"A description has at most {LONGEST_DESCRIPTION} characters of Latin-1, as AWS takes them."
        raise BadParams(words, field="description")
    if not SHORTEST_S <= session_s <= LONGEST_S or session_s % 60:
        raise BadParams("A session lasts 1 to 12 hours, in whole minutes.", field="session_s")
    if len(relay_state) > LONGEST_RELAY or not _RELAY.fullmatch(relay_state):
        words = f"A relay state is a URL of at most {LONGEST_RELAY} characters."
        raise BadParams(words, field="relay_state")


@dataclass(frozen=True)
class UpdateSetParams(SetParams):
    description: str = ""
    session_s: int = 3600
    relay_state: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_settings(self.description, self.session_s, self.relay_state)


class UpdateSet(SetEdit[UpdateSetParams]):
    kind = "sso.set.update"
    aws_operation = "UpdatePermissionSet"
    aspect = "settings"
    params_type = UpdateSetParams

    def title(self, p: UpdateSetParams) -> str:
        return f"Edit the settings of {self.named(p)}: sessions of {duration(p.session_s)}"

    def note(self, p: UpdateSetParams) -> str:
        return "Sessions that run keep their length."

    def calls(self, p: UpdateSetParams) -> list[Call]:
        """All that there is: a relay state that isn't said is taken off."""
        said = {"Description": p.description, "RelayState": p.relay_state}
        given = {name: value for name, value in said.items() if value}
        return self.call(p, **given, SessionDuration=duration_of(p.session_s))

    def depends_on(self, content: SetContent, p: UpdateSetParams) -> Mapping[str, Any]:
        return {
            "description": content.description,
            "session_s": content.session_s,
            "relay_state": content.relay_state,
        }

    def edited(self, p: UpdateSetParams, content: SetContent) -> SetContent:
        return replace(content, description=p.description, session_s=p.session_s, relay_state=p.relay_state)

    def describe_existing(self, value: Value) -> str:
        return f"sessions of {duration(value['session_s'])} and its other settings"

    def is_so_already(self, p: UpdateSetParams) -> str:
        return f"{p.set_name} has these settings already."

    def limits(self, draft: Draft, p: UpdateSetParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        if value["description"] and not p.description:
            words = "AWS takes no empty description: say another one."
            found.append(PlanFinding("EMPTY_DESCRIPTION", "error", words, field="description"))
        if p.session_s > max(value["session_s"], 28_800):
            words = f"Sessions of {duration(p.session_s)}: whoever is disabled meanwhile keeps theirs for so long."
            found.append(PlanFinding("LONG_SESSION", "warning", words, about=(p.set_name,), amount=p.session_s))
        return found

    def before(self, draft: Draft, p: UpdateSetParams, value: Value) -> dict[str, Any]:
        return {name: value[name] for name in ("description", "session_s", "relay_state")}

    def reverse(self, p: UpdateSetParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return self.undoing(p, self.kind, **before)


# ---- Its inline policy -----------------------------------------------------------------------------------------------
class _InlineEdit(SetEdit[Any], WritesDocument[Any]):
    """The part has "document": what the inline policy means, None for none."""

    aspect = "inline"

    def depends_on(self, content: SetContent, p: Any) -> Mapping[str, Any]:
        return {"document": content.inline or None}

    def describe_existing(self, value: Value) -> str:
        return "the inline policy as it was, or as somebody changed it" if value["document"] else "no inline policy"

    def document(self, aws_account: AwsAccount, p: Any, value: Value) -> str | None:
        return text_of((value or {}).get("document"))

    def before(self, draft: Draft, p: Any, value: Value) -> dict[str, Any]:
        row = mirrored_set(draft.aws_account, p.set_arn)
        if row is not None and row.inline is not None and row.inline.canonical_hash == value["document"]:
            return {"document": row.inline.text}
        return {"document": text_of(value["document"]) or ""}

    def reverse(self, p: Any, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if before.get("document"):
            return self.undoing(p, PutSetInline.kind, document=before["document"])
        return self.undoing(p, DeleteSetInline.kind)


@dataclass(frozen=True)
class PutInlineOfSetParams(SetParams):
    document: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.document.strip():
            raise BadParams("The document is empty.", field="document")


class PutSetInline(_InlineEdit):
    kind = "sso.set.inline.put"
    aws_operation = "PutInlinePolicyToPermissionSet"
    replaces_text = True
    unchanged_field = "document"
    params_type = PutInlineOfSetParams

    def title(self, p: PutInlineOfSetParams) -> str:
        return f"Write the inline policy of {self.named(p)}"

    def calls(self, p: PutInlineOfSetParams) -> list[Call]:
        return self.call(p, InlinePolicy=p.document)

    def edited(self, p: PutInlineOfSetParams, content: SetContent) -> SetContent:
        return replace(content, inline=identify(p.document).canonical_hash)

    def writes(self, aws_account: AwsAccount, p: PutInlineOfSetParams) -> str | None:
        return p.document

    def is_so_already(self, p: PutInlineOfSetParams) -> str:
        return f"The inline policy of {p.set_name} already says this."

    def limits(self, draft: Draft, p: PutInlineOfSetParams, value: Value) -> list[PlanFinding]:
        return [*super().limits(draft, p, value), *document_findings(p.document)]

    def of_roles(self, roles: EveryRole, p: PutInlineOfSetParams) -> Iterator[AccessChange]:
        yield from roles.tell(lambda there: [InlinePolicyChange(there.arn, INLINE, p.document)])


def document_findings(document: str) -> list[PlanFinding]:
    """What AWS would refuse of it."""
    found = malformed(document)
    counted, sent = size(document), len(document.encode())
    if counted > MOST_CHARACTERS:
        words = f"The document has {counted:,} characters without white space; AWS takes {MOST_CHARACTERS:,}."
        found.append(PlanFinding("DOCUMENT_TOO_LONG", "error", words, field="document"))
    elif sent > MOST_BYTES:
        words = f"The document has {sent:,} bytes; AWS takes {MOST_BYTES:,}: leave out white space."
        found.append(PlanFinding("DOCUMENT_TOO_LONG", "error", words, field="document"))
    if not _INLINE.fullmatch(document):
        words = "The document has characters that AWS takes in no inline policy of a permission set: only Latin-1."
        found.append(PlanFinding("NOT_LATIN_1", "error", words, field="document"))
    return found


class DeleteSetInline(_InlineEdit):
    kind = "sso.set.inline.delete"
    aws_operation = "DeleteInlinePolicyFromPermissionSet"
    params_type = SetParams

    def title(self, p: SetParams) -> str:
        return f"Delete the inline policy of {self.named(p)}"

    def note(self, p: SetParams) -> str:
        return "What it denies is denied no longer, once the set is provisioned."

    def calls(self, p: SetParams) -> list[Call]:
        return self.call(p)

    def edited(self, p: SetParams, content: SetContent) -> SetContent:
        return replace(content, inline="")

    def is_so_already(self, p: SetParams) -> str:
        return f"{p.set_name} has no inline policy."

    def of_roles(self, roles: EveryRole, p: SetParams) -> Iterator[AccessChange]:
        yield from roles.tell(lambda there: [InlinePolicyChange(there.arn, INLINE, None)])
