"""The kinds of objects that `cognito` mirrors and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import AwsAccount, Operator, Risk
from accounts.roles import CARE, SEE_IAM, SEE_PEOPLE, roles_with
from aws_constraints.arn import Arn, region_in
from cognito.models import AppClient, CognitoGroup, CognitoUser, IdentityPool, UserPool
from cognito.permissions import (
    CHANGE_IDENTITY_POOLS,
    CHANGE_POOLS,
    IDENTITY_POOLS,
    USER_POOLS,
    identity_pool_arn,
    pool_id_of,
    resource_of,
)
from cognito.pool_calls import call_on, check_pool_arn
from iamconsole.web.search.kinds import SearchScope
from objects import kinds
from objects.kinds import AwsKind
from sync.aws.client import AwsClient
from sync.aws.permission import ArnsOfKind
from sync.mirror import ParsedItem
from sync.mirror.base import DETAILS, mirror_of
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Call, Refusal
from sync.plan_draft import Draft

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
class PoolKind(AwsKind):
    """Its ARN says the Region, and ends with its id."""

    def ref(self, arn: str, facet: str = DETAILS) -> ObjectRef:
        pool_id = self.name_of(arn)
        return ObjectRef(self.model.kind, pool_id, pool_id, arn, region_in(arn), facet)

    def read(self, client: AwsClient, arn: str, facet: str = DETAILS) -> ParsedItem | None:
        mirror = mirror_of(self.model.kind, facet)
        item = mirror.read_one(client.at(region_in(arn)), self.ref(arn, facet))
        return None if item is None else mirror.see(item)


@dataclass(frozen=True, kw_only=True)
class UserPoolKind(PoolKind):
    def seen_by(self, operator: Operator) -> SearchScope:
        """With the pools whose people are looked after by somebody who sees no others."""
        whole: set[int | None] = {*operator.aws_accounts_with(roles_with(SEE_IAM))}
        pools = Q()
        for grant in operator.held_grants():
            if grant.role in roles_with(SEE_PEOPLE) and grant.pool_id:
                pools |= Q(aws_account=grant.aws_account_id, aws_id=grant.pool_id)
            elif grant.role in roles_with(SEE_PEOPLE):
                whole.add(grant.aws_account_id)
        return SearchScope(whole, UserPool.objects.filter(pools) if pools else None)

    @property
    def arns(self) -> ArnsOfKind:
        return USER_POOLS

    def check(self, arn: str) -> None:
        check_pool_arn(arn)

    def call(self, arn: str, operation: str, **parameters: Any) -> Call:
        """By its ARN where it is about tags, else by its id."""
        which = {"ResourceArn": arn} if operation.endswith("Resource") else {"UserPoolId": pool_id_of(arn)}
        return call_on(arn, operation, {**which, **parameters})


@dataclass(frozen=True, kw_only=True)
class IdentityPoolKind(PoolKind):
    @property
    def arns(self) -> ArnsOfKind:
        return IDENTITY_POOLS

    def check(self, arn: str) -> None:
        found = Arn.match(arn, self.service, "identitypool")
        if found is None or not self.name_of(arn).startswith(f"{found.region}:"):
            raise BadParams(f"{arn!r} isn't the ARN of an identity pool.")

    def arn_of_row(self, row: Any) -> str:
        return identity_pool_arn(row.aws_account.partition, row.aws_account.account_id, row.aws_id)

    def row(self, draft: Draft, arn: str) -> IdentityPool:
        """By its id: AWS tells no ARN."""
        if draft.is_deleted(self.key(arn)):
            raise Refusal(f"An earlier step deletes {self.words(arn)}.")
        pools = IdentityPool.objects.live().filter(aws_account=draft.aws_account, region=region_in(arn))
        row: IdentityPool | None = pools.filter(aws_id=self.name_of(arn)).first()
        if row is None:
            what = f"{self.word} {self.name_of(arn)}"
            raise Refusal(f"The mirror of {draft.aws_account} has no {what}: pull, then try again.")
        return row

    def call(self, arn: str, operation: str, **parameters: Any) -> Call:
        """On the pool, or on nothing in particular where AWS checks no pool."""
        action = f"{self.service}:{operation}"
        sent = {"IdentityPoolId": self.name_of(arn), **parameters}
        return Call(self.service, operation, sent, (resource_of(action, arn),), (action,), region_in(arn))


POOL = UserPoolKind(
    model=UserPool,
    name="cognito_pool",
    word="user pool",
    service="cognito-idp",
    noun="UserPool",
    resource="userpool",
    changed_for=CHANGE_POOLS,
    tags_member="UserPoolTags",
    tag_risk=Risk.LOW,
    many="user_pools",
    address="user-pools",
    documentation=f"{_GUIDE}cognito-user-pools.html",
    icon="book-user",
    found_at=60,
    found_as=("pool", "pools"),
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
    found_as=("client", "clients"),
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
    found_as=("group", "groups"),
)
IDENTITY_POOL = IdentityPoolKind(
    model=IdentityPool,
    name="identity_pool",
    word="identity pool",
    noun="IdentityPool",
    resource="identitypool",
    changed_for=CHANGE_IDENTITY_POOLS,
    service="cognito-identity",
    address="identity-pools",
    documentation=f"{_GUIDE}identity-pools.html",
    icon="id-card",
    found_at=71,
    found_as=("pool", "pools"),
)


def register() -> None:
    kinds.register(POOL, PERSON, APP_CLIENT, POOL_GROUP, IDENTITY_POOL)
