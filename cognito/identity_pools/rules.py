"""The rules of a role mapping: in words, and whether one can ever match.

The first rule that matches decides ("Using rule-based mapping to assign roles to users" in the Amazon Cognito Developer
Guide); of a claim with several values, one of them must. A later rule that only matches what an earlier one of the same
claim matches, too, never gets its turn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WORDS = {"Equals": "is", "NotEqual": "isn’t", "StartsWith": "begins with", "Contains": "contains"}


def describe(rule: Mapping[str, Any]) -> str:
    """ "custom:plan is business"."""
    return f"{rule['Claim']} {_WORDS.get(rule['MatchType'], rule['MatchType'])} {rule['Value']}"


def never(rules: Sequence[Mapping[str, Any]], attributes: Collection[str] | None = None) -> dict[int, str]:
    """Why these rules, by their place from 0, never match. `attributes`: all custom ones of the user pool, if known."""
    found: dict[int, str] = {}
    for place, rule in enumerate(rules):
        claim = str(rule["Claim"])
        if attributes is not None and claim.startswith("custom:") and claim not in attributes:
            found[place] = f"The user pool has no attribute {claim}"
            continue
        earlier = (number for number in range(place) if covers(rules[number], rule))
        if (first := next(earlier, None)) is not None:
            found[place] = f"Rule {first + 1} catches the same claim first"
    return found


def covers(first: Mapping[str, Any], later: Mapping[str, Any]) -> bool:
    """Whether whatever the later rule matches, the first one matches."""
    if first["Claim"] != later["Claim"]:
        return False
    caught, value = str(first["Value"]), str(later["Value"])
    how, match = first["MatchType"], later["MatchType"]
    if how == "NotEqual":
        return _is_never(match, value, caught)
    if how == "Equals":
        return bool(match == "Equals" and value == caught)
    if how == "StartsWith":
        return bool(match in ("Equals", "StartsWith") and value.startswith(caught))
    return bool(match in ("Equals", "StartsWith", "Contains") and caught in value)


def _is_never(match: str, value: str, text: str) -> bool:
    """Whether such a rule never matches `text`."""
    if match == "Equals":
        return value != text
    if match == "NotEqual":
        return value == text
    return not text.startswith(value) if match == "StartsWith" else value not in text


# ---- What identity pools look at in tokens: the claims of the rules that give roles, and of principal tags ---------
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
        dead = never(listed)
        yield from (ClaimUse(provider, rule["Claim"], rule, is_dead=place in dead) for place, rule in enumerate(listed))
    for provider, described in (tags or {}).items():
        if not described.get("UseDefaults"):
            for tag, claim in sorted((described.get("PrincipalTags") or {}).items()):
                yield ClaimUse(provider, claim, tag=tag)
