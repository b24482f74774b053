"""Characters that a reader doesn't see: they print as nothing or as a blank, or turn the text around them.

Unicode Standard, "Default_Ignorable_Code_Point", and the general categories Cc, Cf, Cs, Zl, Zp and Zs, but for the
plain blank, tab and line ends, and for the format characters that do print, such as U+0600. Letters of other scripts
that look like Latin ones aren't among them. It stands below all apps, and below the policy engine, which loads no
Django.
"""

from __future__ import annotations

import re

_RANGES = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad"
    "\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
UNSEEN = re.compile(f"[{_RANGES}]")


def shown(text: str) -> str:
    """With each of them as its number: `adm⟨U+00AD⟩in`."""
    return UNSEEN.sub(lambda found: f"⟨{_number(found[0])}⟩", text)


def unseen_in(text: str) -> list[str]:
    """Their numbers, each once: `["U+00AD"]`."""
    return [_number(each) for each in dict.fromkeys(UNSEEN.findall(text))]


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"


def expression() -> str:
    """The same as a regular expression of JavaScript, for its flag u."""
    return "[" + "".join(each if each == "-" else f"\\u{{{ord(each):x}}}" for each in _RANGES) + "]"
