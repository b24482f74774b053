"""The operations on permission sets, as tests/services/operation_cases.py describes cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from directory.models import PermissionSet
from directory.operations.provisioning import AwaitProvisioning, ProvisionParams, ProvisionSet
from directory.operations.set_edits import DeleteSetInline, PutSetInline, UpdateSet
from directory.operations.set_existence import CreateSet, delete_set, plan_set
from directory.operations.set_policies import (
    AttachCustomer,
    AttachManaged,
    DeleteSetBoundary,
    DetachCustomer,
    DetachManaged,
    PutSetBoundary,
)
from directory.operations.sets_base import SetContent, region_of
from directory.sources import ASSIGNMENTS, SETS
from sync.operations import StepSpec
from tests.directory.arranged import Arranged, arranged_and_pulled
from tests.services.operation_cases import GATE, ComparedCase, OperationCase, SendingCase
from tests.services.pulling import pulled
from tests.services.statements import allowing
from tests.services.world import World

_SETTINGS = "It says how long sessions are, and nothing of what they may."
_UNASSIGNED = "Nobody gets in by it: it is assigned to nobody."
_POLICY = "arn:aws:iam::aws:policy/SecurityAudit"
_READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
_INLINE = allowing("s3:GetObject")


def _arranged(world: World) -> Arranged:
    return arranged_and_pulled(world.emulator, world.aws_account)


def _about(center: Arranged) -> dict[str, str]:
    return {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}


def arranged_with(make: Callable[[Arranged], object]) -> Callable[[World], Arranged]:
    """Besides, what `make` does to Read_Only."""

    def arrange(world: World) -> Arranged:
        center = _arranged(world)
        make(center)
        pulled(world.aws_account, source=SETS)
        world.emulator.forget_calls()
        return center

    return arrange


def row() -> PermissionSet:
    return PermissionSet.objects.get(name="Read_Only")


def step(kind: str, **params: Any) -> Callable[[World, Arranged], StepSpec]:
    """The edit alone, without provisioning."""
    return lambda world, center: StepSpec(kind, {**_base(row()), **params})


def _base(chosen: PermissionSet) -> dict[str, str]:
    return {"set_arn": chosen.arn, "set_name": chosen.name, "region": region_of(chosen)}


def _settings(world: World, center: Arranged) -> object:
    said = center.made.sso.describe_permission_set(**_about(center))["PermissionSet"]
    return [said.get("Description"), said["SessionDuration"], said.get("RelayState")]


def _inline(world: World, center: Arranged) -> object:
    return center.made.sso.get_inline_policy_for_permission_set(**_about(center))["InlinePolicy"]


def _managed(world: World, center: Arranged) -> list[str]:
    listed = center.made.sso.list_managed_policies_in_permission_set(**_about(center))["AttachedManagedPolicies"]
    return [each["Name"] for each in listed]


def _customer(world: World, center: Arranged) -> object:
    listed = center.made.sso.list_customer_managed_policy_references_in_permission_set(**_about(center))
    return listed["CustomerManagedPolicyReferences"]


def _boundary(world: World, center: Arranged) -> object:
    sso = center.made.sso
    try:
        return sso.get_permissions_boundary_for_permission_set(**_about(center))["PermissionsBoundary"]
    except sso.exceptions.ResourceNotFoundException:
        return None


def _sets(world: World, center: Arranged) -> list[str]:
    arns = center.made.sso.list_permission_sets(InstanceArn=center.made.arn)["PermissionSets"]
    described = (
        center.made.sso.describe_permission_set(InstanceArn=center.made.arn, PermissionSetArn=arn) for arn in arns
    )
    return sorted(each["PermissionSet"]["Name"] for each in described)


def _outdated(world: World, center: Arranged) -> list[str]:
    asked = {**_about(center), "ProvisioningStatus": "LATEST_PERMISSION_SET_NOT_PROVISIONED"}
    return list(center.made.sso.list_accounts_for_provisioned_permission_set(**asked)["AccountIds"])


def _put_inline(center: Arranged) -> None:
    center.made.sso.put_inline_policy_to_permission_set(**_about(center), InlinePolicy=_INLINE)


def _refer(center: Arranged) -> None:
    center.made.sso.attach_customer_managed_policy_reference_to_permission_set(
        **_about(center), CustomerManagedPolicyReference={"Name": "reports-read", "Path": "/"}
    )


def _bound(center: Arranged) -> None:
    center.made.sso.put_permissions_boundary_to_permission_set(
        **_about(center), PermissionsBoundary={"ManagedPolicyArn": _POLICY}
    )


def _make_unassigned(center: Arranged) -> None:
    center.made.permission_set("Unused", managed=["SecurityAudit"], inline=_INLINE, Description="Nobody has it")


def _create(world: World, center: Arranged) -> StepSpec:
    chosen = row()
    return plan_set(chosen.instance_arn, region_of(chosen), "Auditors", SetContent("", "To look", 7200))[0]


def _delete(world: World, center: Arranged) -> StepSpec:
    chosen = PermissionSet.objects.get(name="Unused")
    return delete_set(chosen, region_of(chosen))


def _provision(world: World, center: Arranged) -> StepSpec:
    chosen = row()
    return ProvisionSet().spec(ProvisionParams(chosen.arn, chosen.name, region_of(chosen), (), tuple(chosen.accounts)))


CASES: tuple[SendingCase, ...] = (
    ComparedCase(
        CreateSet.kind,
        _arranged,
        _create,
        _sets,
        ["Admin", "Auditors", "Read_Only"],
        (SETS,),
        page="account/create-permission-set",
        no_access=_UNASSIGNED,
    ),
    ComparedCase(
        UpdateSet.kind,
        _arranged,
        step(UpdateSet.kind, description="To look around", session_s=7200, relay_state="https://x.example/"),
        _settings,
        ["To look around", "PT2H", "https://x.example/"],
        (SETS,),
        page="permission_set/settings",
        no_access=_SETTINGS,
    ),
    ComparedCase(
        "sso.set.delete",
        arranged_with(_make_unassigned),
        _delete,
        _sets,
        ["Admin", "Read_Only"],
        (SETS, ASSIGNMENTS),
        page="permission_set/delete",
        no_access=_UNASSIGNED,
    ),
    ComparedCase(
        PutSetInline.kind,
        _arranged,
        step(PutSetInline.kind, document=_INLINE),
        _inline,
        _INLINE,
        (SETS,),
        page="permission_set/inline",
        writes="identity",
    ),
    ComparedCase(
        DeleteSetInline.kind,
        arranged_with(_put_inline),
        step(DeleteSetInline.kind),
        _inline,
        "",
        (SETS,),
        page="permission_set/delete-inline",
    ),
    ComparedCase(
        AttachManaged.kind,
        _arranged,
        step(AttachManaged.kind, policy=_POLICY),
        _managed,
        ["ReadOnlyAccess", "SecurityAudit"],
        (SETS,),
        page="permission_set/attach",
    ),
    ComparedCase(
        DetachManaged.kind,
        _arranged,
        step(DetachManaged.kind, policy=_READ_ONLY),
        _managed,
        [],
        (SETS,),
        page="permission_set/detach",
    ),
    ComparedCase(
        AttachCustomer.kind,
        _arranged,
        step(AttachCustomer.kind, policy="/team/reports-read"),
        _customer,
        [{"Name": "reports-read", "Path": "/team/"}],
        (SETS,),
        page="permission_set/attach",
    ),
    ComparedCase(
        DetachCustomer.kind,
        arranged_with(_refer),
        step(DetachCustomer.kind, policy="/reports-read"),
        _customer,
        [],
        (SETS,),
        page="permission_set/detach",
    ),
    ComparedCase(
        PutSetBoundary.kind,
        _arranged,
        step(PutSetBoundary.kind, policy="/bounds"),
        _boundary,
        {"CustomerManagedPolicyReference": {"Name": "bounds", "Path": "/"}},
        (SETS,),
        page="permission_set/boundary",
    ),
    ComparedCase(
        DeleteSetBoundary.kind,
        arranged_with(_bound),
        step(DeleteSetBoundary.kind),
        _boundary,
        None,
        (SETS,),
        page="permission_set/delete-boundary",
    ),
    ComparedCase(
        ProvisionSet.kind,
        arranged_with(_put_inline),
        _provision,
        _outdated,
        [],
        (SETS,),
        page="permission_set/provision",
        stays="What it brings into the accounts stands in the set.",
    ),
)
OTHER_CASES = (OperationCase(AwaitProvisioning.kind, page="permission_set/provision", no_access=GATE),)
