"""Acme's organization, founded around its AWS account through the API as its people would have done it."""

from __future__ import annotations

from typing import Any

from emulator.dated import DatedClient
from emulator.organizations.things import ACCESS_ROLE, IAM
from emulator.process import Emulator
from emulator.sample_estate.data.account_ids import MANAGEMENT_ID
from emulator.sample_estate.data.organization import (
    ACCOUNTS,
    CREATED,
    DELEGATED_AT,
    DELEGATED_TO,
    POLICIES,
    ROOT,
    ROOT_ACCESS_SINCE,
    UNITS,
    Account,
)
from emulator.wellknown import ACCOUNT_ID

Credentials = dict[str, str]


def found_organization(emulator: Emulator) -> dict[str, Credentials]:
    """Returns what gets a client into each of its AWS accounts."""
    manager = _inside(emulator, MANAGEMENT_ID, {})
    organizations = DatedClient(emulator.own_client("organizations", **manager))
    units = _make_units(organizations.at(CREATED))
    names = emulator.client("account", **manager)
    for one in ACCOUNTS:
        client = organizations.at(one.joined)
        _join(emulator, client, one)
        names.put_account_name(AccountId=one.account_id, AccountName=one.name)
        if one.unit != ROOT:
            place = {"SourceParentId": units[ROOT], "DestinationParentId": units[one.unit]}
            client.move_account(AccountId=one.account_id, **place)
    for policy in POLICIES:
        client = organizations.at(policy.created)
        made = client.create_policy(
            Name=policy.name, Type=policy.type, Description=policy.description, Content=policy.document
        )
        client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=units[policy.attached_to])
    organizations.at(DELEGATED_AT).register_delegated_administrator(AccountId=ACCOUNT_ID, ServicePrincipal=DELEGATED_TO)
    _centralise_root_access(organizations.at(ROOT_ACCESS_SINCE), emulator.client("iam", **manager))
    made_there = [one.account_id for one in ACCOUNTS if one.account_id not in (MANAGEMENT_ID, ACCOUNT_ID)]
    return {ACCOUNT_ID: {}, MANAGEMENT_ID: manager, **{one: _inside(emulator, one, manager) for one in made_there}}


def close_way_in(emulator: Emulator, manager: Credentials) -> None:
    """The emulator's own way into the management account, which no real one has: from there nobody needs it."""
    iam = emulator.client("iam", **manager)
    iam.detach_role_policy(RoleName=ACCESS_ROLE, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.delete_role(RoleName=ACCESS_ROLE)


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


def _join(emulator: Emulator, organizations: Any, one: Account) -> None:
    """Raises RuntimeError where the organization makes it under another id than the data has."""
    if one.account_id == MANAGEMENT_ID:
        return
    if one.invited:
        target = {"Id": one.account_id, "Type": "ACCOUNT"}
        invited = organizations.invite_account_to_organization(Target=target)["Handshake"]["Id"]
        DatedClient(emulator.own_client("organizations")).at(one.joined).accept_handshake(HandshakeId=invited)
        return
    email = f"aws+{one.name.lower().replace(' ', '-')}@acme.example"
    made = organizations.create_account(AccountName=one.name, Email=email)["CreateAccountStatus"]["AccountId"]
    if made != one.account_id:
        raise RuntimeError(f"{one.name} is {made}, and {one.account_id} in data/account_ids.py.")


def _inside(emulator: Emulator, account_id: str, caller: Credentials) -> Credentials:
    role = f"arn:aws:iam::{account_id}:role/{ACCESS_ROLE}"
    entered = emulator.client("sts", **caller).assume_role(RoleArn=role, RoleSessionName="founder")["Credentials"]
    return {
        "aws_access_key_id": entered["AccessKeyId"],
        "aws_secret_access_key": entered["SecretAccessKey"],
        "aws_session_token": entered["SessionToken"],
    }
