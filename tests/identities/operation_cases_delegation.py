"""The operations on product providers' requests for temporary access: set up, step, what AWS then shows."""

from __future__ import annotations

from identities.models import DelegationRequest
from identities.operations import (
    reject_request,
)
from tests.services.delegation import request_access
from tests.services.operation_cases import ComparedCase
from tests.services.pulling import pulled
from tests.services.world import World


def a_request(world: World) -> DelegationRequest:
    request_access(world.iam)
    pulled(world.aws_account, source="iam.delegation_requests")
    return DelegationRequest.objects.get()


def shown_request(world: World, request: DelegationRequest) -> tuple[str, str | None]:
    found = world.iam.get_delegation_request(DelegationRequestId=request.aws_id)["DelegationRequest"]
    return found["State"], found.get("RejectionReason")


CASES = (
    ComparedCase(
        "iam.delegation_request.reject",
        a_request,
        lambda world, request: reject_request(request, "Too wide."),
        shown_request,
        ("REJECTED", "Too wide."),
        ("iam.delegation_requests",),
        stays="A rejection is for good; the provider can ask anew.",
        page="delegation_request/reject",
        no_access="Nobody has access by a request until its token is sent.",
    ),
)
