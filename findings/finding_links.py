"""Pages of apps above that say more of findings of a rule, linked from the page of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from findings.models import Finding


@dataclass(frozen=True)
class FindingLink:
    label: str
    url: str


LinkOf = Callable[[Finding], FindingLink | None]
_links: dict[str, LinkOf] = {}


def register(*rules: str, link_of: LinkOf) -> None:
    """`link_of` gives None where there is nothing more to say of that finding."""
    for rule in rules:
        if rule in _links:
            raise ValueError(f"The rule {rule} has a link already.")
        _links[rule] = link_of


def link_of(finding: Finding) -> FindingLink | None:
    found = _links.get(finding.rule)
    return found(finding) if found else None
