"""Deleting identities of a pool. The part is {"object": the pool, "there": those of them that AWS has}.

`DeleteIdentities` takes ids alone, of whatever pool of the AWS account and Region: that they are of this one is
looked at when it is proposed (`in_pool`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cognito.identity_pools.operations.base import IdentityPoolOperation, IdentityPoolParams, about
from cognito.kinds import IDENTITY_POOL
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS, IDENTITY, NOBODYS_IDENTITY_POOL, SEE_IDENTITIES, resource_of
from sync.aws import errors
from sync.aws.client import AwsClient
from sync.aws.permission import SETTINGS, reread, write
from sync.calls import opened
from sync.mirror import Content, Reader
from sync.operations import BadParams, Call, Risk, StepSpec, Undo, Value

MOST = 60  # Cognito Federated Identities API Reference, "DeleteIdentities"
LOOKED_THROUGH = 300  # identities of a pool that are listed to find these among them: a call a second, while one waits
_ID = re.compile(r"[\w-]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True)
class IdentitiesParams(IdentityPoolParams):
    ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.ids) <= MOST or len({*self.ids}) < len(self.ids):
            raise BadParams(f"AWS deletes 1 to {MOST} identities in a call, each named once.", field="ids")
        for identity_id in self.ids:
            if not _ID.fullmatch(identity_id) or not identity_id.startswith(f"{self.region}:"):
                raise BadParams(f"{identity_id[:80]!r} isn’t the id of an identity in {self.region}.", field="ids")


class DeleteIdentities(IdentityPoolOperation[IdentitiesParams]):
    verb = "identities.delete"
    aws_operation = "DeleteIdentities"
    permissions = (
        write("cognito-identity:DeleteIdentities", CHANGE_IDENTITY_POOLS, SETTINGS),
        *reread("cognito-identity:ListIdentities", SEE_IDENTITIES, IdentityPoolId=NOBODYS_IDENTITY_POOL, MaxResults=1),
        *reread("cognito-identity:DescribeIdentity", SEE_IDENTITIES, IdentityId=NOBODYS_IDENTITY_POOL),
    )
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    params_type = IdentitiesParams

    def title(self, p: IdentitiesParams) -> str:
        return f"Delete {_identities(len(p.ids))} of {p.words}"

    def note(self, p: IdentitiesParams) -> str:
        return (
            "Who comes again gets a new identity: what apps keep under the old id, such as a prefix of a bucket, isn’t "
            "theirs any more. AWS credentials that were given go on until they expire."
        )

    def calls(self, p: IdentitiesParams) -> list[Call]:
        action = f"{IDENTITY}:DeleteIdentities"
        sent = {"IdentityIdsToDelete": list(p.ids)}
        return [Call(IDENTITY, self.aws_operation, sent, (resource_of(action, p.arn),), (action,), region=p.region)]

    def part(self, p: IdentitiesParams) -> str:
        return f"identities:{p.pool_id} {' '.join(sorted(p.ids))}"

    def describe_existing(self, value: Value) -> str:
        return _identities(len(value["there"])) if value["there"] else "none of the identities"

    def held(self, row: IdentityPool, p: IdentitiesParams) -> Mapping[str, Any]:
        """The mirror has no identities: who proposes it has just seen them."""
        return {"there": list(p.ids)}

    def parse_part(self, content: Content, p: IdentitiesParams) -> Mapping[str, Any]:
        raise NotImplementedError  # of no facet: `live` asks for each

    def live(self, client: AwsClient, p: IdentitiesParams) -> Value:
        there = client.at(p.region)
        return {"object": p.pool_id, "there": [each for each in p.ids if _is_there(there, each)]}

    def after(self, p: IdentitiesParams, value: Value) -> Value:
        return {**value, "there": []}

    def send(self, client: AwsClient, p: IdentitiesParams) -> Mapping[str, Any]:
        """AWS may leave some of them: that is no success."""
        [call] = self.calls(p)
        answer = client.at(p.region).call(call.service, call.operation, **opened(call.parameters))
        if left := answer.get("UnprocessedIdentityIds"):
            described = ", ".join(f"{each['IdentityId']} ({each.get('ErrorCode', 'no reason')})" for each in left)
            raise errors.UnknownOutcome(
                f"AWS left {_identities(len(left))} undeleted: {described}.",
                operation=f"{call.service}:{call.operation}",
                sent=True,
            )
        return answer


def _is_there(client: Reader, identity_id: str) -> bool:
    try:
        client.call(IDENTITY, "DescribeIdentity", IdentityId=identity_id)
    except errors.NotFound:
        return False
    return True


def _identities(number: int) -> str:
    return "1 identity" if number == 1 else f"{number} identities"


def in_pool(client: Reader, pool_id: str, ids: Sequence[str]) -> tuple[set[str], bool]:
    """Which of these are in the pool, and whether all of the pool was looked through. Raises AwsError."""
    wanted, seen = {*ids}, 0
    found: set[str] = set()
    for page in _pages(client, pool_id):
        found |= wanted & {*page}
        seen += len(page)
        if found == wanted or seen >= LOOKED_THROUGH:
            return found, found == wanted
    return found, True


def _pages(client: Reader, pool_id: str) -> Iterator[list[str]]:
    for page in client.pages(IDENTITY, "ListIdentities", IdentityPoolId=pool_id):
        yield [str(each["IdentityId"]) for each in page.items.get("Identities") or ()]


def delete_identities(row: IdentityPool, ids: Sequence[str]) -> StepSpec:
    return StepSpec(IDENTITY_POOL.step_kind("identities.delete"), {**about(row), "ids": list(ids)})
