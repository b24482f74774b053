"""Answers of Organizations. Lists come in pages of at most 20, and a page may be empty and not be the last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from moto.organizations.exceptions import InvalidInputException
from moto.organizations.exceptions import OrganizationsClientError as ClientError
from moto.organizations.models import FakeRoot, organizations_backends
from moto.organizations.responses import OrganizationsResponse

from emulator.organizations.backend import Backend
from emulator.organizations.members import backend_for

_MOST = 20


class Responses(OrganizationsResponse):  # type: ignore[misc]
    @property
    def organizations_backend(self) -> Backend:
        backend: Backend = backend_for(self.current_account, self.partition, self._get_action())
        return backend

    def list_roots(self) -> str:
        return self._page("Roots", [unit.describe() for unit in self.organizations_backend.ou if _is_root(unit)])

    def list_organizational_units_for_parent(self) -> str:
        backend = self.organizations_backend
        parent = backend.validate_parent_id(self._get_param("ParentId"))
        units = [unit for unit in backend.ou if unit.parent_id == parent]
        return self._page("OrganizationalUnits", [unit.describe()["OrganizationalUnit"] for unit in units])

    def list_accounts(self) -> str:
        return self._page("Accounts", [account.describe() for account in self.organizations_backend.accounts])

    def list_accounts_for_parent(self) -> str:
        backend = self.organizations_backend
        parent = backend.validate_parent_id(self._get_param("ParentId"))
        return self._page("Accounts", [one.describe() for one in backend.accounts if one.parent_id == parent])

    def list_policies(self) -> str:
        wanted = self._get_param("Filter")
        policies = [policy.describe()["Policy"]["PolicySummary"] for policy in self.organizations_backend.policies]
        return self._page("Policies", [policy for policy in policies if policy["Type"] == wanted])

    def list_policies_for_target(self) -> str:
        backend, target_id = self.organizations_backend, self._get_param("TargetId")
        target = next((thing for thing in [*backend.ou, *backend.accounts] if thing.id == target_id), None)
        if target is None:
            raise ClientError("TargetNotFoundException", "We can't find a root, OU or account with that id.")
        wanted = self._get_param("Filter")
        policies = [policy.describe()["Policy"]["PolicySummary"] for policy in target.attached_policies]
        return self._page("Policies", [policy for policy in policies if policy["Type"] == wanted])

    def list_targets_for_policy(self) -> str:
        found = self.organizations_backend.list_targets_for_policy(PolicyId=self._get_param("PolicyId"))
        return self._page("Targets", found["Targets"])

    def list_parents(self) -> str:
        return self._page("Parents", self.organizations_backend.list_parents(**self.request_params)["Parents"])

    def create_policy(self) -> str:
        name, policy_type, content = (self._get_param(each) for each in ("Name", "Type", "Content"))
        self.organizations_backend.check_new(name, policy_type, content)
        return str(super().create_policy())

    def update_policy(self) -> str:
        policy_id, name, content = (self._get_param(each) for each in ("PolicyId", "Name", "Content"))
        self.organizations_backend.check_update(policy_id, name, content)
        return str(super().update_policy())

    def delete_policy(self) -> str:
        self.organizations_backend.check_delete(self._get_param("PolicyId"))
        return str(super().delete_policy())

    def attach_policy(self) -> str:
        self.organizations_backend.check_attaching(self._get_param("PolicyId"), self._get_param("TargetId"))
        return str(super().attach_policy())

    def detach_policy(self) -> str:
        self.organizations_backend.check_detaching(self._get_param("PolicyId"), self._get_param("TargetId"))
        return str(super().detach_policy())

    def invite_account_to_organization(self) -> str:
        return json.dumps({"Handshake": self.organizations_backend.invite(self._get_param("Target")["Id"])})

    def accept_handshake(self) -> str:
        handshake_id = self._get_param("HandshakeId")
        for partitions in list(organizations_backends.values()):
            inviting = partitions[self.partition]
            if inviting.org is not None and inviting.org.handshakes.get(handshake_id) == self.current_account:
                del inviting.org.handshakes[handshake_id]
                inviting.join(self.current_account)
                return json.dumps({"Handshake": {"Id": handshake_id, "State": "ACCEPTED", "Action": "INVITE"}})
        raise ClientError("HandshakeNotFoundException", "We can't find a handshake with that id.")

    def _page(self, name: str, items: Sequence[Any]) -> str:
        """A list of several pages begins with an empty one, as AWS's may at any place."""
        size, token = self._get_int_param("MaxResults") or _MOST, self._get_param("NextToken")
        if not 1 <= size <= _MOST:
            raise InvalidInputException(f"You specified a value for MaxResults that is not between 1 and {_MOST}.")
        if token is None and len(items) > size:
            return json.dumps({name: [], "NextToken": "0"})
        begin = int(token or 0)
        rest = {"NextToken": str(begin + size)} if len(items) > begin + size else {}
        return json.dumps({name: items[begin : begin + size], **rest})


def _is_root(unit: Any) -> bool:
    return isinstance(unit, FakeRoot)
