"""States that a page shows as a word with its mark."""

from __future__ import annotations

from enum import Enum


class MarkedState(Enum):
    """Members are (word, icon, ink), the worst first; `iamconsole.web.elements.marked` shows one."""

    @property
    def word(self) -> str:
        return str(self.value[0])

    @property
    def icon(self) -> str:
        return str(self.value[1])

    @property
    def ink(self) -> str:
        return str(self.value[2])
