"""Whose access a change of a resource's policy takes and gives: held against the engine, request by request."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from access.index import cached_index
from access.resource_plans.measuring import ResourceDifference
from access.resource_sides.lookup import ResourceSides, everybody
from access.resource_sides.values import ResourceSide
from accounts.models import AwsAccount
from policies.engine.combine import Decision
from policies.holdings import ResourcePolicyChange
from tests.access.mirrored import ID, OTHER, arn, given, managed, user
from tests.services.organization_rows import complete
from tests.services.resource_rows import hold
from tests.services.rows import make_role, make_user
from tests.services.statements import allow, deny, document_text, trust

pytestmark = pytest.mark.django_db
QUEUE = f"arn:aws:sqs:eu-west-1:{ID}:jobs"
KEY = f"arn:aws:kms:eu-west-1:{ID}:key/11111111-2222-3333-4444-555555555555"
ACTIONS = {QUEUE: ("sqs:SendMessage", "sqs:ReceiveMessage"), KEY: ("kms:Decrypt", "kms:Encrypt")}


@pytest.fixture
def people(alone: AwsAccount) -> AwsAccount:
    """Some with all of it, with nothing, with a denial, and with a boundary; and some in another AWS account."""
    user(alone, "all", allow(["sqs:*", "kms:*"]))
    user(alone, "none")
    user(alone, "denied", allow(["sqs:*", "kms:*"]), deny(["sqs:SendMessage", "kms:Decrypt"]))
    boundary = managed(alone, "edge", [allow(["sqs:ReceiveMessage", "kms:Encrypt"])])
    make_user(alone, "edged", boundary_arn=boundary.arn)
    given(make_role(alone, "edged-role", boundary_arn=boundary.arn), allow(["sqs:SendMessage", "kms:*"]))
    return alone


@pytest.fixture
def others(people: AwsAccount) -> AwsAccount:
    other = AwsAccount.objects.create(account_id=OTHER, name="Partner", emulated=True, connection="ambient")
    complete(other, "org.membership")
    user(other, "theirs", allow(["sqs:*", "kms:*"]))
    user(other, "nothing")
    return other


def texts(on: str, dice: random.Random) -> str | None:
    """A policy of up to three statements, or none."""
    who: list[Any] = [
        "*",
        {"AWS": ID},
        {"AWS": arn("user/none")},
        {"AWS": arn("user/edged")},
        {"AWS": arn("role/edged-role")},
        {"AWS": arn("user/denied")},
        {"AWS": OTHER},
        {"AWS": f"arn:aws:iam::{OTHER}:user/theirs"},
        {"AWS": f"arn:aws:iam::{OTHER}:user/nothing"},
    ]
    service = on.split(":")[2]
    actions = [*ACTIONS[on], f"{service}:*"]
    conditions: list[dict[str, Any]] = [
        {},
        {},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": dice.choice([ID, OTHER])}}},
    ]
    statements = [
        {
            **trust(dice.choice(who), dice.choice(actions), Resource=dice.choice(["*", on]), **dice.choice(conditions)),
            "Effect": dice.choice(["Allow", "Allow", "Deny"]),
        }
        for _ in range(dice.randrange(4))
    ]
    return document_text(*statements) if statements else None


def may(us: AwsAccount, on: str, policy: str | None) -> dict[tuple[str, str], bool]:
    """By principal and action, as the engine decides it."""
    changes = [ResourcePolicyChange(on, policy)]
    found: dict[tuple[str, str], bool] = {}
    for action in ACTIONS[on]:
        side = ResourceSides(us, everybody, changes=changes).of(action, on)
        assert isinstance(side, ResourceSide)
        index = cached_index(us).index
        allowed = {each.arn for each in index.who_can(action, on, {}, side=side) if each.decision is Decision.ALLOWED}
        found |= {(holder.arn, action): holder.arn in allowed for holder in index.holders}
    return found


def told(row: Any, us: AwsAccount, before: str | None, after: str | None) -> dict[str, set[str]]:
    """By principal, what is said to become of them."""
    undone = [ResourcePolicyChange(row.arn, before)]
    found: dict[str, set[str]] = {}
    for each in ResourceDifference(row, [ResourcePolicyChange(row.arn, after)], undone).effects_in(us).concerned:
        said = {
            part for part in ("gained", "lost", "perhaps", "denied", "allowed_again") if getattr(each.comparison, part)
        }
        for name in each.arns:
            found.setdefault(name, set()).update(said)
    return found


def _cases(on: str) -> Iterator[tuple[str | None, str | None]]:
    dice = random.Random(on)
    for _ in range(14):
        yield texts(on, dice), texts(on, dice)


@pytest.mark.parametrize("on", [QUEUE, KEY])
def test_whoever_gains_or_loses_is_told_and_nobody_else(people: AwsAccount, others: AwsAccount, on: str) -> None:
    row = hold(people, "sqs.queue" if on == QUEUE else "kms.key", on, "{}")
    for before, after in _cases(on):
        for us in (people, others):
            had, has = may(us, on, before), may(us, on, after)
            said = told(row, us, before, after)
            for who in {name for name, _ in had}:
                gains = any(has[who, action] and not had[who, action] for action in ACTIONS[on])
                loses = any(had[who, action] and not has[who, action] for action in ACTIONS[on])
                parts = said.get(who, set())
                about = f"{who}\n{before}\n{after}\n{parts}"
                assert not gains or parts & {"gained", "allowed_again", "perhaps"}, about
                assert not loses or parts & {"lost", "denied", "perhaps"}, about
                assert gains or "gained" not in parts or _only_others(on, before, after), about
                assert loses or "lost" not in parts or _only_others(on, before, after), about


def _only_others(on: str, before: str | None, after: str | None) -> bool:
    """Whether they differ in what isn't asked about: other actions of the service."""
    return f'"{on.split(":")[2]}:*"' in f"{before}{after}"
