"""Guard rails for tests: setting one, and what a plan or an apply says of it."""

from __future__ import annotations

from typing import Any

import pytest

from access.guard_rails.content import Mode, OverrideBy, RailContent
from access.guard_rails.rules import OWN, RULES
from access.guard_rails.services import WantedRail, make_own, set_rail
from accounts.models import AwsAccount, Operator
from identities import operations as ops
from identities.models import AccessKey, IamUser
from policies.models import ManagedPolicy
from sync import changes
from sync.changes.bookkeeping import PlanError
from sync.models import Change, SafeguardVersion
from sync.operations import StepSpec
from sync.safeguards.scopes import Scope
from tests.access.mirrored import managed
from tests.services.changing import propose
from tests.services.statements import allow

LAKE = "arn:aws:s3:::lake/*"


def rail(
    scope: Scope,
    owner: Operator,
    rule: str,
    mode: Mode = Mode.BLOCKS,
    override: OverrideBy = OverrideBy.NOBODY,
    **typed: Any,
) -> SafeguardVersion:
    """`typed`: what the form has for its parameters."""
    parameters = {
        each.name: each.read(typed[each.name], scope) if each.name in typed else each.nothing
        for each in RULES[rule].parameters
    }
    wanted = WantedRail(RULES[rule].title, RailContent(rule, mode, override, parameters))
    act = make_own if rule == OWN else set_rail
    return act(scope=scope, actor=owner, rail=wanted)


def said(aws_account: AwsAccount, actor: Operator, *steps: StepSpec) -> list[str]:
    """What guard rails say of a plan, without their numbers and what to do."""
    change = propose(aws_account, actor, list(steps))
    found = [each["message"] for each in change.findings if each["code"] == "GUARD_RAIL"]
    return [each.partition("stands against it. ")[2].partition(". ")[0] for each in found]


def make_key(owner: IamUser, aws_id: str) -> AccessKey:
    row = {"aws_id": aws_id, "name": aws_id, "name_key": aws_id.casefold(), "first_seen": owner.first_seen}
    return AccessKey.objects.create(aws_account=owner.aws_account, user=owner, **row)


def why_not(change: Change, actor: Operator) -> str:
    with pytest.raises(PlanError) as caught:
        changes.apply(change=change, actor=actor)
    change.refresh_from_db()
    return str(caught.value)


def power(aws_account: AwsAccount) -> ManagedPolicy:
    found = ManagedPolicy.objects.filter(aws_account=aws_account, name="power").first()
    return found or managed(aws_account, "power", [allow("*")])


def giving(aws_account: AwsAccount, by: Operator, to: str = "dana") -> Change:
    return propose(aws_account, by, [ops.attach(IamUser.objects.get(name=to), power(aws_account).arn)])
