"""Making app clients, and their secrets: added, waited for, and the old one deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import region_in
from cognito.models import AppClient
from cognito.permissions import CHANGE_POOLS, IDP, NOBODYS_POOL, PULL_POOLS, USER_POOLS, pool_id_of
from cognito.pool_calls import PoolParams, pool_call
from cognito.pools.operations.base import PoolObjectOperation, child_row, pool_row
from cognito.pools.operations.belonging import remove
from cognito.pools.operations.pools import check_pool_name
from cognito.pools.operations.shapes import CLIENT
from iamconsole.web.words import counted
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import reread, write
from sync.aws.secrets import Secret
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import HasSecrets, IdChosenByAws, WaitsForDays, check_days
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    MakesObject,
    PreviousAttempt,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

MOST_SECRETS = 2
_SECRET_ID = re.compile(r"[\w+-]{1,128}", re.ASCII)


_READS_SECRETS = reread("cognito-idp:ListUserPoolClientSecrets", PULL_POOLS, UserPoolId=NOBODYS_POOL, ClientId="nobody")


@dataclass(frozen=True)
class CreateClientParams(PoolParams):
    name: str
    secret: bool = False  # AWS makes one, for apps that can keep it; fixed for ever
    settings: dict[str, Any] = field(default_factory=dict)  # by AWS's names

    def __post_init__(self) -> None:
        super().__post_init__()
        check_pool_name(self.name)
        if unknown := self.settings.keys() - (CLIENT.sent - {"ClientName"}):
            raise BadParams(f"AWS makes no app client with {', '.join(sorted(unknown))}.")


class CreateClient(HasSecrets[CreateClientParams], IdChosenByAws[CreateClientParams], MakesObject[CreateClientParams]):
    """Names are not unique and AWS chooses the id. The part is {"there": the ids of those of that name}."""

    kind = "cognito.client.create"
    aws_operation = "CreateUserPoolClient"
    permissions = (write("cognito-idp:CreateUserPoolClient", CHANGE_POOLS, USER_POOLS),)
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    params_type = CreateClientParams

    def title(self, p: CreateClientParams) -> str:
        return f"Make the app client {p.name}{' with a secret' if p.secret else ''}"

    def note(self, p: CreateClientParams) -> str:
        if not p.secret:
            return ""
        return "AWS makes its secret: whoever applies this sees it on this page, for 15 minutes."

    def calls(self, p: CreateClientParams) -> list[Call]:
        sent = {"ClientName": p.name, "GenerateSecret": p.secret, **p.settings}
        return [pool_call(p.pool_arn, self.aws_operation, **sent)]

    def makes(self, p: CreateClientParams) -> str:
        return f"{AppClient.kind}:new {p.pool_arn} {p.name}"

    def part(self, p: CreateClientParams) -> str:
        return f"clients of a name:{p.pool_arn} {p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateClientParams) -> list[ObjectRef]:
        return [ObjectRef(AppClient.kind, "", p.name, p.pool_arn, region_in(p.pool_arn))]

    def describe(self, value: Value) -> str:
        there = [each or "a new one" for each in value["there"]] if value else []
        return f"app clients of that name: {', '.join(there)}" if there else "no app client of that name"

    def mirrored(self, draft: Draft, p: CreateClientParams) -> Value:
        pool = pool_row(draft, p.pool_arn)
        if not pool.pk:
            return {"there": []}
        rows = AppClient.objects.live().filter(pool=pool, name=p.name)
        return {"there": sorted(rows.values_list("aws_id", flat=True))}

    def live(self, client: AwsClient, p: CreateClientParams) -> Value:
        try:
            return {"there": sorted(_clients_of(client.at(region_in(p.pool_arn)), p.pool_arn, p.name))}
        except NotFound:
            return None

    def discard(self, p: CreateClientParams, appeared: str) -> list[StepSpec]:
        return [remove(CLIENT, p.pool_arn, appeared, p.name)]

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["UserPoolClient"]["ClientId"]}

    def secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Secret]:
        return _secret_in(answer["UserPoolClient"], "ClientSecret")


def _clients_of(client: AwsClient, pool_arn: str, name: str) -> Iterator[str]:
    for page in client.pages(IDP, "ListUserPoolClients", UserPoolId=pool_id_of(pool_arn), MaxResults=60):
        yield from (each["ClientId"] for each in page.items["UserPoolClients"] if each["ClientName"] == name)


def _secret_in(said: Mapping[str, Any], member: str) -> Mapping[str, Secret]:
    found = said.get(member)
    if not found:
        return {}
    return {"Client secret": found if isinstance(found, Secret) else Secret(str(found))}


# ---- Secrets -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SecretsParams(PoolParams):
    name: str  # the client's id
    called: str


@dataclass(frozen=True)
class AddSecretParams(SecretsParams):
    there: tuple[str, ...]  # the ids of its secrets: the mirror doesn't have them


@dataclass(frozen=True)
class SecretParams(SecretsParams):
    secret_id: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _SECRET_ID.fullmatch(self.secret_id):
            raise BadParams(f"{self.secret_id[:60]!r} isn’t the id of a client secret.", field="secret_id")


@dataclass(frozen=True)
class SecretSoakParams(SecretParams):
    days: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_days(self.days)


S = TypeVar("S", bound=SecretsParams)


class ClientOperation(PoolObjectOperation[S]):
    """On the secrets of an app client."""

    def __init__(self) -> None:
        self.of = CLIENT


class AddSecret(ClientOperation[AddSecretParams], HasSecrets[AddSecretParams], IdChosenByAws[AddSecretParams]):
    """The part is {"object": the client's id, "there": the ids of its secrets}."""

    kind = "cognito.client.secret.add"
    aws_operation = "AddUserPoolClientSecret"
    permissions = (
        write("cognito-idp:AddUserPoolClientSecret", CHANGE_POOLS, USER_POOLS),
        *_READS_SECRETS,
    )
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.REVERSIBLE
    risk = Risk.SECRET
    params_type = AddSecretParams

    def title(self, p: AddSecretParams) -> str:
        return f"Add a second secret to the app client {p.called}"

    def note(self, p: AddSecretParams) -> str:
        return "Both are valid then. AWS says the new one once: whoever applies this sees it here, for 15 minutes."

    def calls(self, p: AddSecretParams) -> list[Call]:
        return [pool_call(p.pool_arn, self.aws_operation, ClientId=p.name)]

    def part(self, p: AddSecretParams) -> str:
        return f"secrets:{p.pool_arn} {p.name}"

    def describe_existing(self, value: Value) -> str:
        return counted(len(value["there"]), "secret")

    def mirrored(self, draft: Draft, p: AddSecretParams) -> Value:
        return {"object": child_row(CLIENT, draft, p.pool_arn, p.name).aws_id, "there": sorted(p.there)}

    def limits(self, draft: Draft, p: AddSecretParams, value: Value) -> list[PlanFinding]:
        if not child_row(CLIENT, draft, p.pool_arn, p.name).has_secret:
            words = f"{p.called} was made without a secret, and can’t get one: make another app client."
            return [PlanFinding("NO_SECRET", "error", words)]
        if len(value["there"]) < MOST_SECRETS:
            return []
        words = f"{p.called} has {len(value['there'])} secrets, the most: delete the old one first."
        return [PlanFinding("TOO_MANY_SECRETS", "error", words)]

    def live(self, client: AwsClient, p: AddSecretParams) -> Value:
        found = secrets_of(client, p.pool_arn, p.name)
        return None if found is None else {"object": p.name, "there": sorted(found)}

    def discard(self, p: AddSecretParams, appeared: str) -> list[StepSpec]:
        return [delete_secret(p.pool_arn, p.name, p.called, appeared)]

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["ClientSecretDescriptor"]["ClientSecretId"]}

    def secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Secret]:
        return _secret_in(answer["ClientSecretDescriptor"], "ClientSecretValue")


class AwaitSecretSoak(WaitsForDays[SecretSoakParams], ClientOperation[SecretSoakParams]):
    kind = "cognito.client.secret.await_soak"
    aws_operation = "ListUserPoolClientSecrets"
    permissions = _READS_SECRETS
    until = "apps have had the time to take the new secret"
    params_type = SecretSoakParams

    def title(self, p: SecretSoakParams) -> str:
        return f"Wait {counted(p.days, 'day')} for whoever uses the app client {p.called} to take the new secret"

    def part(self, p: SecretSoakParams) -> str:
        return f"soak:{p.pool_arn} {p.name} {p.secret_id}"

    def waits_until(self, p: SecretSoakParams, at: str) -> str:
        kept = "AWS doesn’t tell when one was last used."
        return f"Both secrets are valid until {at}: then the old one is deleted. {kept}"


class DeleteSecret(ClientOperation[SecretParams]):
    """The part is {"object": the client's id, "there": whether it has the secret}."""

    kind = "cognito.client.secret.delete"
    aws_operation = "DeleteUserPoolClientSecret"
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    params_type = SecretParams

    def title(self, p: SecretParams) -> str:
        return f"Delete the secret {p.secret_id} of the app client {p.called}"

    def note(self, p: SecretParams) -> str:
        return "Apps that still use it can’t sign people in any more. AWS deletes no client’s last secret."

    def calls(self, p: SecretParams) -> list[Call]:
        return [pool_call(p.pool_arn, self.aws_operation, ClientId=p.name, ClientSecretId=p.secret_id)]

    def part(self, p: SecretParams) -> str:
        return f"secret:{p.pool_arn} {p.name} {p.secret_id}"

    def describe_existing(self, value: Value) -> str:
        return "the secret" if value["there"] else "no such secret"

    def mirrored(self, draft: Draft, p: SecretParams) -> Value:
        return {"object": child_row(CLIENT, draft, p.pool_arn, p.name).aws_id, "there": True}

    def after(self, p: SecretParams, value: Value) -> Value:
        return {**value, "there": False}

    def live(self, client: AwsClient, p: SecretParams) -> Value:
        found = secrets_of(client, p.pool_arn, p.name)
        return None if found is None else {"object": p.name, "there": p.secret_id in found}

    def done(
        self, client: AwsClient, p: SecretParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        return StepResult() if live is None or not live["there"] else None


def secrets_of(client: Any, pool_arn: str, client_id: str) -> dict[str, datetime] | None:
    """The client's secrets as AWS has them: when each was made, by its id, the oldest first; None: no such client.

    `client`: of AWS. Raises AwsError.
    """
    asked = {"UserPoolId": pool_id_of(pool_arn), "ClientId": client_id}
    try:
        listed = client.at(region_in(pool_arn)).call(IDP, "ListUserPoolClientSecrets", **asked)["ClientSecrets"]
    except NotFound:
        return None
    made = {each["ClientSecretId"]: each["ClientSecretCreateDate"] for each in listed}
    return dict(sorted(made.items(), key=lambda each: each[1]))


def create_client(pool_arn: str, name: str, settings: Mapping[str, Any], *, secret: bool = False) -> StepSpec:
    said = {"pool_arn": pool_arn, "name": name, "secret": secret, "settings": dict(settings)}
    return StepSpec(CreateClient.kind, said)


def add_secret(pool_arn: str, client_id: str, called: str, there: Sequence[str]) -> StepSpec:
    said = {"pool_arn": pool_arn, "name": client_id, "called": called, "there": sorted(there)}
    return StepSpec(AddSecret.kind, said)


def delete_secret(pool_arn: str, client_id: str, called: str, secret_id: str) -> StepSpec:
    said = {"pool_arn": pool_arn, "name": client_id, "called": called, "secret_id": secret_id}
    return StepSpec(DeleteSecret.kind, said)


def rotate_secret(pool_arn: str, client_id: str, called: str, old: str, days: int) -> list[StepSpec]:
    """In stages: a second one, so many days in which both are good, and the old one deleted."""
    delete = delete_secret(pool_arn, client_id, called, old)
    wait = StepSpec(AwaitSecretSoak.kind, {**delete.params, "days": days})
    return [add_secret(pool_arn, client_id, called, [old]), wait, delete]
