"""What a directory says of a user, and the address and the name that an operator gets by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allauth.account.internal.emailkit import valid_email_or_none
from django.core.exceptions import ValidationError

from accounts.names import as_one_line

NO_ADDRESS = "The user has no e-mail address: neither `emails` nor `userName` is one, with ASCII before the @."


@dataclass(frozen=True)
class ScimWish:
    """What the directory says of a user. `said`: what is kept besides, as JSON of SCIM. `active`: None where it took
    its word away, which keeps them out.
    """

    user_name: str
    external_id: str = ""
    active: bool | None = True
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> dict[str, Any]:
        """For the row: `active` is what the operator is, and stands there only as null."""
        return self.said if self.active is not None else {**self.said, "active": None}

    @property
    def email(self) -> str:
        """The primary address, else the first one, else the name. Raises ValidationError."""
        emails = sorted(self.said.get("emails", ()), key=lambda each: not each.get("primary"))
        for text in (*(str(each.get("value") or "") for each in emails), self.user_name):
            if found := _address_of(text):
                return found
        raise ValidationError(NO_ADDRESS)

    @property
    def name(self) -> str:
        parts = self.said.get("name") or {}
        both = " ".join(filter(None, (parts.get("givenName"), parts.get("familyName"))))
        text = self.said.get("displayName") or parts.get("formatted") or both or self.email.partition("@")[0]
        return as_one_line(str(text))[:120]


def _address_of(text: str) -> str:
    """In lower case, the domain as DNS has it (RFC 3490); "" where it is none.

    Outside ASCII, lower case makes letters the same that aren't: U+212A and k. And of a domain that has another name
    when it is read back (ß becomes ss) nobody knows which one was meant.
    """
    local, _, domain = text.strip().rpartition("@")
    try:
        known = domain.encode("idna").decode("ascii").lower()
        if not local.isascii() or known.encode().decode("idna") != domain.lower():
            return ""
    except UnicodeError:
        return ""
    return str(valid_email_or_none(f"{local}@{known}") or "").lower()
