"""The kinds of objects that `cognito` mirrors and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import AwsAccount, Operator, Risk
from accounts.roles import CARE, SEE_IAM, SEE_PEOPLE, roles_with
from cognito.models import AppClient, CognitoGroup, CognitoUser, IdentityPool, UserPool
from cognito.pool_calls import call_on, check_pool_arn, region_of
from objects import kinds
from objects.kinds import AwsKind
from sync.aws.client import AwsClient
from sync.calls import Call
from sync.mirror import ParsedItem
from sync.mirror.base import DETAILS, mirror_of
from sync.object_ref import ObjectRef

_GUIDE = "https://docs.aws.amazon.com/cognito/latest/developerguide/"


def _visible_pools(operator: Operator) -> QuerySet[Any]:
    """Those whose settings or people the operator may see."""
    visible = Q(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))
    rows: QuerySet[Any] = UserPool.objects.all()
    for grant in operator.held_grants():
        if grant.role in roles_with(SEE_PEOPLE):
            if grant.aws_account_id is None:
                return rows
            of = Q(aws_account=grant.aws_account_id)
            visible |= of & Q(aws_id=grant.pool_id) if grant.pool_id else of
    return rows.filter(visible)


@dataclass(frozen=True, kw_only=True)
class UserPoolKind(AwsKind):
    """Its ARN says the Region, and ends with its id."""

    def check(self, arn: str) -> None:
        check_pool_arn(arn)

    def ref(self, arn: str, facet: str = DETAILS) -> ObjectRef:
        pool_id = self.name_of(arn)
        return ObjectRef(self.model.kind, pool_id, pool_id, arn, region_of(arn), facet)

    def read(self, client: AwsClient, arn: str, facet: str = DETAILS) -> ParsedItem | None:
        mirror = mirror_of(self.model.kind, facet)
        item = mirror.read_one(client.at(region_of(arn)), self.ref(arn, facet))
        return None if item is None else mirror.see(item)

    def call(self, arn: str, operation: str, **parameters: Any) -> Call:
        return call_on(arn, operation, {"ResourceArn": arn, **parameters})


POOL = UserPoolKind(
    model=UserPool,
    name="cognito_pool",
    word="user pool",
    service="cognito-idp",
    step="cognito.pool",
    tags_member="UserPoolTags",
    tag_risk=Risk.LOW,
    many="user_pools",
    address="user-pools",
    documentation=f"{_GUIDE}cognito-user-pools.html",
    icon="book-user",
    found_at=60,
    visible=_visible_pools,
)
PERSON = AwsKind(
    model=CognitoUser,
    name="cognito_user",
    word="cognito user",
    plural="people",
    service="cognito-idp",
    many="people",
    documentation=f"{_GUIDE}managing-users.html",
    see=SEE_PEOPLE,
    stage=CARE,
)
APP_CLIENT = AwsKind(
    model=AppClient,
    name="cognito_client",
    word="app client",
    service="cognito-idp",
    many="app_clients",
    documentation=f"{_GUIDE}user-pool-settings-client-apps.html",
    icon="app-window",
    found_at=61,
)
POOL_GROUP = AwsKind(
    model=CognitoGroup,
    name="cognito_group",
    word="group of a user pool",
    plural="groups of user pools",
    service="cognito-idp",
    many="pool_groups",
    documentation=f"{_GUIDE}cognito-user-pools-user-groups.html",
    icon="users",
    found_at=62,
)
IDENTITY_POOL = AwsKind(
    model=IdentityPool,
    name="identity_pool",
    word="identity pool",
    service="cognito-identity",
    address="identity-pools",
    documentation=f"{_GUIDE}identity-pools.html",
    icon="id-card",
    found_at=71,
)


def register() -> None:
    kinds.register(POOL, PERSON, APP_CLIENT, POOL_GROUP, IDENTITY_POOL)
