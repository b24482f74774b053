"""Which pools, clients and other objects of Cognito an event is about. Of people none: pulls tell of them.

The source: "Logging Amazon Cognito API calls with AWS CloudTrail" in the Cognito Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from accounts.models import AwsAccount
from cognito.models import AppClient, CognitoGroup, IdentityPool, PoolProvider, ResourceServer, UserPool
from sync.activity.records import TrailRecord
from sync.activity.subjects import EventSubject, held, inner, register_subjects

# In a pool, by the member that names it.
_OF_POOL: Mapping[str, str] = {
    "groupName": CognitoGroup.kind,
    "providerName": PoolProvider.kind,
    "identifier": ResourceServer.kind,
}
_OF_PEOPLE = ("Admin", "List")


def subjects_of_pools(aws_account: AwsAccount, record: TrailRecord) -> Iterator[EventSubject]:
    if record.name.startswith(_OF_PEOPLE):
        return
    if made := inner(record.answered, "userPool", "id"):
        yield EventSubject(UserPool.kind, made, record.region, inner(record.answered, "userPool", "name"))
    pool_id = record.text("userPoolId")
    pools = held(aws_account, UserPool.kind, aws_id=pool_id, region=record.region)
    client_id = record.text("clientId") or inner(record.answered, "userPoolClient", "clientId")
    if client_id:
        yield from _client(aws_account, record, pool_id, client_id)
        return
    member = next((name for name in _OF_POOL if record.text(name)), "")
    if member:
        yield from held(aws_account, _OF_POOL[member], pool__aws_id=pool_id, name=record.text(member))
    else:
        yield from pools


def _client(aws_account: AwsAccount, record: TrailRecord, pool_id: str, client_id: str) -> Iterator[EventSubject]:
    found = held(aws_account, AppClient.kind, aws_id=client_id, region=record.region)
    pool = UserPool.objects.live().filter(aws_account=aws_account, aws_id=pool_id, region=record.region).first()
    if found or pool is None:
        yield from found
    else:
        yield EventSubject(AppClient.kind, client_id, record.region, record.text("clientName") or client_id, pool.arn)


def subjects_of_identity_pools(aws_account: AwsAccount, record: TrailRecord) -> Iterator[EventSubject]:
    made = inner(record.answered, "identityPoolId") if record.name == "CreateIdentityPool" else ""
    if made:
        yield EventSubject(IdentityPool.kind, made, record.region, record.text("identityPoolName") or made)
    yield from held(aws_account, IdentityPool.kind, aws_id=record.text("identityPoolId"), region=record.region)


def register() -> None:
    register_subjects("cognito-idp.amazonaws.com", subjects_of_pools)
    register_subjects("cognito-identity.amazonaws.com", subjects_of_identity_pools)
