"""Details of denials, by the authorization id that the message has: AWS's Access Troubleshooter (a preview).

IAM User Guide, "Troubleshoot access denied error messages with authorization ID"; IAM Toolbox API Reference,
"GetRequestAuthorizationDetails". AWS gives ids in some Regions and for some APIs only: here for IAM's, once
`POST /_emulator/authorization-ids` was asked for them. They are told where the denial was, in that AWS account, and
kept as long as the process runs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from emulator.wire import Answer, AwsError, AwsRequest


@dataclass
class Details:
    is_on: bool = False
    kept: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)  # by AWS account, Region and id

    def clear(self) -> None:
        self.is_on = False
        self.kept.clear()


DETAILS = Details()


def switch(*, on: bool) -> None:
    DETAILS.is_on = on


def note(account_id: str, region: str, content: dict[str, Any]) -> str:
    """What the message of the denial says of its details; "" where AWS gives no id."""
    if not DETAILS.is_on:
        return ""
    authorization_id = uuid4().hex[:25]
    DETAILS.kept[account_id, region, authorization_id] = content
    page = f"https://{region}.console.aws.amazon.com/iam/home?region={region}#/authorization-details/{authorization_id}"
    return (
        f". Go to {page} for complete details, or call the GetRequestAuthorizationDetails API with the following "
        f"authorization id: {authorization_id}"
    )


def answer(request: AwsRequest, account_id: str) -> Answer:
    """Raises AwsError for an id that isn't one of this AWS account and Region."""
    found = DETAILS.kept.get((account_id, request.region, request.params["authorizationId"]))
    if found is None:
        raise AwsError("ResourceNotFoundException", "No authorization details were found for this id.", 404)
    return Answer(200, json.dumps(found).encode(), [("Content-Type", "application/json")])
