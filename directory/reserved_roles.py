"""The roles that Identity Center makes in AWS accounts, one for each permission set that is provisioned there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import AwsAccount
from aws_constraints.arn import account_in, name_of, path_of
from directory.instances import holder_of
from directory.models import Instance, PermissionSet
from identities.models import IamRole

RESERVED = "/aws-reserved/sso.amazonaws.com/"
_ROLE_BEGINS = "AWSReservedSSO_"
_PATHLESS_REGION = "us-east-1"  # roles of an instance there have no Region in their path


@dataclass(frozen=True)
class ReservedRole:
    """A role that Identity Center made, by its name and path: no API tells of which permission set it is."""

    set_name: str
    region: str  # of the instance


def reserved_role(role: IamRole) -> ReservedRole | None:
    """None for a role that isn't Identity Center's."""
    return _reserved(role.path, role.name)


def reserved_role_of(arn: str) -> ReservedRole | None:
    """The same of a role's ARN; None for that of anything else, too."""
    return _reserved(path_of(arn), name_of(arn)) if f":role{RESERVED}" in arn else None


def _reserved(path: str, role_name: str) -> ReservedRole | None:
    """`AWSReservedSSO_<set>_<16 hexadecimal digits>`. The set's name may have a "_"."""
    name, _, suffix = role_name.removeprefix(_ROLE_BEGINS).rpartition("_")
    if not path.startswith(RESERVED) or not role_name.startswith(_ROLE_BEGINS) or not name or len(suffix) != 16:
        return None
    return ReservedRole(name, path.removeprefix(RESERVED).strip("/") or _PATHLESS_REGION)


def sets_of(reserved: Mapping[str, ReservedRole]) -> dict[str, PermissionSet]:
    """The permission set of each role by its ARN, of those that a mirror has: as that of the AWS account that holds
    the instance says, before that of its delegate.
    """
    names = {role.set_name for role in reserved.values()}
    rows = list(PermissionSet.objects.live().filter(name__in=names).select_related("aws_account").order_by("pk"))
    regions = regions_of_sets(rows)
    holders = {arn: holder_of(arn) for arn in {row.instance_arn for row in rows}}
    rows.sort(key=lambda row: (holders[row.instance_arn] != row.aws_account, row.pk))
    places = [(row, regions.get((row.aws_account_id, row.instance_arn)), frozenset(row.accounts)) for row in rows]
    found: dict[str, PermissionSet] = {}
    for arn, role in reserved.items():
        for row, region, accounts in places:
            if row.name == role.set_name and region == role.region and account_in(arn) in accounts:
                found[arn] = row
                break
    return found


def roles_of(chosen: PermissionSet) -> list[tuple[AwsAccount, IamRole | None]]:
    """The role of a set in each connected AWS account where it is provisioned; None where the mirror has none yet."""
    connected = [
        account
        for account in AwsAccount.objects.filter(account_id__in=chosen.accounts).order_by("account_id")
        if account.is_connected
    ]
    region = regions_of_sets([chosen]).get((chosen.aws_account_id, chosen.instance_arn), "")
    rows = IamRole.objects.live().filter(aws_account__in=connected, name__startswith=f"{_ROLE_BEGINS}{chosen.name}_")
    found = {row.aws_account_id: row for row in rows if reserved_role(row) == ReservedRole(chosen.name, region)}
    return [(account, found.get(account.pk)) for account in connected]


def regions_of_sets(sets: Iterable[PermissionSet]) -> dict[tuple[int, str], str]:
    """Where their instances are, by whose mirror says so (the pk) and the instance."""
    arns = {row.instance_arn for row in sets}
    rows = Instance.objects.live().filter(arn__in=arns).values_list("aws_account", "arn", "primary_region")
    return {(aws_account, arn): region for aws_account, arn, region in rows}
