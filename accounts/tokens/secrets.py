"""What a program sends: `iamc_<prefix>_<secret>`. The console keeps the prefix, and a digest of the whole."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

# A word in front, so that scanners for leaked secrets know it (docs/api.md).
_FORM = re.compile(r"iamc_[0-9a-f]{10}_[0-9A-Za-z_-]{43}", re.ASCII)
_PREFIX_LENGTH = len("iamc_") + 10


@dataclass(frozen=True)
class TokenSecret:
    """`text` is what the program sends, and is nowhere kept."""

    text: str

    @classmethod
    def new(cls) -> TokenSecret:
        return cls(f"iamc_{secrets.token_hex(5)}_{secrets.token_urlsafe(32)}")

    @classmethod
    def read(cls, text: str) -> TokenSecret | None:
        """None for what can't be one of ours."""
        return cls(text) if _FORM.fullmatch(text) else None

    @property
    def prefix(self) -> str:
        return self.text[:_PREFIX_LENGTH]

    @property
    def digest(self) -> str:
        """Of 256 random bits: nobody finds them by trying, so there is nothing that a slow hash would add."""
        return hashlib.sha256(self.text.encode()).hexdigest()
