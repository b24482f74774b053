"""What is typed or pasted to look for somebody, as AWS writes it: an address of a mail, a number on a letter, an id."""

from __future__ import annotations

import re

_IN_BRACKETS = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>[\s,;]*")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_SUB = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"(?:tel:)?\s*(\+|00)?[\s()]*\d[\d\s()./-]{5,}\d", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D")
_LEAST = 7  # digits of a number that is taken for one of a phone
# Around what was copied out of a sentence, a table or a JSON text.
_AROUND = "\u200b\ufeff\"'`“”„’,;"


def cleaned(words: str) -> str:
    """ "Ada <ada@x.example>" → "ada@x.example", "'C100101';" → "C100101", a `sub` in lower case."""
    words = words.strip().strip(_AROUND).strip()
    if found := _IN_BRACKETS.fullmatch(words):
        return found[1]
    words = _MAILTO.sub("", words, count=1) if words[:7].lower() == "mailto:" else words
    return words.lower() if _SUB.fullmatch(words) else words


def as_phone(words: str) -> str:
    """ "0049 (170) 123-45 67" → "+491701234567"; a national number without its 0, which is a part of one; "": none."""
    found = _NUMBER.fullmatch(words.strip())
    digits = _NO_DIGIT.sub("", words)
    if not found or len(digits) < _LEAST:
        return ""
    if found[1] == "+":
        return f"+{digits.replace('0', '', 1) if '(0)' in words.replace(' ', '') else digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits.removeprefix("0")


def as_aws_writes_it(words: str) -> str:
    words = cleaned(words)
    phone = as_phone(words)
    return phone if phone.startswith("+") else words
