"""Small rules of operations on pools that the walk through all of them doesn't come by."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Operator
from cognito.models import AppClient
from cognito.pools.operations import CREATE_DOMAIN, make, remove, set_domain, update
from cognito.pools.operations.shapes import CLIENT, PROVIDER, RESOURCE_SERVER
from cognito.setting_values import merged
from sync.changes import PlanError
from sync.operations import BadParams, PreviousAttempt, registry
from tests.cognito.arranged_pool import API, arrange
from tests.services.changing import propose
from tests.services.world import World

ARN = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"


def test_none_takes_a_member_away() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a.b": None, "d": None, "e.f": 4}) == {"a": {"c": 2}, "e": {"f": 4}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("settings_of_client", "shape", "name"),
    [
        ({"SupportedIdentityProviders": ["COGNITO", "Google"]}, PROVIDER, "Google"),
        ({"AllowedOAuthScopes": [f"{API}/read"]}, RESOURCE_SERVER, API),
    ],
)
def test_what_an_app_client_uses_is_taken_from_it_first(
    world: World, erin: Operator, settings_of_client: dict[str, Any], shape: Any, name: str
) -> None:
    arranged = arrange(world)
    pool, client = arranged.pool, arranged.client
    AppClient.objects.filter(pk=client.pk).update(settings={**client.settings, **settings_of_client})
    gone = remove(shape, pool.arn, name)
    with pytest.raises(PlanError, match=f"The app clients web use {name}: take it from them first"):
        propose(world.aws_account, erin, [gone])
    let_go = update(CLIENT, pool.arn, "web", dict.fromkeys(settings_of_client), client.aws_id)
    assert propose(world.aws_account, erin, [let_go, gone]).steps.count() == 2


def test_one_that_was_there_before_us_is_not_ours() -> None:
    operation = registry["cognito.resource_server.create"]
    p = operation.parse(make(RESOURCE_SERVER, ARN, API, {"Name": "API"}).params)
    live = {"object": "x", "settings": {"Name": "API"}}
    client: Any = None  # it isn't asked
    assert operation.done(client, p, live, [PreviousAttempt(timezone.now(), None)]) is not None
    assert operation.done(client, p, live, [PreviousAttempt(timezone.now(), live)]) is None


@pytest.mark.parametrize(("domain", "certificate"), [("acme-shop", CERTIFICATE), ("id.acme.example", "")])
def test_a_domain_of_ones_own_has_a_certificate_and_no_other(domain: str, certificate: str) -> None:
    step = set_domain(CREATE_DOMAIN, ARN, "customers", domain, 1, certificate)
    with pytest.raises(BadParams, match="needs a certificate of ACM"):
        registry[CREATE_DOMAIN].parse(step.params)
