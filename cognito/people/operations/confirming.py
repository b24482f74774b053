"""The code of a sign-up, sent once more. The part is {"sub", "status"}.

AWS has no call of administrators for it: ResendConfirmationCode is what the person's own app calls, by an app client
and without a signature. So it goes out as from that app, and takes no right of the console's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cognito.models import AppClient, CognitoUser, UserPool
from cognito.people.messages import code_goes_to
from cognito.people.operations.base import PersonParams
from cognito.people.operations.user_status import StatusOperation
from cognito.pools.mirrors.pool import IDP
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.operations import BadParams, Call, Guarantee, Undo, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class CodeParams(PersonParams):
    client_id: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.client_id:
            raise BadParams("The id of an app client is missing.")


class ResendCode(StatusOperation):
    kind = "cognito.user.resend_code"
    permissions = ()  # its call isn't signed
    aws_operation = "ResendConfirmationCode"
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.NEVER
    shows = False
    params_type = CodeParams
    bills = True

    def title(self, p: PersonParams) -> str:
        return f"Send {p.sub} the code of the sign-up once more"

    def note(self, p: PersonParams) -> str:
        return f"{p.said} The code that was sent before is void.".strip()

    def calls(self, p: PersonParams) -> list[Call]:
        assert isinstance(p, CodeParams)  # noqa: S101  for the type checker
        sent = {"ClientId": p.client_id, "Username": p.called}
        return [Call(IDP, self.aws_operation, sent, resource_arns=(), actions=(), region=p.region)]

    def send(self, client: AwsClient, p: PersonParams) -> Mapping[str, Any]:
        return super().send(client.as_app(), p)

    def after(self, p: PersonParams, value: Value) -> Value:
        return value

    def limits(self, draft: Draft, p: PersonParams, value: Value) -> list[PlanFinding]:
        assert isinstance(p, CodeParams)  # noqa: S101  for the type checker
        if value["status"] != CognitoUser.Status.UNCONFIRMED:
            words = f"{p.sub} has the status {value['status']}: only who never finished signing up waits for a code."
            return [PlanFinding("WRONG_STATE", "error", words)]
        pool = self.row(draft, p).pool
        if not code_goes_to(pool):
            return [PlanFinding("NO_CODE", "error", f"{pool.name} verifies nothing at sign-up, so AWS sends no code.")]
        if p.client_id not in {client.aws_id for client in clients_without_secret(pool)}:
            words = f"{pool.name} has no app client {p.client_id} without a secret: the call takes one."
            return [PlanFinding("NO_CLIENT", "error", words)]
        return []


def clients_without_secret(pool: UserPool) -> list[AppClient]:
    """Those by which the console can ask: with a secret, Cognito wants a hash that only the app can make."""
    return list(AppClient.objects.live().filter(pool=pool, has_secret=False).order_by("name_key"))
