"""Describes what a change of what stands on resources takes and gives: as an operator may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from access.plans.effect_blocks import blocks_of, headline
from access.plans.organization_blocks import AccountBlock
from access.plans.resource_findings import NAME
from policies.access_lines import OF_DOCUMENTS, AccessLine, lines_of
from resources.models import Resource
from sync.models import Change

LEDE = "By the policies of principals and of the resource, boundaries and control policies"
_STATES: Mapping[str, tuple[str, str]] = {
    Resource.Exposure.PUBLIC: ("danger", "Open to everybody"),
    Resource.Exposure.PERHAPS: ("warn", "Perhaps open to everybody"),
    Resource.Exposure.ACCOUNTS: ("warn", "Open to other AWS accounts"),
    Resource.Exposure.CLOSED: ("ok", "Closed to other AWS accounts"),
    Resource.Exposure.UNKNOWN: ("warn", "Unknown whether others get in"),
}


@dataclass(frozen=True)
class ExposureWord:
    """`ink`: "ok", "warn", "danger" or ""."""

    ink: str
    words: str


@dataclass(frozen=True)
class ResourceBlock:
    """One resource. `hidden`: how many AWS accounts the operator may not see, with `concerned` principals who gain or
    lose something. `said`: what its policy itself gives and takes; `why`: a sentence why nothing is known.
    """

    name: str
    word: str
    url: str
    before: ExposureWord
    after: ExposureWord
    why: str
    notes: Sequence[str]
    accounts: Sequence[AccountBlock]
    unchanged: Sequence[str]
    hidden: int
    concerned: int
    not_connected: Sequence[str]
    left_out: int
    said: Sequence[AccessLine]

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def is_measured(change: Change) -> bool:
    return NAME in change.measured


def resource_blocks(change: Change, may_see: Callable[[str], bool]) -> list[ResourceBlock]:
    """`may_see`: whether the operator may see IAM in the AWS account of that id."""
    kept: Mapping[str, Any] = change.measured.get(NAME, {"resources": []})
    return [block_of(each, change.aws_account.account_id, may_see) for each in kept["resources"]]


def block_of(kept: Mapping[str, Any], account_id: str, may_see: Callable[[str], bool]) -> ResourceBlock:
    """`account_id`: of the AWS account that has the resource."""
    seen = [each for each in kept["accounts"] if may_see(each["account_id"])]
    others = [each for each in kept["accounts"] if not may_see(each["account_id"])]
    told = [each for each in seen if each["effects"] or each["why"]]
    return ResourceBlock(
        kept["name"],
        kept["word"],
        reverse("resource", kwargs={"account_id": account_id, "aws_id": kept["aws_id"]}),
        _state(kept["before"]),
        _state(kept["after"]),
        kept["why"],
        kept["notes"],
        [_account(each) for each in told],
        [each["name"] for each in seen if each not in told],
        len(others),
        sum(effect["count"] for each in others for effect in each["effects"]),
        kept["not_connected"],
        kept["left_out"],
        list(lines_of(kept["said"], OF_DOCUMENTS)),
    )


def _state(value: str) -> ExposureWord:
    return ExposureWord(*_STATES.get(value, ("", "Unknown")))


def _account(kept: Mapping[str, Any]) -> AccountBlock:
    blocks = blocks_of({"effects": kept["effects"]}, {}, kept["account_id"])
    return AccountBlock(kept["account_id"], kept["name"], headline(kept), blocks, kept["why"], kept["notes"])
