"""Ids of access keys: what kind of key one is of, and in which AWS account that was made.

The kinds are AWS's (IAM User Guide, "IAM identifiers", "Understanding unique ID prefixes"). That the AWS account stands
in ids, AWS doesn't document: only STS GetAccessKeyInfo says it for sure. It is public research (Aidan Steele, "AWS
Access Key ID formats", 2020; Tal Be'ery, "A short note on AWS KEY ID", 2023), and it holds for ids since about 2019:
older ones begin with a letter before Q, and say nothing.
"""

from __future__ import annotations

import re
from base64 import b32decode

LONG_TERM, TEMPORARY = "AKIA", "ASIA"
_ID = re.compile(rf"(?:{LONG_TERM}|{TEMPORARY})[A-Z0-9]{{16}}", re.ASCII)
_READABLE = re.compile(r"[Q-Z2-7][A-Z2-7]{15}", re.ASCII)
_BEHIND, _BITS = 39, 40  # of 80 bits: the AWS account is those behind the first one


def is_key_id(text: str) -> bool:
    """A whole one, of 20 characters."""
    return bool(_ID.fullmatch(text))


def is_temporary(key_id: str) -> bool:
    """Of a session, as AssumeRole gives it."""
    return key_id.startswith(TEMPORARY)


def account_in_key_id(key_id: str) -> str:
    """The 12 digits of the AWS account; "" where the id doesn't say it."""
    own = key_id[4:]
    if not is_key_id(key_id) or not _READABLE.fullmatch(own):
        return ""
    number = int.from_bytes(b32decode(own), "big") >> _BEHIND & (1 << _BITS) - 1
    said = f"{number:012}"
    return said if len(said) == 12 else ""
