"""A difference between two documents as lines to print, of OLD and NEW."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.diff.report import lines

_TITLES = {
    "gained": "NEW allows, and OLD doesn't:",
    "lost": "OLD allows, and NEW doesn't:",
    "undecided": "Can't be told:",
}
_DENIAL_TITLES = {
    "lost": "NEW denies, and OLD doesn't, whatever other policies allow:",
    "gained": "OLD denies, and NEW doesn't, whatever other policies allow:",
    "undecided": "Can't be told of what they deny:",
}


def in_words(allowed: Mapping[str, Any], denied: Mapping[str, Any]) -> list[str]:
    """Of what `policy_diff` and `denial_diff` give; none where both documents give the same access."""
    return [*_lines(allowed, _TITLES), *_lines(denied, _DENIAL_TITLES)]


def _lines(found: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    for name, title in titles.items():
        if found[name]:
            yield title
        for item in found[name]:
            yield f"  {', '.join(item['actions'])}"
            yield from (f"    {line}" for line in lines(item))
