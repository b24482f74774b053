"""Describes what a change of control policies takes and gives in the AWS accounts below: as an operator may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.plans.effect_blocks import EffectBlock, blocks_of, headline
from access.plans.organization_check import NAME
from sync.models import Change

LEDE = "In the AWS accounts below, by control policies; policies of resources may still deny"


@dataclass(frozen=True)
class AccountBlock:
    """One AWS account that the operator may see. `why`: sentences why it isn't known; `summary`: "3 lose"."""

    account_id: str
    name: str
    summary: str
    blocks: Sequence[EffectBlock]
    why: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class OrganizationEffects:
    """`hidden`: how many AWS accounts the operator may not see, and `concerned`, how many principals in them gain or
    lose something; `unknown`: in how many of them that isn't known. `not_connected`: ids and names; `more` of these.
    `unchanged`: names of AWS accounts in which nobody's access changes.
    """

    accounts: Sequence[AccountBlock]
    unchanged: Sequence[str]
    hidden: int
    concerned: int
    unknown: int
    not_connected: Sequence[tuple[str, str]]
    more: int


def is_measured(change: Change) -> bool:
    return NAME in change.measured


def organization_effects(change: Change, may_see: Callable[[str], bool], check: str = NAME) -> OrganizationEffects:
    """`may_see`: whether the operator may see IAM in the AWS account of that id. `check`: which measured it."""
    kept: Mapping[str, Any] = change.measured.get(check, {"accounts": []})
    seen = [each for each in kept["accounts"] if may_see(each["account_id"])]
    others = [each for each in kept["accounts"] if not may_see(each["account_id"])]
    told = [each for each in seen if each["effects"] or each["why"]]
    return OrganizationEffects(
        [_block(each) for each in told],
        [each["name"] for each in seen if not (each["effects"] or each["why"])],
        len(others),
        sum(effect["count"] for each in others for effect in each["effects"]),
        sum(bool(each["why"]) for each in others),
        [(account_id, name) for account_id, name in kept.get("not_connected", ())],
        kept.get("more", 0),
    )


def _block(kept: Mapping[str, Any]) -> AccountBlock:
    return AccountBlock(
        kept["account_id"],
        kept["name"],
        headline(kept),
        blocks_of({"effects": kept["effects"]}, {}, kept["account_id"]),
        kept["why"],
        kept.get("notes", ()),
    )
