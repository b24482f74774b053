"""One arrangement for each registered operation: what there is in AWS and in the mirror, and one step that fits it.

Most come from the tables of the operations' own tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from accounts.models import Operator
from identities.models import IamGroup, IamRole, IamUser
from identities.operations import (
    add_member,
    attach,
    create_group,
    create_linked,
    create_user,
    delete_boundary,
    delete_inline,
    delete_linked,
    detach,
    put_boundary,
    put_inline,
    remove_member,
    tag,
    untag,
    update_trust,
)
from policies.operations import plan_set_default, plan_update
from sync.operations import StepSpec
from tests.cognito import people_cases, pool_operation_cases
from tests.cognito.identity_pools import operation_cases as identity_pool_cases
from tests.cognito.identity_pools.shop import Shop
from tests.identities import (
    operation_cases_credentials,
    operation_cases_principals,
    operation_cases_root_access,
    operation_cases_settings,
)
from tests.identities.operation_cases_credentials import on
from tests.services.pulling import pulled
from tests.services.statements import EC2, reports_policy, trusting
from tests.services.world import World

Owner = IamUser | IamGroup | IamRole
Tagged = IamUser | IamRole
Arrange = Callable[[World, Operator], StepSpec]


def of_principals(case: operation_cases_principals.Case) -> Arrange:
    def arrange(world: World, operator: Operator) -> StepSpec:
        arranged = case.arrange(world)
        for source in case.sources:
            pulled(world.aws_account, source=source)
        return case.step(arranged)

    return arrange


def of_settings(case: operation_cases_settings.Case) -> Arrange:
    return lambda world, operator: case.step(world, case.arrange(world))


def of_credentials(case: operation_cases_credentials.Case) -> Arrange:
    return lambda world, operator: case.step(case.arrange(world), operator)


def of_identity_pools(case: identity_pool_cases.Case) -> Arrange:
    def arrange(world: World, operator: Operator) -> StepSpec:
        shop = Shop(world.emulator, world.aws_account).with_roles()
        return case.step(shop, shop.mirrored())

    return arrange


def of_user_pools(case: pool_operation_cases.Case) -> Arrange:
    return lambda world, operator: case.step(pool_operation_cases.arrange(world, case.before))


# ---- Managed policies ----------------------------------------------------------------------------------------
def a_new_version(world: World, operator: Operator) -> StepSpec:
    [update] = plan_update(world.policy(), reports_policy("s3:GetObject"))
    return update


def an_old_version_gone(world: World, operator: Operator) -> StepSpec:
    return StepSpec("iam.policy.delete_version", {"policy_arn": world.policy(versions=2).arn, "version": "v1"})


def an_old_version_in_force(world: World, operator: Operator) -> StepSpec:
    [step] = plan_set_default(world.policy(versions=2), "v1")
    return step


# ---- What hangs on users, groups and roles -------------------------------------------------------------------
def described(world: World, owner: Owner, action: str, **params: str) -> Any:
    """The owner in the mirror, after somebody did that to it: "attach_{}_policy"."""
    word = owner.kind.removeprefix("iam.")
    getattr(world.iam, action.format(word))(**{f"{word.title()}Name": owner.name}, **params)
    return world.again(owner)


def hanging(make: Callable[[World], Owner]) -> Iterable[Arrange]:
    def attached(world: World, operator: Operator) -> StepSpec:
        policy = world.policy()
        return attach(make(world), policy.arn)

    def detached(world: World, operator: Operator) -> StepSpec:
        policy = world.policy()
        return detach(described(world, make(world), "attach_{}_policy", PolicyArn=policy.arn), policy.arn)

    def inlined(world: World, operator: Operator) -> StepSpec:
        return put_inline(make(world), "own", reports_policy("s3:GetObject"))

    def uninlined(world: World, operator: Operator) -> StepSpec:
        text = reports_policy("s3:GetObject")
        return delete_inline(
            described(world, make(world), "put_{}_policy", PolicyName="own", PolicyDocument=text), "own"
        )

    return attached, detached, inlined, uninlined


def bounded_and_tagged(make: Callable[[World], Tagged]) -> Iterable[Arrange]:
    def bounded(world: World, operator: Operator) -> StepSpec:
        policy = world.policy()
        return put_boundary(make(world), policy.arn)

    def unbounded(world: World, operator: Operator) -> StepSpec:
        arn = world.policy().arn
        return delete_boundary(described(world, make(world), "put_{}_permissions_boundary", PermissionsBoundary=arn))

    def tagged(world: World, operator: Operator) -> StepSpec:
        return tag(make(world), "team", "reports")

    def untagged(world: World, operator: Operator) -> StepSpec:
        pairs: Any = [{"Key": "team", "Value": "reports"}]
        return untag(described(world, make(world), "tag_{}", Tags=pairs), "team")

    return bounded, unbounded, tagged, untagged


def joined(world: World, operator: Operator) -> StepSpec:
    return add_member(world.user(), world.group())


def left(world: World, operator: Operator) -> StepSpec:
    user, group = world.user(), world.group()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    return remove_member(world.again(user), group)


def a_device_of_nobody(world: World, operator: Operator) -> StepSpec:
    of = operation_cases_credentials.with_device(world)
    world.iam.deactivate_mfa_device(UserName=of.user.name, SerialNumber=of.credential)
    for source in ("iam.mfa", "iam.virtual_mfa"):
        pulled(world.aws_account, source=source)
    return on("iam.mfa.delete_virtual", "serial")(of, operator)


def a_linked_role(world: World, operator: Operator) -> StepSpec:
    made = world.iam.create_service_linked_role(AWSServiceName="elasticbeanstalk.amazonaws.com")["Role"]
    return delete_linked(world.mirrored(IamRole, made["RoleName"], made["Arn"]))[0]


# What an owner has to let through first.
PROTECTED = frozenset({"iam.slr.delete"})

_HANGING = ("attach", "detach", "inline.put", "inline.delete")
_TAGGED = ("boundary.put", "boundary.delete", "tag", "untag")
_TAGGABLE: dict[str, Callable[[World], Tagged]] = {"user": World.user, "role": World.role}
_OWNERS: dict[str, Callable[[World], Owner]] = {**_TAGGABLE, "group": World.group}

ARRANGEMENTS: dict[str, Arrange] = {
    **{case.kind: of_principals(case) for case in operation_cases_principals.CASES},
    **{case.kind: of_settings(case) for case in (*operation_cases_settings.CASES, *operation_cases_root_access.CASES)},
    **{case.kind: of_credentials(case) for case in operation_cases_credentials.CASES},
    **{case.kind: of_identity_pools(case) for case in identity_pool_cases.CASES},
    **{case.kind: of_user_pools(case) for case in pool_operation_cases.CASES},
    **{f"iam.{w}.{verb}": do for w, make in _OWNERS.items() for verb, do in zip(_HANGING, hanging(make), strict=True)},
    **{
        f"iam.{word}.{verb}": do
        for word, make in _TAGGABLE.items()
        for verb, do in zip(_TAGGED, bounded_and_tagged(make), strict=True)
    },
    **{case.kind: people_cases.of_person(case) for case in people_cases.CASES},
    "iam.policy.update": a_new_version,
    "iam.policy.delete_version": an_old_version_gone,
    "iam.policy.set_default": an_old_version_in_force,
    "iam.group.add_user": joined,
    "iam.group.remove_user": left,
    "iam.user.create": lambda world, operator: create_user(world.aws_account, "lena.fischer"),
    "iam.group.create": lambda world, operator: create_group(world.aws_account, "analytics"),
    "iam.role.trust.update": lambda world, operator: update_trust(world.role(), trusting(EC2)),
    "iam.mfa.delete_virtual": a_device_of_nobody,
    "iam.slr.create": lambda world, operator: create_linked(world.aws_account, "elasticbeanstalk.amazonaws.com"),
    "iam.slr.delete": a_linked_role,
}
