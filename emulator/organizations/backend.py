"""One organization, as far as moto's lets AWS's rules slip.

Of control policies: AWS Organizations API Reference, "CreatePolicy", "UpdatePolicy", "DeletePolicy", "AttachPolicy",
"DetachPolicy" and their errors; User Guide, "Quotas and service limits for AWS Organizations", "RCP evaluation".
"""

from __future__ import annotations

import json
from typing import Any

import moto.organizations.urls
from moto.organizations.exceptions import (
    AlreadyInOrganizationException,
    ConstraintViolationException,
    DuplicatePolicyException,
    InvalidInputException,
)
from moto.organizations.exceptions import OrganizationsClientError as ClientError
from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.organizations.utils import DEFAULT_RCP_POLICY_ID, DEFAULT_SCP_POLICY_ID

from emulator.organizations.things import Account

_BOUND_BY = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
# Since 15 May 2026 twice as much of service control policies.
_MOST_ATTACHED = {"SERVICE_CONTROL_POLICY": 10, "RESOURCE_CONTROL_POLICY": 5}
_LONGEST = {"SERVICE_CONTROL_POLICY": 10_240, "RESOURCE_CONTROL_POLICY": 5_120}


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

    # ---- Policies: what AWS refuses of them ------------------------------------------------------------------
    def check_new(self, name: str, policy_type: str, content: str) -> None:
        self._check_name(name)
        self._check_content(policy_type, content)

    def check_update(self, policy_id: str, name: str | None, content: str | None) -> None:
        policy = self._check_ours(policy_id)
        if name is not None:
            self._check_name(name, but=policy)
        if content is not None:
            self._check_content(policy.type, content)

    def _check_ours(self, policy_id: str) -> Any:
        policy = self.get_policy_by_id(policy_id)
        if policy.aws_managed:
            raise InvalidInputException("IMMUTABLE_POLICY: the policy is managed by AWS and can't be modified.")
        return policy

    check_delete = _check_ours

    def _check_name(self, name: str, but: Any = None) -> None:
        if not name.isascii():
            raise InvalidInputException("You provided a name with characters that are not ASCII.")
        if any(policy.name == name and policy is not but for policy in self.policies):
            raise DuplicatePolicyException

    def _check_content(self, policy_type: str, content: str) -> None:
        if len(content) > _LONGEST.get(policy_type, len(content)):
            raise ConstraintViolationException("POLICY_CONTENT_LIMIT_EXCEEDED: the policy is larger than AWS takes.")
        if policy_type in _BOUND_BY and not _is_document(content):
            words = "The provided policy document does not meet the requirements of the specified policy type."
            raise ClientError("MalformedPolicyDocumentException", words)

    def check_attaching(self, policy_id: str, target_id: str) -> None:
        """That the root takes policies of this type, and the target one more of them."""
        policy = self.get_policy_by_id(policy_id)
        root = self._get_root_by_id(self.org.root_id)
        if all(enabled["Type"] != policy.type for enabled in root.policy_types):
            raise ClientError(
                "PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types."
            )
        attached = self._attached(target_id, policy.type)
        if policy in attached:
            raise ClientError(
                "DuplicatePolicyAttachmentException", "A policy with the specified name and type already exists."
            )
        if len(attached) >= _MOST_ATTACHED.get(policy.type, 10):
            raise ConstraintViolationException("You have attached the maximum number of policies to this target.")

    def check_detaching(self, policy_id: str, target_id: str) -> None:
        """That the target keeps one: without any, nothing at all would be allowed."""
        policy = self.get_policy_by_id(policy_id)
        attached = self._attached(target_id, policy.type)
        if policy not in attached:
            raise ClientError("PolicyNotAttachedException", "This policy isn't attached to the specified entity.")
        # Which of its errors AWS gives to the second, it doesn't document.
        if (policy.type in _BOUND_BY and attached == [policy]) or policy.id == DEFAULT_RCP_POLICY_ID:
            raise ConstraintViolationException("You can't remove the last policy of this type from the target.")

    def _attached(self, target_id: str, policy_type: str) -> list[Any]:
        target = next((thing for thing in [*self.ou, *self.accounts] if thing.id == target_id), None)
        if target is None:
            raise ClientError("TargetNotFoundException", "We can't find a root, OU or account with that id.")
        return [policy for policy in target.attached_policies if policy.type == policy_type]


def _is_document(content: str) -> bool:
    """Roughly: JSON with statements, each of an effect that there is."""
    try:
        said = json.loads(content)
    except ValueError:
        return False
    statements = said.get("Statement") if isinstance(said, dict) else None
    listed = statements if isinstance(statements, list) else [statements]
    return all(isinstance(each, dict) and each.get("Effect") in ("Allow", "Deny") for each in listed)
