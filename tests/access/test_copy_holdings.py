"""Copies of holdings share owners until one of them changes: neither sees what becomes of the other."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from access.plans.holdings import Owner, PrincipalHoldings
from policies.holdings import (
    ArnChange,
    AttachmentChange,
    BoundaryChange,
    ExistenceChange,
    InlinePolicyChange,
    ManagedPolicyChange,
    MembershipChange,
    RoleTakingChange,
    TagChange,
    TrustChange,
)
from sync.operations import AccessChange
from tests.access.mirrored import arn

ANNA, BEN, STAFF, WORK, READ = (
    arn("user/anna"),
    arn("user/ben"),
    arn("group/staff"),
    arn("role/work"),
    arn("policy/read"),
)
CHANGES: list[AccessChange] = [
    ExistenceChange(STAFF, now=False),
    ExistenceChange(ANNA, now=False),
    AttachmentChange(ANNA, READ, now=False),
    AttachmentChange(WORK, READ, now=True),
    InlinePolicyChange(ANNA, "own", None),
    InlinePolicyChange(STAFF, "own", "{}"),
    ManagedPolicyChange(READ, "{}"),
    MembershipChange(ANNA, STAFF, now=False),
    BoundaryChange(ANNA, READ),
    TrustChange(WORK, "{}"),
    TagChange(ANNA, "team", None),
    ArnChange(ANNA, arn("user/anna2")),
    ArnChange(STAFF, arn("group/all")),
    RoleTakingChange(ANNA, WORK),
]


def holdings() -> PrincipalHoldings:
    anna = Owner(ANNA, "AIDA1", {READ}, {"own": "[]"}, {STAFF}, tags={"team": "red"})
    work = Owner(WORK, "AROA1", inline={"own": "[]"}, trust="[]")
    owners = [anna, Owner(BEN, groups={STAFF}), Owner(STAFF, attached={READ}), work]
    return PrincipalHoldings({each.arn: each for each in owners}, {READ: "[]"})


def said(of: PrincipalHoldings) -> Any:
    return {each: asdict(owner) for each, owner in of.owners.items()}, dict(of.documents), dict(of.taken)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_a_change_of_one_is_none_of_the_others(change: AccessChange) -> None:
    before, first, second = said(holdings()), holdings(), holdings()
    copied, kept = first.copy(), second.copy()
    copied.apply(change)
    second.apply(change)
    assert said(first) == said(kept) == before
    assert said(copied) == said(second) != before


@pytest.mark.parametrize("former", [ANNA, STAFF])
def test_who_was_renamed_is_changed_alone_too(former: str) -> None:
    renamed = former + "2"
    first = holdings()
    copied = first.copy()
    copied.apply_all([ArnChange(former, renamed), AttachmentChange(renamed, arn("policy/more"), now=True)])
    again = copied.copy()
    again.apply_all([AttachmentChange(renamed, arn("policy/other"), now=True), ArnChange(renamed, former)])
    assert said(first) == said(holdings())
    assert copied.owners[renamed].attached == {READ, arn("policy/more")}
    assert again.owners[former].attached == {READ, arn("policy/more"), arn("policy/other")}
