"""The operations on users, groups and roles whose own tests are written out, and one step of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import Operator
from identities.models import IamGroup, IamRole, IamUser
from identities.operations import (
    add_member,
    admit,
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
from sync.operations import StepSpec
from tests.identities.tag_cases import TEAM
from tests.services.changing import carry_out, propose
from tests.services.operation_cases import GATE, OperationCase, PreparedCase
from tests.services.statements import EC2, reports_policy, trusting
from tests.services.world import World

BEANSTALK = "elasticbeanstalk.amazonaws.com"
TEXT = reports_policy("s3:GetObject")
Owner = IamUser | IamGroup | IamRole
Tagged = IamUser | IamRole


def mirrored_with(world: World, owner: Owner, action: str, **params: Any) -> Any:
    """The owner in the mirror, after somebody did that to it: "attach_{}_policy"."""
    word = owner.kind.removeprefix("iam.")
    getattr(world.iam, action.format(word))(**{f"{word.title()}Name": owner.name}, **params)
    return world.again(owner)


def policy_cases(word: str, make: Callable[[World], Owner]) -> tuple[PreparedCase, ...]:
    def attached(world: World, operator: Operator) -> StepSpec:
        policy = world.policy()
        return attach(make(world), policy.arn)

    def detached(world: World, operator: Operator) -> StepSpec:
        policy = world.policy()
        return detach(mirrored_with(world, make(world), "attach_{}_policy", PolicyArn=policy.arn), policy.arn)

    def inlined(world: World, operator: Operator) -> StepSpec:
        return put_inline(make(world), "own", TEXT)

    def uninlined(world: World, operator: Operator) -> StepSpec:
        owner = mirrored_with(world, make(world), "put_{}_policy", PolicyName="own", PolicyDocument=TEXT)
        return delete_inline(owner, "own")

    return (
        PreparedCase(f"iam.{word}.attach", attached, page=f"{word}/attach"),
        PreparedCase(f"iam.{word}.detach", detached, page=f"{word}/detach"),
        PreparedCase(f"iam.{word}.inline.put", inlined, page=f"{word}/inline", writes="identity"),
        PreparedCase(f"iam.{word}.inline.delete", uninlined, page=f"{word}/inline-delete"),
    )


def boundary_and_tag_cases(word: str, make: Callable[[World], Tagged]) -> tuple[PreparedCase, ...]:
    def bounded(world: World, operator: Operator) -> StepSpec:
        policy = world.policy()
        return put_boundary(make(world), policy.arn)

    def unbounded(world: World, operator: Operator) -> StepSpec:
        arn = world.policy().arn
        return delete_boundary(
            mirrored_with(world, make(world), "put_{}_permissions_boundary", PermissionsBoundary=arn)
        )

    def tagged(world: World, operator: Operator) -> StepSpec:
        return tag(make(world), "team", "reports")

    def untagged(world: World, operator: Operator) -> StepSpec:
        return untag(mirrored_with(world, make(world), "tag_{}", Tags=TEAM), "team")

    return (
        PreparedCase(f"iam.{word}.boundary.put", bounded, page=f"{word}/boundary"),
        PreparedCase(f"iam.{word}.boundary.delete", unbounded, page=f"{word}/boundary-delete"),
        PreparedCase(f"iam.{word}.tag", tagged, page=f"{word}/tag"),
        PreparedCase(f"iam.{word}.untag", untagged, page=f"{word}/untag"),
    )


def joined(world: World, operator: Operator) -> StepSpec:
    return add_member(world.user(), world.group())


def left(world: World, operator: Operator) -> StepSpec:
    user, group = world.user(), world.group()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    return remove_member(world.again(user), group)


def let_in(world: World, operator: Operator) -> StepSpec:
    return admit(world.role(), world.user(), "IAMConsoleAdmits1")


def let_out(world: World, operator: Operator) -> StepSpec:
    role, user = world.role(), world.user()
    change = carry_out(propose(world.aws_account, operator, [admit(role, user, "IAMConsoleAdmits1")]), operator)
    step = change.steps.get()
    return StepSpec("iam.role.trust.expel", {**step.params, "document": ""})


def a_linked_role(world: World, operator: Operator) -> StepSpec:
    made = world.iam.create_service_linked_role(AWSServiceName=BEANSTALK)["Role"]
    return delete_linked(world.mirrored(IamRole, made["RoleName"], made["Arn"]))[0]


CASES = (
    *policy_cases("user", World.user),
    *policy_cases("role", World.role),
    *policy_cases("group", World.group),
    *boundary_and_tag_cases("user", World.user),
    *boundary_and_tag_cases("role", World.role),
    PreparedCase("iam.group.add_user", joined, page="group/add-users"),
    PreparedCase("iam.group.remove_user", left, page="group/remove-users"),
    PreparedCase(
        "iam.user.create",
        lambda world, operator: create_user(world.aws_account, "lena.fischer"),
        page="account/create-user",
    ),
    PreparedCase(
        "iam.group.create",
        lambda world, operator: create_group(world.aws_account, "analytics"),
        page="account/create-group",
    ),
    PreparedCase(
        "iam.role.trust.update",
        lambda world, operator: update_trust(world.role(), trusting(EC2)),
        page="role/trust",
        writes="trust",
    ),
    PreparedCase("iam.role.trust.admit", let_in, page="request_offer", writes="trust"),
    PreparedCase("iam.role.trust.expel", let_out, page="request_offer", writes="trust"),
    PreparedCase(
        "iam.slr.create",
        lambda world, operator: create_linked(world.aws_account, BEANSTALK),
        page="account/create-role-linked",
        no_access="AWS names the role and says what it may do, and only its service can assume it.",
    ),
    PreparedCase("iam.slr.delete", a_linked_role, page="role/delete-linked", overridden=True),
    OperationCase("iam.slr.await_deletion", page="role/delete-linked", no_access=GATE),
)
