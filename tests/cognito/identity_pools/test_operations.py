"""Each operation on identity pools: applied, compared, reversed; and what makes it a conflict."""

from __future__ import annotations

import json

import pytest

from accounts.models import Operator
from cognito.identity_pools.operations import create_pool, delete_pool, set_roles, with_settings
from cognito.models import IdentityPool
from emulator.process import REGION
from sync import changes
from sync.changes import PlanError
from sync.models import Change
from tests.cognito.identity_pools.operation_cases import CASES
from tests.cognito.identity_pools.shop import Shop
from tests.services.changing import carry_out, propose
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.kind))
def test_applied_mirrored_and_reversed(world: World, erin: Operator, case: ComparedCase) -> None:
    apply_compare_and_reverse(case, world, erin)


def test_what_isnt_changed_is_sent_as_it_is(shop: Shop, erin: Operator) -> None:
    """The emulator resets what is left out, as AWS does."""
    pool, was = shop.with_roles().mirrored(), shop.settings()
    carry_out(propose(shop.aws_account, erin, [with_settings(pool, AllowClassicFlow=False)]), erin)
    [call] = shop.world.sent("UpdateIdentityPool")
    assert json.loads(json.dumps(call["params"], sort_keys=True)) == {**was, "AllowClassicFlow": False}
    assert shop.settings() == {**was, "AllowClassicFlow": False}


def test_setting_roles_keeps_the_mappings(shop: Shop, erin: Operator) -> None:
    mapping = {shop.provider: {"Type": "Token", "AmbiguousRoleResolution": "Deny"}}
    pool = shop.with_roles(RoleMappings=mapping).mirrored()
    carry_out(propose(shop.aws_account, erin, [set_roles(pool, roles={"unauthenticated": None})]), erin)
    assert shop.roles()["RoleMappings"] == mapping
    assert list(shop.roles()["Roles"]) == ["authenticated"]


def test_what_somebody_else_set_meanwhile_is_a_conflict_and_kept_by_a_new_plan(shop: Shop, erin: Operator) -> None:
    pool = shop.with_roles().mirrored()
    change = propose(shop.aws_account, erin, [with_settings(pool, AllowUnauthenticatedIdentities=False)])
    shop.update(IdentityPoolName="webshop")
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    shop.pulled()
    again = carry_out(changes.replan(change=change, actor=erin), erin)
    assert again.state == Change.State.APPLIED, again.error
    settings = shop.settings()
    assert (settings["IdentityPoolName"], settings["AllowUnauthenticatedIdentities"]) == ("webshop", False)


def test_a_made_pool_is_in_the_mirror_at_once(shop: Shop, erin: Operator) -> None:
    shop.mirrored()
    carry_out(propose(shop.aws_account, erin, [create_pool(shop.aws_account, REGION, "partners")]), erin)
    assert IdentityPool.objects.live().get(name="partners").region == REGION


def test_a_second_pool_of_a_name_is_refused(shop: Shop, erin: Operator) -> None:
    shop.mirrored()
    with pytest.raises(PlanError, match="already"):
        propose(shop.aws_account, erin, [create_pool(shop.aws_account, REGION, "shop")])


def test_setting_what_is_so_already_is_refused(shop: Shop, erin: Operator) -> None:
    pool = shop.with_roles().mirrored()
    with pytest.raises(PlanError, match="set so already"):
        propose(shop.aws_account, erin, [with_settings(pool, AllowClassicFlow=True)])


def test_nothing_can_be_set_of_a_pool_that_the_plan_deletes(shop: Shop, erin: Operator) -> None:
    pool = shop.with_roles().mirrored()
    with pytest.raises(PlanError, match="deletes"):
        propose(shop.aws_account, erin, [delete_pool(pool), with_settings(pool, AllowClassicFlow=False)])


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"arn": "arn:aws:s3:::x"}, "isn't the ARN of an identity pool"),
        ({"roles": "[]"}, "JSON objects"),
        ({"roles": '{"guest": "x"}'}, "not for guest"),
        ({"roles": '{"authenticated": "x"}'}, "isn't the ARN of a role"),
        ({"mappings": '{"p": {"Type": "Rules", "AmbiguousRoleResolution": "Deny"}}'}, "rules if, and only if"),
        ({"mappings": '{"p": {"Type": "Rules"}}'}, "says what applies"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(shop: Shop, erin: Operator, params: dict[str, str], words: str) -> None:
    step = set_roles(shop.with_roles().mirrored(), roles={"unauthenticated": None})
    broken = type(step)(step.kind, {**step.params, **params})
    with pytest.raises(PlanError, match=words):
        propose(shop.aws_account, erin, [broken])
