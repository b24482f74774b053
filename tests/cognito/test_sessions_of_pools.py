"""How pools and their app clients deal with sessions: asked for where the plan has it, shown, and set."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.models import AppClient, UserPool
from cognito.pools.operations import update
from cognito.pools.operations.shapes import CLIENT_SESSIONS, SESSIONS
from emulator.process import REGION, Emulator
from sync.changes import PlanError
from sync.models import Change, Facet, Revision
from tests.cognito.arranged_pool import arrange, tracking
from tests.cognito.pool_forms import action_url, shown, stage
from tests.services.changing import carry_out, propose
from tests.services.pages import get, text_of
from tests.services.pulling import pulled
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db

READS = ("GetUserPoolSessionConfiguration", "GetUserPoolClientSessionConfiguration")


def pull(world: World) -> None:
    for source in ("cognito.pools", "cognito.sessions", "cognito.client_sessions"):
        pulled(world.aws_account, source=source, region=REGION)


def asked(emulator: Emulator) -> list[str]:
    return [each["action"] for each in emulator.calls() if each["action"] in READS]


def facet(kind: str) -> Facet:
    return Facet.objects.get(kind=kind, source="sessions")


def test_app_clients_are_asked_for_where_the_pool_tracks_sessions(world: World, emulator: Emulator) -> None:
    arranged = arrange(world)
    pull(world)
    assert asked(emulator) == [READS[0]]
    assert arranged.pool.sessions == {"UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}}
    tracking(arranged)
    pull(world)
    assert asked(emulator)[1:] == [*READS]
    assert AppClient.objects.get().sessions == {"SSOSession": {"MaxValidityMinutes": 60}}
    revision = facet(UserPool.kind).revisions.latest("number")
    assert (revision.origin, revision.drift_in) == (Revision.Origin.OUTSIDE, world.aws_account)


def test_the_plan_lite_costs_no_call_and_what_was_held_is_not_any_more(world: World, emulator: Emulator) -> None:
    arranged = arrange(world, tracking)
    arranged.idp.update_user_pool(**arranged.in_pool, UserPoolTier="LITE")
    pull(world)
    assert asked(emulator) == []
    assert {facet(kind).coverage for kind in (UserPool.kind, AppClient.kind)} == {Facet.Coverage.UNSUPPORTED}


@pytest.mark.parametrize(
    ("code", "held"),
    [
        ("AccessDeniedException", Facet.Coverage.DENIED),
        ("UnknownOperationException", Facet.Coverage.UNSUPPORTED),
        ("OperationNotEnabledException", Facet.Coverage.UNSUPPORTED),
    ],
)
def test_without_these_calls_a_pull_ends_well_and_the_page_says_so(
    world: World, emulator: Emulator, bob: Operator, client_of: ClientOf, code: str, held: str
) -> None:
    emulator.rules([{"action": READS[0], "when": "before", "error": {"code": code, "status": 400}}])
    arranged = arrange(world)
    assert facet(UserPool.kind).coverage == held
    assert arranged.pool.sessions is None
    page = text_of(get(client_of(bob), "cognito_pool_settings", aws_id=arranged.pool.aws_id))
    assert f"Not readable {facet(UserPool.kind).coverage_why}" in page


def test_tracking_is_switched_on_and_then_an_app_client_is_set(
    world: World, erin: Operator, client_of: ClientOf
) -> None:
    arranged = arrange(world)
    client, url = client_of(erin), action_url(arranged, "sessions")
    assert "/do/sessions/" in get(client, "cognito_pool_settings", aws_id=arranged.pool.aws_id)
    assert "client-sessions" not in get(client, "cognito_pool_clients", aws_id=arranged.pool.aws_id)
    assert "Nothing is different" in stage(client, url).content.decode()
    assert "less than or equal to 100" in text_of(stage(client, url, most="101").content.decode())
    assert stage(client, url, tracked="on", most="5").status_code == 302
    change = carry_out(Change.objects.get(), erin)
    assert change.state == Change.State.APPLIED, [step.error for step in change.steps.all()]
    assert "5 sessions a person" in text_of(get(client, "cognito_pool_settings", aws_id=arranged.pool.aws_id))

    pull(world)
    url = action_url(arranged, "client-sessions", arranged.client.aws_id)
    assert url in get(client, "cognito_pool_clients", aws_id=arranged.pool.aws_id)
    assert shown(client, url)["minutes"] == 60
    assert stage(client, url, minutes="0").status_code == 302
    change = carry_out(Change.objects.latest("pk"), erin)
    assert change.state == Change.State.APPLIED, [step.error for step in change.steps.all()]
    assert "Don’t count" in text_of(get(client, "cognito_pool_clients", aws_id=arranged.pool.aws_id))
    about = {**arranged.in_pool, "ClientId": arranged.client.aws_id}
    now = arranged.idp.get_user_pool_client_session_configuration(**about)
    assert now["SSOSession"] == {"MaxValidityMinutes": 0}


def test_an_app_client_needs_a_pool_that_tracks(world: World, erin: Operator) -> None:
    arranged = arrange(world, tracking)
    step = update(
        CLIENT_SESSIONS, arranged.pool.arn, "web", {"SSOSession.MaxValidityMinutes": 5}, arranged.client.aws_id
    )
    off = update(SESSIONS, arranged.pool.arn, "customers", {"UserSessionTracking": "DISABLED"})
    with pytest.raises(PlanError, match="doesn’t track sessions: switch that on first"):
        propose(world.aws_account, erin, [off, step])
    assert carry_out(propose(world.aws_account, erin, [step]), erin).state == Change.State.APPLIED


def test_what_somebody_else_sets_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    change = propose(
        world.aws_account,
        erin,
        [update(SESSIONS, arranged.pool.arn, "customers", {"UserSessionTracking": "ENABLED"})],
    )
    arranged.idp.set_user_pool_session_configuration(
        **arranged.in_pool, UserSessionTracking="DISABLED", TokenSession={"MaxPerUser": 3}
    )
    assert carry_out(change, erin).steps.get().state == "conflicted"
