"""Delegation requests, as the emulator plays them."""

from __future__ import annotations

from typing import Any

from emulator.clock import DATE_HEADER
from emulator.process import Emulator
from tests.emulator.conftest import Refused
from tests.services.delegation import request_access


def told(iam: Any, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = iam.get_delegation_request(DelegationRequestId=request_id)["DelegationRequest"]
    return answer


def test_one_that_nobody_owns_is_not_listed(iam: Any) -> None:
    request_id = request_access(iam, taken_up=False)
    assert told(iam, request_id)["State"] == "UNASSIGNED"
    assert iam.list_delegation_requests()["DelegationRequests"] == []
    iam.associate_delegation_request(DelegationRequestId=request_id)
    assert iam.list_delegation_requests()["DelegationRequests"] == [told(iam, request_id)]
    assert told(iam, request_id)["OwnerId"].startswith("arn:aws:iam::123456789012:user/")


def test_from_the_request_to_the_token(iam: Any, refused: Refused) -> None:
    request_id = request_access(iam)
    about = {"DelegationRequestId": request_id}
    iam.update_delegation_request(**about, Notes="Please look.")
    iam.accept_delegation_request(**about)
    iam.send_delegation_token(**about)
    found = told(iam, request_id)
    assert (found["State"], found["Notes"]) == ("FINALIZED", "Please look.")
    assert "FINALIZED" in refused("InvalidInput", iam.reject_delegation_request, **about)


def test_a_rejection_is_final(iam: Any, refused: Refused) -> None:
    request_id = request_access(iam, taken_up=False)
    refused("InvalidInput", iam.reject_delegation_request, DelegationRequestId=request_id)
    iam.associate_delegation_request(DelegationRequestId=request_id)
    iam.reject_delegation_request(DelegationRequestId=request_id, Notes="Too wide.")
    found = told(iam, request_id)
    assert (found["State"], found["RejectionReason"]) == ("REJECTED", "Too wide.")
    refused("InvalidInput", iam.accept_delegation_request, DelegationRequestId=request_id)
    refused("InvalidInput", iam.reject_delegation_request, DelegationRequestId=request_id)


def test_a_workflow_asks_once(iam: Any, refused: Refused) -> None:
    request_access(iam)
    refused("EntityAlreadyExists", request_access, iam=iam)
    refused("NoSuchEntity", iam.get_delegation_request, DelegationRequestId="there-is-none-of-this-id")


def test_what_nobody_answers_expires(iam: Any, emulator: Emulator, refused: Refused) -> None:
    request_id = request_access(iam)
    later = emulator.own_client("iam")
    later.meta.events.register("before-send", _next_month)
    assert told(later, request_id)["State"] == "EXPIRED"
    refused("InvalidInput", later.accept_delegation_request, DelegationRequestId=request_id)


def _next_month(request: Any, **_: Any) -> None:
    request.headers[DATE_HEADER] = "2030-01-01T00:00:00+00:00"


def test_the_listing_has_pages(iam: Any) -> None:
    ids = sorted(request_access(iam, f"workflow-{n}") for n in range(3))
    first = iam.list_delegation_requests(MaxItems=2)
    assert (len(first["DelegationRequests"]), first["isTruncated"]) == (2, True)
    second = iam.list_delegation_requests(MaxItems=2, Marker=first["Marker"])
    listed = [each["DelegationRequestId"] for each in [*first["DelegationRequests"], *second["DelegationRequests"]]]
    assert (listed, second["isTruncated"]) == (ids, False)
