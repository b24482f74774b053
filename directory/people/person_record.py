"""What AWS says of a user of Identity Center, as it is kept: what isn't among these goes no further than here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from accounts.models import AwsAccount
from directory.mirrors import issuer_of
from directory.models import DirectorySettings
from sync.mirror import Item
from sync.mirror.bulk import Columns
from sync.mirror.hashing import moment

_LONGEST_KEY = 256
_HASH_BYTES = 16


class DirectoryPerson(NamedTuple):
    user_id: str
    user_name: str
    display_name: str
    email: str
    status: str
    issuer: str
    created_at: datetime | None
    changed_at: datetime | None
    content_hash: str

    def columns(self) -> Columns:
        return {
            "aws_id": self.user_id,
            "name": self.user_name[:_LONGEST_KEY],
            "name_key": (self.display_name or self.user_name or self.user_id).casefold()[:_LONGEST_KEY],
            "display_name": self.display_name,
            "email": self.email,
            "status": self.status,
            "issuer": self.issuer,
            "created_at": self.created_at,
            "changed_at": self.changed_at,
            "words": "\n".join(dict.fromkeys(filter(None, (self.user_name, self.display_name, self.email)))),
            "content_hash": self.content_hash,
        }


def settings_of(aws_account: AwsAccount) -> DirectorySettings:
    """The defaults where nobody has said otherwise."""
    found = DirectorySettings.objects.filter(aws_account=aws_account).first()
    return found or DirectorySettings(aws_account=aws_account)


def people_in(users: Iterable[Item], settings: DirectorySettings) -> list[DirectoryPerson]:
    return [_person(user, keeps_email=settings.keeps_email) for user in users]


def _person(user: Item, *, keeps_email: bool) -> DirectoryPerson:
    said = (
        str(user["UserId"]),
        user.get("UserName") or "",
        user.get("DisplayName") or "",
        _address(user) if keeps_email else "",
        user.get("UserStatus") or "",
        issuer_of(user),
    )
    dates = (moment(user.get("CreatedAt")), moment(user.get("UpdatedAt")))
    about = "\0".join((*said, *map(str, dates)))  # no text of an answer has a NUL in it (sync/texts.py)
    return DirectoryPerson(*said, *dates, blake2b(about.encode(), digest_size=_HASH_BYTES).hexdigest())


def _address(user: Item) -> str:
    """The primary one, else the first."""
    held = [each for each in user.get("Emails") or () if each.get("Value")]
    first = next((each for each in held if each.get("Primary")), held[0] if held else None)
    return str(first["Value"]) if first else ""
