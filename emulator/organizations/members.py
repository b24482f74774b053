"""Which organization an AWS account is in, and whether it may read it."""

from __future__ import annotations

from typing import Any

from moto.organizations.exceptions import AWSOrganizationsNotInUseException
from moto.organizations.exceptions import OrganizationsClientError as ClientError
from moto.organizations.models import organizations_backends

# What an AWS account may ask without an organization, or as a plain member of one.
_ANYBODY = frozenset({"AcceptHandshake", "CreateOrganization", "DescribeOrganization"})
_SCP = "SERVICE_CONTROL_POLICY"
_READS = ("Describe", "List")


def note_members() -> None:
    """moto keeps beside its backends who is whose member: after a restart it is told again."""
    for partitions in list(organizations_backends.values()):
        for partition, backend in list(partitions.items()):
            for account in backend.accounts:
                if account.id != account.master_account_id:
                    organizations_backends.master_accounts[account.id] = (account.master_account_id, partition)


def organization_over(account_id: str, partition: str) -> Any:
    """The organization that an AWS account manages or is a member of, whatever it may ask of it; None: it has none."""
    own = organizations_backends[account_id][partition]
    if own.org is not None:
        return own
    if account_id not in organizations_backends.master_accounts:
        return None
    manager, manager_partition = organizations_backends.master_accounts[account_id]
    return organizations_backends[manager][manager_partition]


def policy_arn(account_id: str, partition: str, policy_id: str) -> str:
    """Of a policy of the organization that the AWS account is in; "*" where a call names none that is there."""
    backend = organization_over(account_id, partition) if policy_id else None
    found = (str(policy.arn) for policy in backend.policies if policy.id == policy_id) if backend else iter(())
    return next(found, "*")


def scps_over(account_id: str, partition: str) -> list[list[str]] | None:
    """The texts of the SCPs at each level from the root down to the AWS account; None where none bind it: it has no
    organization, manages it, or the organization's root doesn't take SCPs."""
    backend = organization_over(account_id, partition)
    if backend is None or backend.account_id == account_id:
        return None
    by_id = {thing.id: thing for thing in (*backend.ou, *backend.accounts)}
    root = by_id.get(backend.org.root_id)
    if root is None or all(each["Type"] != _SCP for each in root.policy_types):
        return None
    levels: list[list[str]] = []
    here = by_id.get(account_id)
    while here is not None:
        levels.insert(0, [policy.content for policy in here.attached_policies if policy.type == _SCP])
        here = None if here.id == root.id else by_id.get(here.parent_id)
    return levels


def backend_for(account_id: str, partition: str, action: str) -> Any:
    """Whose organization a call is about. Raises what AWS answers to those who have none, or may not ask."""
    own = organizations_backends[account_id][partition]
    if own.org is not None or action in _ANYBODY:
        return own
    backend = organization_over(account_id, partition)
    if backend is None:
        raise AWSOrganizationsNotInUseException
    is_delegate = any(admin.account.id == account_id for admin in backend.admins)
    if is_delegate and action.startswith(_READS):
        return backend
    raise ClientError("AccessDeniedException", "You don't have permissions to access this resource.")
