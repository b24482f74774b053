"""The operations of Identity Center, as tests/services/operation_cases.py describes cases."""

from __future__ import annotations

from directory.models import AccountAssignment, DirectoryGroup, Instance, PermissionSet
from directory.operations import assign, withdraw
from directory.operations.assignment_gate import AwaitAssignment
from directory.operations.assignments import params_of
from directory.sources import ASSIGNMENTS, GROUPS, SETS
from sync.operations import StepSpec
from tests.directory.arranged import Arranged, arranged_and_pulled
from tests.services.operation_cases import GATE, ComparedCase, OperationCase, SendingCase
from tests.services.organizations import ACCOUNT_ID
from tests.services.world import World

_NO_ACCESS = "Who may take on a role of Identity Center’s stands in assignments, and in no policy of IAM."


def _arranged(world: World) -> Arranged:
    return arranged_and_pulled(world.emulator, world.aws_account)


def _region() -> str:
    return str(Instance.objects.get().primary_region)


def _assigned(world: World, center: Arranged) -> list[str]:
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only, "AccountId": ACCOUNT_ID}
    listed = center.made.sso.list_account_assignments(**about)["AccountAssignments"]
    names = {center.platform: "platform", center.empty: "contractors"}
    return sorted(names[one["PrincipalId"]] for one in listed)


def _assign(world: World, center: Arranged) -> StepSpec:
    chosen, group = PermissionSet.objects.get(name="Read_Only"), DirectoryGroup.objects.get(name="contractors")
    return assign(params_of(chosen, _region(), ACCOUNT_ID, group))[0]


def _withdraw(world: World, center: Arranged) -> StepSpec:
    return withdraw(AccountAssignment.objects.get(name="Read_Only"))[0]


CASES: tuple[SendingCase, ...] = (
    ComparedCase(
        "sso.assignment.create",
        _arranged,
        _assign,
        _assigned,
        ["contractors", "platform"],
        (SETS, ASSIGNMENTS, GROUPS),
        page="permission_set/assign",
        no_access=_NO_ACCESS,
    ),
    ComparedCase(
        "sso.assignment.delete",
        _arranged,
        _withdraw,
        _assigned,
        [],
        (SETS, ASSIGNMENTS, GROUPS),
        page="permission_set/withdraw",
        no_access=_NO_ACCESS,
    ),
)
OTHER_CASES = (OperationCase(AwaitAssignment.kind, page="permission_set/assign", no_access=GATE),)
