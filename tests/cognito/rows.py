"""Mirrored pools and people for tests of pages, made by the ORM: as a pull would leave them, without one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from cognito.models import (
    AppClient,
    CognitoGroup,
    CognitoMembership,
    CognitoUser,
    IdentityPool,
    PoolPeopleSettings,
    UserPool,
)
from emulator.process import REGION

CREATED = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
KEPT = ["custom:plan", "email", "email_verified", "name", "phone_number"]


def make_pool(aws_account: AwsAccount, name: str = "customers", *, pool_id: str = "", **fields: Any) -> UserPool:
    pool_id = pool_id or f"{REGION}_{name[:9].title()}"
    arn = f"arn:aws:cognito-idp:{REGION}:{aws_account.account_id}:userpool/{pool_id}"
    about = {"aws_account": aws_account, "region": REGION, "aws_id": pool_id, "arn": arn, "first_seen": CREATED}
    described = {
        "settings": {"SchemaAttributes": [{"Name": "custom:plan"}, {"Name": "email"}]},
        "people_read_at": CREATED,
    }
    pool: UserPool = UserPool.objects.create(name=name, name_key=name.casefold(), **about, **{**described, **fields})
    PoolPeopleSettings.objects.get_or_create(
        aws_account=aws_account, region=REGION, pool_id=pool_id, defaults={"attributes": KEPT}
    )
    return pool


def make_person(pool: UserPool, name: str = "jane", **fields: Any) -> CognitoUser:
    """`attributes` besides an e-mail address of that name."""
    attributes = {"email": f"{name}@example.org", "email_verified": "true", **fields.pop("attributes", {})}
    words = "\n".join([name, *(said for said in attributes.values() if said != "true")])
    sub = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{pool.aws_id} {name}"))
    values = {
        "aws_id": sub,
        "arn": pool.arn,
        "name_key": name.casefold(),
        "status": "CONFIRMED",
        "created_at": CREATED,
        "changed_at": CREATED,
        "first_seen": CREATED,
        "read_at": timezone.now(),
        "content_hash": sub[:32],
        "words": words,
        **fields,
    }
    made: CognitoUser = CognitoUser.objects.create(
        aws_account=pool.aws_account, region=pool.region, pool=pool, name=name, attributes=attributes, **values
    )
    return made


def make_pool_group(pool: UserPool, name: str = "vip", **fields: Any) -> CognitoGroup:
    about = {"aws_id": f"{pool.aws_id}:{name}:20250301093000", "arn": pool.arn, "name_key": name.casefold()}
    described = {"first_seen": CREATED, "members_read_at": CREATED, **fields}
    made: CognitoGroup = CognitoGroup.objects.create(
        aws_account=pool.aws_account, region=pool.region, pool=pool, name=name, **about, **described
    )
    return made


def put_into(group: CognitoGroup, *people: CognitoUser) -> None:
    for person in people:
        CognitoMembership.objects.create(group=group, user=person, read_at=CREATED)


def make_identity_pool(pool: UserPool, name: str = "shop", client_id: str = "client7", **fields: Any) -> IdentityPool:
    provider = {"ProviderName": provider_of(pool), "ClientId": client_id}
    described = {
        "settings": {"CognitoIdentityProviders": [provider]},
        "roles": {},
        "role_mappings": {},
        "principal_tags": {},
        **fields,
    }
    made: IdentityPool = IdentityPool.objects.create(
        aws_account=pool.aws_account,
        region=pool.region,
        name=name,
        name_key=name,
        aws_id=f"{REGION}:{name}",
        first_seen=CREATED,
        **described,
    )
    return made


def provider_of(pool: UserPool) -> str:
    return f"cognito-idp.{pool.region}.amazonaws.com/{pool.aws_id}"


def make_client(pool: UserPool, name: str = "web", **fields: Any) -> AppClient:
    about = {"arn": pool.arn, "name_key": name.casefold(), "first_seen": CREATED, "aws_id": f"{name}7"}
    made: AppClient = AppClient.objects.create(
        aws_account=pool.aws_account, region=pool.region, pool=pool, name=name, **{**about, **fields}
    )
    return made
