"""Remarks between the elements of a list: comments where the language has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """One line about the elements that follow."""

    text: str

    @property
    def line(self) -> str:
        """As YAML and HCL have it, whatever the text holds."""
        return "# " + "".join(each if each.isprintable() else " " for each in self.text)
