"""Centralised root access, as the emulator plays it: whom AWS tells of it, and whom it lets switch it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator.process import Emulator, start_emulator
from tests.emulator.conftest import Refused
from tests.services.organizations import MANAGEMENT_ID, MadeOrganization, inside


@pytest.fixture
def organization(emulator: Emulator) -> MadeOrganization:
    """Managed by another AWS account than that of the tests, which is a member."""
    made = MadeOrganization(emulator, MANAGEMENT_ID)
    made.invite()
    return made


@pytest.fixture
def manager(emulator: Emulator, organization: MadeOrganization) -> Any:
    return emulator.client("iam", **inside(emulator, MANAGEMENT_ID))


def test_each_feature_is_switched_by_itself(manager: Any, organization: MadeOrganization) -> None:
    organization.trust_iam()
    assert manager.list_organizations_features()["EnabledFeatures"] == []
    for _ in range(2):
        manager.enable_organizations_root_credentials_management()
    answer = manager.enable_organizations_root_sessions()
    assert answer["OrganizationId"] == organization.id
    assert answer["EnabledFeatures"] == ["RootCredentialsManagement", "RootSessions"]
    for _ in range(2):
        manager.disable_organizations_root_credentials_management()
    assert manager.list_organizations_features()["EnabledFeatures"] == ["RootSessions"]
    assert manager.disable_organizations_root_sessions()["EnabledFeatures"] == []


def test_iam_must_be_trusted_first(manager: Any, refused: Refused) -> None:
    refused("ServiceAccessNotEnabledException", manager.list_organizations_features)
    refused("ServiceAccessNotEnabledException", manager.enable_organizations_root_sessions)


def test_consolidated_billing_is_not_enough(emulator: Emulator, refused: Refused) -> None:
    emulator.client("organizations").create_organization(FeatureSet="CONSOLIDATED_BILLING")
    refused("OrganizationNotInAllFeaturesModeException", emulator.client("iam").list_organizations_features)


def test_a_stand_alone_account_has_none(iam: Any, refused: Refused) -> None:
    refused("OrganizationNotFoundException", iam.list_organizations_features)


def test_a_member_is_not_told(iam: Any, organization: MadeOrganization, refused: Refused) -> None:
    organization.trust_iam()
    organization.delegate()  # for another service than IAM
    code = "AccountNotManagementOrDelegatedAdministratorException"
    refused(code, iam.list_organizations_features)
    refused(code, iam.disable_organizations_root_sessions)


def test_a_delegate_for_iam_switches_off_only(iam: Any, organization: MadeOrganization, refused: Refused) -> None:
    organization.trust_iam()
    organization.delegate_iam()
    assert iam.list_organizations_features()["EnabledFeatures"] == []
    refused("CallerIsNotManagementAccountException", iam.enable_organizations_root_sessions)
    assert iam.disable_organizations_root_sessions()["EnabledFeatures"] == []


def test_it_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "aws"
    with start_emulator(state=state) as emulator:
        MadeOrganization(emulator).trust_iam()
        emulator.client("iam").enable_organizations_root_sessions()
    with start_emulator(state=state) as emulator:
        assert emulator.client("iam").list_organizations_features()["EnabledFeatures"] == ["RootSessions"]
