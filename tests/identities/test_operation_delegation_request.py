"""Rejecting a product provider's request: what AWS refuses, what the form says, who else was there."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Operator
from identities.models import DelegationRequest
from identities.operations import reject_request
from sync.changes.bookkeeping import PlanError
from sync.models import Change
from sync.operations import BadParams, registry
from tests.identities.operation_cases_delegation import a_request, shown_request
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db

SOURCE = "iam.delegation_requests"


@pytest.fixture
def request_row(world: World) -> DelegationRequest:
    return a_request(world)


def refusal_of(world: World, erin: Operator, row: DelegationRequest) -> str:
    with pytest.raises(PlanError) as refused:
        propose(world.aws_account, erin, [reject_request(row, "")])
    return str(refused.value)


def test_it_says_whose_request_it_rejects(request_row: DelegationRequest) -> None:
    operation = registry["iam.delegation_request.reject"]
    p = operation.parse(reject_request(request_row, "").params)
    assert operation.title(p) == "Reject the delegation request of Lumen Observability"
    assert operation.calls(p)[0].parameters == {"DelegationRequestId": request_row.aws_id}
    found = operation.describe({"object": "1", "state": "REJECTED", "rejection": "No."})
    assert found == "one whose state is “Rejected” because of “No.”"
    assert operation.describe(None) == "no such delegation request"


@pytest.mark.parametrize("notes", ["x" * 501, "日本"])
def test_a_reason_that_aws_takes(request_row: DelegationRequest, notes: str) -> None:
    with pytest.raises(BadParams):
        registry["iam.delegation_request.reject"].parse(reject_request(request_row, notes).params)


def test_what_is_rejected_stays_so(world: World, erin: Operator, request_row: DelegationRequest) -> None:
    world.iam.reject_delegation_request(DelegationRequestId=request_row.aws_id)
    pulled(world.aws_account, source=SOURCE)
    assert "already" in refusal_of(world, erin, request_row)


def test_access_that_is_given_is_not_rejected(world: World, erin: Operator, request_row: DelegationRequest) -> None:
    world.iam.accept_delegation_request(DelegationRequestId=request_row.aws_id)
    world.iam.send_delegation_token(DelegationRequestId=request_row.aws_id)
    pulled(world.aws_account, source=SOURCE)
    assert "state is “Access given”" in refusal_of(world, erin, request_row)


def test_a_request_whose_time_is_over(world: World, erin: Operator, request_row: DelegationRequest) -> None:
    DelegationRequest.objects.update(expires_at=request_row.created_at)
    assert "The request expired on" in refusal_of(world, erin, request_row)


def test_one_that_was_accepted_can_be_rejected(world: World, erin: Operator, request_row: DelegationRequest) -> None:
    world.iam.accept_delegation_request(DelegationRequestId=request_row.aws_id)
    pulled(world.aws_account, source=SOURCE)
    done = carry_out(propose(world.aws_account, erin, [reject_request(request_row, "")]), erin)
    assert (done.state, shown_request(world, request_row)) == (Change.State.APPLIED, ("REJECTED", None))


def test_somebody_answered_meanwhile(world: World, erin: Operator, request_row: DelegationRequest) -> None:
    change = propose(world.aws_account, erin, [reject_request(request_row, "Too wide.")])
    world.iam.accept_delegation_request(DelegationRequestId=request_row.aws_id)
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert shown_request(world, request_row)[0] == "ACCEPTED"


def test_it_is_gone_meanwhile(world: World, erin: Operator, request_row: DelegationRequest) -> None:
    change = propose(world.aws_account, erin, [reject_request(request_row, "Too wide.")])
    world.emulator.reset()
    assert carry_out(change, erin).state == Change.State.CONFLICTED


def test_from_its_page(world: World, erins: Client, request_row: DelegationRequest) -> None:
    assert "Reject…" in text_of(get(erins, "delegation_request", aws_id=request_row.aws_id))
    url = address("delegation_request_action", aws_id=request_row.aws_id, action="reject")
    assert "The provider reads it." in text_of(erins.get(url).content.decode())
    assert erins.post(url, {"notes": "Too wide."}).status_code == 302
    step = Change.objects.get().steps.get()
    assert (step.kind, step.params["notes"]) == ("iam.delegation_request.reject", "Too wide.")
    DelegationRequest.objects.update(state="FINALIZED")
    assert "Reject…" not in text_of(get(erins, "delegation_request", aws_id=request_row.aws_id))
