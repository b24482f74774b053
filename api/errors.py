"""What a route refuses, in a sentence for whoever reads the program's log."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """`more`: members of the answer for the program (RFC 9457, "Extension Members")."""

    def __init__(self, status: int, sentence: str, **more: Any) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.more = status, sentence, more
