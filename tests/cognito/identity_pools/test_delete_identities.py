"""Deleting identities: what the form looks at first, what is sent, and what AWS leaves."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.identity_pools.operations import delete_identities
from cognito.identity_pools.operations import identities as operation
from cognito.models import IdentityPool
from emulator.process import REGION
from sync.aws.client import writer
from sync.aws.errors import UnknownOutcome
from sync.models import Change
from sync.operations import BadParams, registry
from tests.cognito.identity_pools.operation_cases import identities, identity
from tests.cognito.identity_pools.shop import Shop
from tests.cognito.identity_pools.test_actions import refused, stage
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db


def test_those_that_are_named_go_and_no_others(shop: Shop, pool: IdentityPool, erins: Client, erin: Operator) -> None:
    gone, other, stays = (identity(shop) for _ in range(3))
    change = stage(erins, pool, "delete-identities", ids=f"{gone}\n{other}\n{gone}\n")
    assert carry_out(change, erin).state == Change.State.APPLIED, change.error
    assert identities(shop) == [stays]
    [call] = shop.world.sent("DeleteIdentities")
    assert call["params"] == {"IdentityIdsToDelete": [gone, other]}


def test_an_identity_of_another_pool_is_refused(shop: Shop, pool: IdentityPool, erins: Client) -> None:
    """AWS itself would delete it."""
    asked = {"IdentityPoolName": "other", "AllowUnauthenticatedIdentities": True}
    other = shop.identity.create_identity_pool(**asked)["IdentityPoolId"]
    foreign = shop.identity.get_id(IdentityPoolId=other)["IdentityId"]
    assert f"The pool has no identity {foreign}." in refused(erins, pool, "delete-identities", ids=foreign)


def test_a_large_pool_is_looked_through_so_far_only(
    shop: Shop, pool: IdentityPool, erins: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(61):
        identity(shop)
    monkeypatch.setattr(operation, "LOOKED_THROUGH", 60)
    assert "among the first" in refused(erins, pool, "delete-identities", ids=identities_after(shop)[-1])


def identities_after(shop: Shop) -> list[str]:
    """All of them, sorted as AWS tells them."""
    first = shop.identity.list_identities(IdentityPoolId=shop.pool_id, MaxResults=60)
    rest = shop.identity.list_identities(IdentityPoolId=shop.pool_id, MaxResults=60, NextToken=first["NextToken"])
    return [each["IdentityId"] for page in (first, rest) for each in page["Identities"]]


@pytest.mark.parametrize("ids", [[], ["x"], ["eu-north-1:4f1cb0a6-0000-4000-8000-000000000000"], ["same", "same"]])
def test_what_is_no_id_of_the_region_is_refused(pool: IdentityPool, ids: list[str]) -> None:
    spec = delete_identities(pool, ids)
    with pytest.raises(BadParams):
        registry[spec.kind].parse(spec.params)


def test_one_that_is_gone_meanwhile_is_a_conflict(shop: Shop, pool: IdentityPool, erin: Operator) -> None:
    gone, other = identity(shop), identity(shop)
    change = propose(shop.aws_account, erin, [delete_identities(pool, [gone, other])])
    shop.identity.delete_identities(IdentityIdsToDelete=[gone])
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert "expected 2 identities, found 1 identity" in change.error["sentence"]


def test_what_aws_leaves_is_said_and_no_success(shop: Shop, pool: IdentityPool) -> None:
    made, gone = identity(shop), identity(shop)
    shop.identity.delete_identities(IdentityIdsToDelete=[gone])
    spec = delete_identities(pool, [made, gone])
    client = writer(shop.aws_account, change_id=1, operator="erin@example.com")
    with pytest.raises(UnknownOutcome, match=f"left 1 identity undeleted: {gone}"):
        registry[spec.kind].send(client, registry[spec.kind].parse(spec.params))


def test_the_trial_leads_to_the_deletion_of_what_it_made(shop: Shop, pool: IdentityPool, erins: Client) -> None:
    page = erins.post(address("identity_pool_try", aws_id=pool.aws_id), {}).content.decode()
    [made] = identities(shop)
    assert made.startswith(f"{REGION}:")
    assert "Delete this identity…" in text_of(page)
    form = get(erins, "identity_pool_action", f"?ids={made}", aws_id=pool.aws_id, action="delete-identities")
    assert f"{made}</textarea>" in form
