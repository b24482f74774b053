"""Acme's organization, founded around its AWS account through the API as its people would have done it."""

from __future__ import annotations

from typing import Any

from emulator.dated import DatedClient
from emulator.organizations.things import ACCESS_ROLE, IAM
from emulator.process import Emulator
from emulator.sample_estate.data.organization import (
    ACCOUNTS,
    CREATED,
    DELEGATED_AT,
    DELEGATED_TO,
    MANAGEMENT_ID,
    POLICIES,
    ROOT,
    ROOT_ACCESS_SINCE,
    UNITS,
    Account,
)
from emulator.wellknown import ACCOUNT_ID


def found_organization(emulator: Emulator) -> None:
    manager = inside(emulator, MANAGEMENT_ID)
    organizations = DatedClient(emulator.client("organizations", **manager))
    units = _make_units(organizations.at(CREATED))
    for one in ACCOUNTS:
        client = organizations.at(one.joined)
        account_id = _join(emulator, client, one)
        emulator.client("account", **manager).put_account_name(AccountId=account_id, AccountName=one.name)
        if one.unit != ROOT:
            client.move_account(AccountId=account_id, SourceParentId=units[ROOT], DestinationParentId=units[one.unit])
    for policy in POLICIES:
        client = organizations.at(policy.created)
        made = client.create_policy(
            Name=policy.name, Type=policy.type, Description=policy.description, Content=policy.document
        )
        client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=units[policy.attached_to])
    organizations.at(DELEGATED_AT).register_delegated_administrator(AccountId=ACCOUNT_ID, ServicePrincipal=DELEGATED_TO)
    _centralise_root_access(organizations.at(ROOT_ACCESS_SINCE), emulator.client("iam", **manager))


def _centralise_root_access(organizations: Any, iam: Any) -> None:
    """Root credentials only: privileged root actions are left off."""
    organizations.enable_aws_service_access(ServicePrincipal=IAM)
    organizations.register_delegated_administrator(AccountId=ACCOUNT_ID, ServicePrincipal=IAM)
    iam.enable_organizations_root_credentials_management()


def _make_units(organizations: Any) -> dict[str, str]:
    """Their ids by name, with the root's."""
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    for policy_type in sorted({policy.type for policy in POLICIES}):
        organizations.enable_policy_type(RootId=root, PolicyType=policy_type)
    units = {ROOT: root}
    for name in UNITS:
        made = organizations.create_organizational_unit(ParentId=root, Name=name)
        units[name] = made["OrganizationalUnit"]["Id"]
    return units


def _join(emulator: Emulator, organizations: Any, one: Account) -> str:
    """The id of the account, once it is in."""
    if one.account_id == MANAGEMENT_ID:
        return MANAGEMENT_ID
    if not one.account_id:
        email = f"aws+{one.name.lower().replace(' ', '-')}@acme.example"
        made = organizations.create_account(AccountName=one.name, Email=email)
        return str(made["CreateAccountStatus"]["AccountId"])
    target = {"Id": one.account_id, "Type": "ACCOUNT"}
    invited = organizations.invite_account_to_organization(Target=target)["Handshake"]["Id"]
    DatedClient(emulator.client("organizations")).at(one.joined).accept_handshake(HandshakeId=invited)
    return one.account_id


def inside(emulator: Emulator, account_id: str) -> dict[str, str]:
    role = f"arn:aws:iam::{account_id}:role/{ACCESS_ROLE}"
    entered = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="founder")["Credentials"]
    return {
        "aws_access_key_id": entered["AccessKeyId"],
        "aws_secret_access_key": entered["SecretAccessKey"],
        "aws_session_token": entered["SessionToken"],
    }
