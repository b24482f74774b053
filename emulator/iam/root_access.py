"""Centralised root access: what an organization lets its management account do to the root users of its members.

The features are the organization's, and IAM is asked for them: by the management account, or by its delegated
administrator for IAM, who may switch them off and not on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import IAMException

from emulator.organizations.members import organization_over
from emulator.organizations.things import IAM

_CREDENTIALS, _SESSIONS = "RootCredentialsManagement", "RootSessions"


class RootAccessResponses:
    current_account: str
    partition: str
    _get_action: Callable[[], str]

    def list_organizations_features(self) -> ActionResult:
        return _features(self._asked())

    def enable_organizations_root_credentials_management(self) -> ActionResult:
        return self._switch(_CREDENTIALS, on=True)

    def disable_organizations_root_credentials_management(self) -> ActionResult:
        return self._switch(_CREDENTIALS, on=False)

    def enable_organizations_root_sessions(self) -> ActionResult:
        return self._switch(_SESSIONS, on=True)

    def disable_organizations_root_sessions(self) -> ActionResult:
        return self._switch(_SESSIONS, on=False)

    def _switch(self, feature: str, *, on: bool) -> ActionResult:
        organization = self._asked()
        if on and organization.master_account_id != self.current_account:
            raise IAMException(
                "CallerIsNotManagementAccountException",
                "The account making the request is not the management account for the organization.",
            )
        organization.root_features = (organization.root_features - {feature}) | ({feature} if on else set())
        return _features(organization)

    def _asked(self) -> Any:
        """The organization. Raises what AWS answers to those who have none, or may not ask ("ListOrganizationsFeatures"
        in the IAM API Reference)."""
        backend = organization_over(self.current_account, self.partition)
        if backend is None:
            raise IAMException("OrganizationNotFoundException", "The organization does not exist.")
        delegates = {admin.account.id for admin in backend.admins if IAM in admin.services}
        if self.current_account not in {backend.account_id, *delegates}:
            raise IAMException(
                "AccountNotManagementOrDelegatedAdministratorException",
                "The account making the request is not the management account or delegated administrator account.",
            )
        if backend.org.feature_set != "ALL":
            raise IAMException(
                "OrganizationNotInAllFeaturesModeException", "The organization does not have all features enabled."
            )
        if all(service["ServicePrincipal"] != IAM for service in backend.services):
            raise IAMException(
                "ServiceAccessNotEnabledException", "Trusted access is not enabled for IAM in Organizations."
            )
        return backend.org


def _features(organization: Any) -> ActionResult:
    return ActionResult({"OrganizationId": organization.id, "EnabledFeatures": sorted(organization.root_features)})
