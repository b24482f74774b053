"""One organization, as far as moto's lets AWS's rules slip."""

from __future__ import annotations

from typing import Any

import moto.organizations.urls
from moto.organizations.exceptions import AlreadyInOrganizationException, ConstraintViolationException
from moto.organizations.exceptions import OrganizationsClientError as ClientError
from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.organizations.utils import DEFAULT_RCP_POLICY_ID, DEFAULT_SCP_POLICY_ID

from emulator.organizations.things import Account

_BOUND_BY = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
_MOST_ATTACHED = 5


class Backend(OrganizationsBackend):  # type: ignore[misc]
    @property
    def _url_module(self) -> Any:
        """moto derives this from the module that a backend class stands in."""
        return moto.organizations.urls

    def invite(self, account_id: str) -> dict[str, Any]:
        """An invitation to an AWS account that exists."""
        if account_id in organizations_backends.master_accounts or account_id == self.account_id:
            raise AlreadyInOrganizationException
        handshake_id = f"h-{account_id}"
        self.org.handshakes[handshake_id] = account_id
        return {"Id": handshake_id, "State": "REQUESTED", "Action": "INVITE"}

    def join(self, account_id: str) -> None:
        account = Account(self.org, AccountName=account_id, Email=f"aws+{account_id}@example.com", AccountId=account_id)
        self.accounts.append(account)
        for policy_id in (DEFAULT_SCP_POLICY_ID, DEFAULT_RCP_POLICY_ID):
            self.attach_policy(PolicyId=policy_id, TargetId=account.id)
        organizations_backends.master_accounts[account.id] = (self.account_id, self.partition)

    def check_attaching(self, policy_id: str, target_id: str) -> None:
        """That the root takes policies of this type, and the target one more of them."""
        policy = self.get_policy_by_id(policy_id)
        root = self._get_root_by_id(self.org.root_id)
        if all(enabled["Type"] != policy.type for enabled in root.policy_types):
            raise ClientError(
                "PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types."
            )
        if len(self._attached(target_id, policy.type)) >= _MOST_ATTACHED:
            raise ConstraintViolationException("You have attached the maximum number of policies to this target.")

    def check_detaching(self, policy_id: str, target_id: str) -> None:
        """That the target keeps one: without any, nothing at all would be allowed."""
        policy = self.get_policy_by_id(policy_id)
        if policy.type in _BOUND_BY and self._attached(target_id, policy.type) == [policy]:
            raise ConstraintViolationException("You can't remove the last policy of this type from the target.")

    def _attached(self, target_id: str, policy_type: str) -> list[Any]:
        target = next((thing for thing in [*self.ou, *self.accounts] if thing.id == target_id), None)
        return [policy for policy in target.attached_policies if policy.type == policy_type] if target else []
