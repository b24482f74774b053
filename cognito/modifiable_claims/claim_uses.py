"""What identity pools look at in tokens: the claims of the rules that give roles, and of principal tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cognito.identity_pools import rules


@dataclass(frozen=True)
class ClaimUse:
    """`provider`: as role mappings name it, with an app client or without. Of a tag, `rule` is None."""

    provider: str
    claim: str
    rule: Mapping[str, str] | None = None
    tag: str = ""
    is_dead: bool = False  # an earlier rule catches all that this one could


def claim_uses(mappings: Mapping[str, Any] | None, tags: Mapping[str, Any] | None) -> Iterator[ClaimUse]:
    """By default tags are of `sub` and of the app client, which nobody sets: those are left out."""
    for provider, mapping in (mappings or {}).items():
        listed = list((mapping.get("RulesConfiguration") or {}).get("Rules") or ())
        dead = rules.never(listed)
        yield from (ClaimUse(provider, rule["Claim"], rule, is_dead=place in dead) for place, rule in enumerate(listed))
    for provider, described in (tags or {}).items():
        if not described.get("UseDefaults"):
            for tag, claim in sorted((described.get("PrincipalTags") or {}).items()):
                yield ClaimUse(provider, claim, tag=tag)
