"""Making and deleting user pools, their tags, and attributes of the pool's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import region_in
from cognito.kinds import POOL as POOL_KIND
from cognito.models import AppClient, CognitoGroup, CognitoUser, IdentityPool, PoolProvider, ResourceServer, UserPool
from cognito.permissions import CHANGE_POOLS, IDP
from cognito.plans import is_protected_from_threats
from cognito.pool_calls import check_pool_arn
from cognito.pools.operations.base import UserPoolOperation, UserPoolParams, pool_row
from cognito.pools.operations.replacing import update
from cognito.pools.operations.shapes import POOL
from iamconsole.web.words import counted, some
from objects.operations import tags
from objects.operations.existence import Deletion
from objects.operations.objects import FacetOperation
from objects.operations.tags import TagObject, TagParams, UntagObject, UntagParams
from sync.aws.client import AwsClient
from sync.aws.permission import SETTINGS, write
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operation_mixins import IdChosenByAws
from sync.operations import BadParams, Call, Guarantee, MakesObject, Refusal, Risk, StepSpec, Undo, Value
from sync.plan_draft import Draft

_NAME = re.compile(r"[\w\s+=,.@-]{1,128}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)
# Said at creation, once and for all, beside what an update takes.
FIXED = ("UsernameAttributes", "AliasAttributes", "UsernameConfiguration", "Schema")


def check_pool_name(name: str) -> None:
    """Raises BadParams."""
    if not _NAME.fullmatch(name):
        raise BadParams("A name has 1 to 128 letters, digits, spaces and +=,.@_- only.", field="name")


# ---- Making one ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CreateUserPoolParams:
    place: str  # as ARNs begin: "arn:aws:cognito-idp:eu-central-1:123456789012"
    name: str
    settings: dict[str, Any] = field(default_factory=dict)  # by AWS's names, as CreateUserPool takes them

    def __post_init__(self) -> None:
        check_pool_name(self.name)
        check_pool_arn(self.arn)
        if unknown := self.settings.keys() - {*POOL.sent, *FIXED} | (self.settings.keys() & {"Name"}):
            raise BadParams(f"AWS makes no pool with {', '.join(sorted(unknown))}.")

    @property
    def arn(self) -> str:
        """Of a pool with some id."""
        return f"{self.place}:userpool/made by step 1"


class CreateUserPool(IdChosenByAws[CreateUserPoolParams], MakesObject[CreateUserPoolParams]):
    """Names are not unique and AWS chooses the id: whose a pool is that appeared can't be seen.

    The part is {"there": the ids of the pools of that name in the Region}.
    """

    kind = "cognito.pool.create"
    aws_operation = "CreateUserPool"
    permissions = (write("cognito-idp:CreateUserPool", CHANGE_POOLS, SETTINGS),)
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.REVERSIBLE
    risk = Risk.LOW
    params_type = CreateUserPoolParams

    def title(self, p: CreateUserPoolParams) -> str:
        return f"Make the user pool {p.name} in {region_in(p.arn)}"

    def note(self, p: CreateUserPoolParams) -> str:
        fixed = "How people sign in and which attributes they must have is fixed then, for as long as it lives."
        return f"{fixed} Its reverse deletes it, with whoever is in it by then."

    def calls(self, p: CreateUserPoolParams) -> list[Call]:
        action = self.aws_operation
        sent = {"PoolName": p.name, **p.settings}
        return [Call(IDP, action, sent, ("*",), (f"{IDP}:{action}",), region_in(p.arn))]

    def makes(self, p: CreateUserPoolParams) -> str:
        return f"{UserPool.kind}:new {p.place} {p.name}"

    def part(self, p: CreateUserPoolParams) -> str:
        return f"pools of a name:{p.place} {p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateUserPoolParams) -> list[ObjectRef]:
        """With the parts that later changes build on: they need not wait for the next pull. The last makes the row."""
        pool = ObjectRef(UserPool.kind, "", p.name, p.arn, region_in(p.arn))
        facets = ("mfa", "domain", *(["risk"] if is_protected_from_threats(p.settings) else []))
        return [*(replace(pool, facet=facet) for facet in facets), pool]

    def describe(self, value: Value) -> str:
        there = [each or "a new one" for each in value["there"]]
        return f"pools of that name: {', '.join(there)}" if there else "no pool of that name"

    def mirrored(self, draft: Draft, p: CreateUserPoolParams) -> Value:
        rows = UserPool.objects.live().filter(aws_account=draft.aws_account, region=region_in(p.arn), name=p.name)
        return {"there": sorted(rows.values_list("aws_id", flat=True))}

    def limits(self, draft: Draft, p: CreateUserPoolParams, value: Value) -> list[PlanFinding]:
        if not value["there"]:
            return []
        words = f"There is a pool {p.name} in {region_in(p.arn)} already: only the ids will tell them apart."
        return [PlanFinding("SAME_NAME", "warning", words, about=tuple(value["there"]))]

    def live(self, client: AwsClient, p: CreateUserPoolParams) -> Value:
        there = client.at(region_in(p.arn))
        pools = [each for page in there.pages(IDP, "ListUserPools", MaxResults=60) for each in page.items["UserPools"]]
        return {"there": sorted(each["Id"] for each in pools if each["Name"] == p.name)}

    def discard(self, p: CreateUserPoolParams, appeared: str) -> list[StepSpec]:
        arn = f"{p.place}:userpool/{appeared}"
        protected = p.settings.get("DeletionProtection") == "ACTIVE"
        off = [update(POOL, arn, p.name, {"DeletionProtection": "INACTIVE"})] if protected else []
        return [*off, *delete_pool(arn, p.name)]

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["UserPool"]["Id"]}


# ---- What is done with one -----------------------------------------------------------------------------------
class DeleteUserPool(UserPoolOperation[UserPoolParams], Deletion[UserPoolParams]):
    undo = Undo.NEVER
    params_type = UserPoolParams

    def note(self, p: UserPoolParams) -> str:
        return (
            "All its people go with it, its groups and its app clients: nobody signs in any more. AWS keeps it for 14 "
            "days, in which only AWS Support may bring it back."
        )

    def affected_objects(self, aws_account: AwsAccount, p: UserPoolParams) -> list[ObjectRef]:
        """With what belongs to it, which goes with it."""
        region = region_in(p.pool_arn)
        children = [
            ObjectRef(row.kind, row.aws_id, row.name, row.arn, region)
            for model in (AppClient, CognitoGroup, PoolProvider, ResourceServer)
            for row in model._default_manager.filter(aws_account=aws_account, arn=p.pool_arn, gone_at__isnull=True)
        ]
        return [self.of.ref(p.arn), *children]

    def held(self, row: UserPool, p: UserPoolParams) -> Mapping[str, Any]:
        return {}

    def parse_part(self, content: Content, p: UserPoolParams) -> Mapping[str, Any]:
        return {}

    def limits(self, draft: Draft, p: UserPoolParams, value: Value) -> list[PlanFinding]:
        row = pool_row(draft, p.pool_arn)
        steps = [step for step in draft.steps if getattr(step.params, "pool_arn", "") == p.pool_arn]
        found = []
        protected = row.deletion_protection and not any(_unprotects(step) for step in steps)
        if protected:
            found.append(
                PlanFinding("PROTECTED", "error", f"{p.called} is protected from deletion: switch that off first.")
            )
        gone = {step.params.domain for step in steps if step.kind == "cognito.domain.delete"}
        if left := [each for each in (row.domain, row.custom_domain) if each and each not in gone]:
            words = f"{p.called} has the domain {some(left)}: delete it first."
            found.append(PlanFinding("HAS_DOMAIN", "error", words))
        if taking := identity_pools_of(row):
            words = f"The identity pools {some([each.name for each in taking])} take people of it: nobody gets AWS "
            words += "credentials there any more."
            found.append(PlanFinding("TAKEN", "warning", words, about=tuple(each.aws_id for each in taking)))
        people = CognitoUser.objects.live().filter(pool=row).count() or row.estimated_users or 0
        if people:
            words = f"{counted(people, 'person', 'people')} lose their accounts."
            found.append(PlanFinding("PEOPLE", "warning", words, about=(), amount=people))
        return found


def _unprotects(step: Any) -> bool:
    return bool(step.kind == POOL.kind and step.params.settings.get("DeletionProtection") != "ACTIVE")


def identity_pools_of(pool: UserPool, rows: Iterable[IdentityPool] | None = None) -> list[IdentityPool]:
    """Those that give AWS credentials to the pool's people. `rows`: of the AWS account, where they are at hand."""
    if rows is None:
        rows = identity_pools(pool.aws_account)
    return [
        row
        for row in rows
        if any(
            each.get("ProviderName", "").endswith(f"/{pool.aws_id}")
            for each in row.settings.get("CognitoIdentityProviders", [])
        )
    ]


def identity_pools(aws_account: AwsAccount) -> list[IdentityPool]:
    return list(IdentityPool.objects.live().filter(aws_account=aws_account).order_by("name_key", "pk"))


def delete_pool(pool_arn: str, called: str) -> list[StepSpec]:
    """The last step alone: `plan_delete_pool` has what goes before."""
    return [StepSpec(POOL_KIND.step_kind("delete"), {"pool_arn": pool_arn, "called": called})]


def create_pool(aws_account: AwsAccount, region: str, name: str, settings: Mapping[str, Any]) -> StepSpec:
    """Raises Refusal for what is no Region."""
    if not _REGION.fullmatch(region):
        raise Refusal(f"{region[:40]!r} isn’t a Region, such as eu-central-1.", field="region")
    place = f"arn:{aws_account.partition}:cognito-idp:{region}:{aws_account.account_id}"
    return StepSpec(CreateUserPool.kind, {"place": place, "name": name, "settings": dict(settings)})


# ---- Tags, and attributes of the pool's own: one a step. The part is what the pool has of it -----------------------
TYPES = ("String", "Number", "Boolean", "DateTime")
ADD_ATTRIBUTE = POOL_KIND.step_kind("add_attribute")
MOST_CUSTOM, LONGEST_CUSTOM = 50, 20  # Developer Guide, "Quotas in Amazon Cognito"


class TagPool(TagObject, UserPoolOperation[TagParams]):
    """Also of a pool that the same plan makes."""


class UntagPool(UntagObject, UserPoolOperation[UntagParams]):
    """Also of a pool that the same plan makes."""


@dataclass(frozen=True)
class AttributeParams(UserPoolParams):
    attribute: str  # without "custom:"
    type: str = "String"
    mutable: bool = True
    longest: int = 2048  # characters of a String

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(rf"[^\s:]{{1,{LONGEST_CUSTOM}}}", self.attribute):
            raise BadParams(
                f"An attribute’s name has 1 to {LONGEST_CUSTOM} characters, no spaces and no colon.", field="attribute"
            )
        if self.type not in TYPES:
            raise BadParams(f"The type is one of {', '.join(TYPES)}.", field="type")
        if not 1 <= self.longest <= 2048:
            raise BadParams("A text has 1 to 2048 characters at most.", field="longest")


class AddAttribute(UserPoolOperation[AttributeParams], FacetOperation[AttributeParams]):
    verb = "add_attribute"
    aws_operation = "AddCustomAttributes"
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE  # permanent
    guarantee = Guarantee.DETECTABLE
    unchanged_field = "attribute"
    params_type = AttributeParams

    def title(self, p: AttributeParams) -> str:
        return f"Add the attribute custom:{p.attribute} to the user pool {p.called}"

    def note(self, p: AttributeParams) -> str:
        return f"Permanent: AWS neither changes nor removes one. A pool has at most {MOST_CUSTOM} of its own."

    def calls(self, p: AttributeParams) -> list[Call]:
        said: dict[str, Any] = {"Name": p.attribute, "AttributeDataType": p.type, "Mutable": p.mutable}
        if p.type == "String":
            said["StringAttributeConstraints"] = {"MinLength": "0", "MaxLength": str(p.longest)}
        return self.call(p, self.aws_operation, CustomAttributes=[said])

    def part(self, p: AttributeParams) -> str:
        return f"attribute:{p.pool_arn} {p.attribute}"

    def describe_existing(self, value: Value) -> str:
        return f"the attribute, as a {value['type']}" if value["type"] else "no such attribute"

    def held(self, row: UserPool, p: AttributeParams) -> Mapping[str, Any]:
        return self.parse_part(row.settings, p)

    def parse_part(self, content: Content, p: AttributeParams) -> Mapping[str, Any]:
        named = {each["Name"]: each for each in content.get("SchemaAttributes", [])}
        return {"type": named.get(f"custom:{p.attribute}", {}).get("AttributeDataType", "")}

    def after(self, p: AttributeParams, value: Value) -> Value:
        return {**value, "type": p.type}

    def changes(self, p: AttributeParams, value: Value) -> bool:
        """AWS changes none, so one of another type is there for good."""
        return not value["type"]

    def is_so_already(self, p: AttributeParams) -> str:
        return f"{p.called} has the attribute custom:{p.attribute} already."

    def limits(self, draft: Draft, p: AttributeParams, value: Value) -> list[PlanFinding]:
        own = {each["Name"] for each in pool_row(draft, p.pool_arn).settings.get("SchemaAttributes", [])}
        custom = sum(":" in name for name in own) + 1
        if custom <= MOST_CUSTOM:
            return []
        return [
            PlanFinding(
                "TOO_MANY_ATTRIBUTES", "error", f"{p.called} has {MOST_CUSTOM} attributes of its own, the most."
            )
        ]


def tag(pool_arn: str, called: str, key: str, value: str) -> StepSpec:
    return tags.tag(POOL_KIND, pool_arn, key, value, called)


def untag(pool_arn: str, called: str, key: str) -> StepSpec:
    return tags.untag(POOL_KIND, pool_arn, key, called)
