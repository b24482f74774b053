"""Delegation requests: an AWS Partner asks for temporary access to somebody's AWS account.

States and what leads from one to the next: "Understanding the Request Lifecycle" in the IAM User Guide. Errors: "API_…"
of each call in the IAM API Reference. Anybody may ask here, in the name of the partner whose template it is; a template
that none registered asks for next to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import EntityAlreadyExists, IAMException, NotFoundException
from moto.iam.models import IAMBackend, iam_backends

from emulator import clock
from emulator.callers import find_caller
from emulator.iam.shapes import Shape, moment
from emulator.ids import uuid

ASSIGNED, PENDING, ACCEPTED, FINALIZED = "ASSIGNED", "PENDING_APPROVAL", "ACCEPTED", "FINALIZED"
UNASSIGNED, REJECTED, EXPIRED = "UNASSIGNED", "REJECTED", "EXPIRED"
# By the state that a call leads to, the states that it may be called in.
_FROM = {
    ASSIGNED: {UNASSIGNED},
    PENDING: {ASSIGNED, PENDING},
    ACCEPTED: {ASSIGNED, PENDING},
    FINALIZED: {ACCEPTED},
    REJECTED: {ASSIGNED, PENDING, ACCEPTED},
}
_DAYS = {UNASSIGNED: 1}  # until it expires, where that isn't a week
# What partners called themselves when they registered, and the policies that they registered with it.
_PARTNERS = {"210987654321": "Lumen Observability"}
_TEMPLATES = {
    "arn:aws:iam::210987654321:delegation-template/onboarding": {
        "Effect": "Allow",
        "Action": ["cloudwatch:PutMetricStream", "iam:CreateRole", "iam:PutRolePolicy"],
        "Resource": ["arn:aws:cloudwatch:*:*:metric-stream/@{stream}", "arn:aws:iam::*:role/lumen-*"],
    }
}
_NOTHING = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
# Members of a request that its creator says, and pages of AWS show.
_ASKED = (
    "Description",
    "Permissions",
    "RequestMessage",
    "RequestorWorkflowId",
    "RedirectUrl",
    "SessionDuration",
    "OnlySendByOwner",
)


@dataclass
class DelegationRequest:
    id: str
    requestor: str
    owner_account: str
    asked: dict[str, Any]  # as the call that made it had it
    created: datetime
    changed: datetime
    state: str = UNASSIGNED
    facts: dict[str, Any] = field(default_factory=dict)  # what calls brought since

    def move(self, state: str, **facts: Any) -> None:
        if self.state_now not in _FROM[state]:
            raise _invalid(f"Delegation request {self.id} is in state {self.state_now}.")
        self.state, self.changed = state, clock.utcnow()
        self.facts |= {name: value for name, value in facts.items() if value}

    @property
    def expires(self) -> datetime:
        return self.changed + timedelta(days=_DAYS.get(self.state, 7))

    @property
    def state_now(self) -> str:
        return EXPIRED if self.expires <= clock.utcnow() else self.state

    @property
    def policy(self) -> str:
        template = self.asked["Permissions"].get("PolicyTemplateArn", "")
        text = json.dumps({"Version": "2012-10-17", "Statement": [_TEMPLATES.get(template, _NOTHING)]})
        for parameter in self.asked["Permissions"].get("Parameters") or ():
            text = text.replace(f"@{{{parameter['Name']}}}", ",".join(parameter["Values"]))
        return text


class Delegation(IAMBackend):  # type: ignore[misc]
    delegation_requests: dict[str, DelegationRequest]  # by id: those that name this AWS account

    def request_delegation(self, requestor: str, asked: dict[str, Any]) -> DelegationRequest:
        known = {request.asked["RequestorWorkflowId"] for request in self.delegation_requests.values()}
        if asked["RequestorWorkflowId"] in known:
            raise EntityAlreadyExists("A delegation request with this workflow id already exists.")
        request_id = uuid("delegation", requestor, asked["RequestorWorkflowId"])
        now = clock.utcnow()
        made = DelegationRequest(request_id, requestor, self.account_id, asked, now, now)
        self.delegation_requests[request_id] = made
        return made

    def delegation_request(self, request_id: str) -> DelegationRequest:
        if request_id not in self.delegation_requests:
            raise NotFoundException(f"Delegation request {request_id} cannot be found.")
        return self.delegation_requests[request_id]


class DelegationResponses:
    backend: Any
    current_account: str
    partition: str
    get_access_key: Callable[[], str]
    _cut: Callable[..., tuple[list[Any], str | None]]
    _get_param: Callable[..., Any]
    _get_params: Callable[[], dict[str, Any]]

    def create_delegation_request(self) -> ActionResult:
        asked = {name: self._get_param(name) for name in _ASKED}
        partner = asked["Permissions"]["PolicyTemplateArn"].split(":")[4]
        owner = iam_backends[self._get_param("OwnerAccountId") or self.current_account][self.partition]
        made = owner.request_delegation(partner, asked)
        link = f"https://console.aws.amazon.com/iam/home#/delegation-requests/{made.id}"
        return ActionResult({"DelegationRequestId": made.id, "ConsoleDeepLink": link})

    def associate_delegation_request(self) -> ActionResult:
        return self._move(ASSIGNED, OwnerId=self._caller())

    def update_delegation_request(self) -> ActionResult:
        return self._move(PENDING, Notes=self._get_param("Notes"))

    def accept_delegation_request(self) -> ActionResult:
        return self._move(ACCEPTED, ApproverId=self._caller())

    def send_delegation_token(self) -> ActionResult:
        return self._move(FINALIZED)

    def reject_delegation_request(self) -> ActionResult:
        """What is rejected, finalized or expired is refused: InvalidInput."""
        return self._move(REJECTED, RejectionReason=self._get_param("Notes"))

    def get_delegation_request(self) -> ActionResult:
        return ActionResult({"DelegationRequest": _shape(self._request())})

    def list_delegation_requests(self) -> ActionResult:
        """Those without an owner are left out, also where they name the AWS account."""
        owner = self._get_param("OwnerId")
        found, marker = self._cut(self._owned(owner), order=lambda request: request.id)
        return ActionResult(
            {"DelegationRequests": [*map(_shape, found)], "isTruncated": marker is not None, "Marker": marker}
        )

    def _owned(self, owner: str | None) -> Iterator[DelegationRequest]:
        for request in self.backend.delegation_requests.values():
            if request.state != UNASSIGNED and owner in (None, request.facts["OwnerId"]):
                yield request

    def _move(self, state: str, **facts: Any) -> ActionResult:
        self._request().move(state, **facts)
        return EmptyResult()

    def _request(self) -> DelegationRequest:
        found: DelegationRequest = self.backend.delegation_request(self._get_param("DelegationRequestId"))
        return found

    def _caller(self) -> str:
        return find_caller(self.get_access_key(), self.partition).arn


def _shape(request: DelegationRequest) -> Shape:
    told = {name: value for name, value in request.asked.items() if name != "RequestorWorkflowId"}
    return (
        told
        | request.facts
        | {
            "DelegationRequestId": request.id,
            "OwnerAccountId": request.owner_account,
            "PermissionPolicy": request.policy,
            "State": request.state_now,
            "ExpirationTime": moment(request.expires),
            "RequestorId": request.requestor,
            "RequestorName": _PARTNERS.get(request.requestor),
            "CreateDate": moment(request.created),
            "UpdatedTime": moment(request.changed),
        }
    )


def _invalid(message: str) -> IAMException:
    return IAMException("InvalidInput", message)
