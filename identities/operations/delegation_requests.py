"""Rejecting the request of a product provider for temporary access. Accepting one is for AWS's own console: whoever
accepts lends the provider what they may do themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from iamconsole.web.words import full_time
from identities.models import DelegationRequest
from objects.operations.objects import FacetOperation
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import BadParams, Call, Guarantee, Risk, StepSpec, Undo, Value
from sync.plan_draft import Draft

State = DelegationRequest.State
# "Understanding the Request Lifecycle" in the IAM User Guide.
REJECTABLE = (State.ASSIGNED, State.PENDING_APPROVAL, State.ACCEPTED)
LONGEST_NOTES = 500
# IAM API Reference, RejectDelegationRequest.
_NOTES = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]*")


def _label(state: str) -> str:
    return str(State(state).label) if state in State else state


@dataclass(frozen=True)
class RejectRequestParams:
    arn: str
    called: str  # the provider, for sentences
    notes: str = ""

    def __post_init__(self) -> None:
        if len(self.notes) > LONGEST_NOTES or not _NOTES.fullmatch(self.notes):
            raise BadParams(
                f"The reason has at most {LONGEST_NOTES} characters, of Western European languages.", field="notes"
            )


class RejectRequest(FacetOperation[RejectRequestParams]):
    """The part is {"object": id, "state": "ASSIGNED", "rejection": ""}.

    AWS refuses to reject one twice. A colleague's rejection has another reason; where it has the same, it is as good.
    """

    verb = "reject"
    aws_operation = "Reject{}"
    needed_for = "Reject requests of product providers for temporary access."
    guarantee = Guarantee.DETECTABLE
    undo = Undo.NEVER
    risk = Risk.LOW
    params_type = RejectRequestParams

    def title(self, p: RejectRequestParams) -> str:
        return f"Reject {self.named(p)}"

    def note(self, p: RejectRequestParams) -> str:
        return "The provider gets no access by this request, and is told the reason. It may ask anew."

    def calls(self, p: RejectRequestParams) -> list[Call]:
        return self.call(p, self.aws_operation, **({"Notes": p.notes} if p.notes else {}))

    def part(self, p: RejectRequestParams) -> str:
        return f"state:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        reason = f" because of “{value['rejection']}”" if value["rejection"] else ""
        return f"one whose state is “{_label(value['state'])}”{reason}"

    def held(self, row: Any, p: RejectRequestParams) -> Mapping[str, Any]:
        return self.parse_part(row.settings, p)

    def parse_part(self, content: Content, p: RejectRequestParams) -> Mapping[str, Any]:
        return {"state": content["state"], "rejection": content["rejection"]}

    def after(self, p: RejectRequestParams, value: Value) -> Value:
        if value["state"] == State.REJECTED:
            return value
        return {**value, "state": State.REJECTED.value, "rejection": p.notes}

    def is_so_already(self, p: RejectRequestParams) -> str:
        return f"Somebody rejected {self.named(p)} already."

    def limits(self, draft: Draft, p: RejectRequestParams, value: Value) -> list[PlanFinding]:
        row = self.row(draft, p)
        if value["state"] not in REJECTABLE:
            why = f"AWS takes no rejection of a request whose state is “{_label(value['state'])}”."
        elif row.expires_at and row.expires_at <= timezone.now():
            why = f"The request expired on {full_time(row.expires_at)}."
        else:
            return []
        return [PlanFinding("DELEGATION_REQUEST_CLOSED", "error", why)]


def reject_request(request: DelegationRequest, notes: str) -> StepSpec:
    return StepSpec(
        "iam.delegation_request.reject", {"arn": request.arn, "called": f"of {request.name}", "notes": notes}
    )
