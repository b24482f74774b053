"""Letters of other scripts that look like Latin ones: AWS's names rarely have any, and what one sees finds nothing.

Unicode Technical Standard #39, "Unicode Security Mechanisms": single-script Latin is what identifiers are expected to
be. Which letters look alike isn't listed here: a text of Latin letters with one of another script among them says it.
"""

from __future__ import annotations

import unicodedata

_LATIN, _FULLWIDTH = "LATIN", "FULLWIDTH"


def remark(text: str) -> str:
    """A sentence about letters of another script in a word that has Latin ones, or that stand for ASCII; "": none."""
    strange = dict.fromkeys(each for each in text if _is_strange(each, text))
    if not strange:
        return ""
    named = ", ".join(f"{each} (U+{ord(each):04X}, {unicodedata.name(each, 'unnamed')})" for each in list(strange)[:3])
    return f"Not all letters are Latin: {named}. They look like others, and only names with the same ones are found."


def _is_strange(each: str, text: str) -> bool:
    if each.isascii() or not each.isalnum():
        return False
    script = unicodedata.name(each, "").partition(" ")[0]
    if script == _FULLWIDTH or unicodedata.normalize("NFKC", each) != each:
        return True
    return script != _LATIN and any(other.isascii() and other.isalpha() for other in text)
