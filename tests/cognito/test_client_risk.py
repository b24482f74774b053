"""Threat protection of single app clients: asked for where a pool's plan has it, shown, set, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from cognito.models import AppClient
from cognito.pools.operations import update
from cognito.pools.operations.shapes import CLIENT_RISK
from emulator.process import REGION, Emulator
from sync.changes.bookkeeping import PlanError
from sync.models import Change, Facet, Revision, Run
from sync.operations import registry
from tests.cognito.arranged_pool import Arranged, arrange, risk_of, with_plus
from tests.cognito.pool_forms import action_url, shown, stage
from tests.services.changing import carry_out, propose
from tests.services.pages import get, text_of
from tests.services.pulling import pull_all, pulled
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db

BLOCKED = {"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}}
TAKEOVER = {
    "AccountTakeoverRiskConfiguration": {"Actions": {"HighAction": {"Notify": False, "EventAction": "MFA_REQUIRED"}}}
}


@pytest.fixture
def arranged(world: World) -> Arranged:
    """In a pool with the plan for it, that has something set of account takeover."""
    found = arrange(world, with_plus)
    found.idp.set_risk_configuration(**found.in_pool, **TAKEOVER)
    pulled(world.aws_account, source="cognito.risk", region=REGION)
    found.pool.refresh_from_db()
    return found


def pull(aws_account: AwsAccount, *sources: str) -> None:
    for source in sources or ("cognito.client_risk",):
        pulled(aws_account, source=source, region=REGION)


def asked(emulator: Emulator) -> list[str]:
    return [each["action"] for each in emulator.calls() if each["action"] == "DescribeRiskConfiguration"]


def facet(arranged: Arranged) -> Facet:
    return Facet.objects.get(kind=AppClient.kind, object_id=arranged.client.aws_id, source="risk")


def test_pools_that_can_not_have_it_cost_no_call(world: World, emulator: Emulator) -> None:
    arrange(world)
    pull(world.aws_account)
    assert asked(emulator) == []
    assert AppClient.objects.get().risk is None
    assert not Facet.objects.filter(kind=AppClient.kind, source="risk").exists()


def test_a_client_follows_its_pool_until_it_has_its_own(arranged: Arranged, world: World) -> None:
    assert AppClient.objects.get().risk == {}
    asked = {**arranged.in_pool, "ClientId": arranged.client.aws_id}
    arranged.idp.set_risk_configuration(**asked, **BLOCKED)
    pull(world.aws_account)
    assert AppClient.objects.get().risk == BLOCKED
    revision = facet(arranged).revisions.latest("number")
    assert (revision.origin, revision.drift_in) == (Revision.Origin.OUTSIDE, world.aws_account)
    arranged.idp.set_risk_configuration(**arranged.in_pool, **BLOCKED)  # of the pool: nothing new of the client
    arranged.idp.set_risk_configuration(**asked)
    pull(world.aws_account)
    assert AppClient.objects.get().risk == {}


def test_what_a_plan_has_no_more_is_not_read(
    arranged: Arranged, world: World, emulator: Emulator, erin: Operator
) -> None:
    arranged.idp.update_user_pool(**arranged.in_pool, UserPoolTier="ESSENTIALS")
    pull(world.aws_account, "cognito.pools")
    emulator.forget_calls()
    pull(world.aws_account)
    assert asked(emulator) == []
    assert facet(arranged).coverage == Facet.Coverage.UNSUPPORTED
    with pytest.raises(PlanError, match="switch it on first"):
        propose(world.aws_account, erin, [update_of(arranged, BLOCKED)])


def update_of(arranged: Arranged, changes: dict[str, Any]) -> Any:
    return update(CLIENT_RISK, arranged.pool.arn, "web", changes, arranged.client.aws_id)


def test_a_denial_leaves_what_was_known(arranged: Arranged, world: World, emulator: Emulator) -> None:
    denied = {"code": "AccessDeniedException", "status": 400}
    emulator.rules([{"action": "DescribeRiskConfiguration", "when": "before", "error": denied}])
    run = pull_all(world.aws_account, source="cognito.client_risk", region=REGION)
    assert (run.state, run.error["class"]) == (Run.State.FAILED, "AccessDeniedError")
    assert AppClient.objects.get().risk == {}


def test_its_own_begins_with_what_the_pool_has_and_is_taken_back(
    arranged: Arranged, erin: Operator, client_of: ClientOf, world: World
) -> None:
    client, url = client_of(erin), action_url(arranged, "client-risk", arranged.client.aws_id)
    page = get(client, "cognito_pool_clients", aws_id=arranged.pool.aws_id)
    assert "As the pool" in text_of(page)
    assert url.replace("&", "&amp;") in page
    assert shown(client, url)["holds"] == "pool"
    assert "Nothing is different" in stage(client, url).content.decode()

    assert stage(client, url, holds="own", compromised="BLOCK").status_code == 302
    change = carry_out(Change.objects.get(), erin)
    assert change.state == Change.State.APPLIED, [step.error for step in change.steps.all()]
    assert AppClient.objects.get().risk == BLOCKED | TAKEOVER
    page = text_of(get(client, "cognito_pool_clients", aws_id=arranged.pool.aws_id))
    assert "Its own" in page
    assert "High: a second factor, or refused" in page

    assert stage(client, url, holds="pool").status_code == 302
    back = Change.objects.latest("pk")
    operation, step = registry["cognito.client.risk.set"], back.steps.get()
    assert (
        operation.title(operation.parse(step.params)) == "Let threat protection of the app client web follow the pool"
    )
    assert carry_out(back, erin).state == Change.State.APPLIED
    assert risk_of(arranged) is None
    assert AppClient.objects.get().risk == {}


def test_one_who_may_only_read_sees_it_and_sets_nothing(arranged: Arranged, bob: Operator, client_of: ClientOf) -> None:
    page = get(client_of(bob), "cognito_pool_clients", aws_id=arranged.pool.aws_id)
    assert "As the pool" in text_of(page)
    assert "client-risk" not in page
    assert client_of(bob).get(action_url(arranged, "client-risk", arranged.client.aws_id)).status_code == 403
