"""Acme's Identity Center, set up through the API as those who administer it would have done it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from emulator.dated import DatedClient
from emulator.process import Emulator
from emulator.sample_estate.data import identity_center as data
from emulator.sample_estate.data.account_ids import MANAGEMENT_ID
from emulator.sample_estate.data.kinds import User
from emulator.wellknown import ACCOUNT_ID

_AWS_POLICY = "arn:aws:iam::aws:policy"


def set_up_identity_center(emulator: Emulator, manager: Mapping[str, str], users: Iterable[User]) -> None:
    """`manager`: credentials of the management account; `users`: those of IAM, of whom who has a full name is a person
    here, too."""
    _IdentityCenter(emulator, manager).set_up([user for user in users if user.full_name])


class _IdentityCenter:
    def __init__(self, emulator: Emulator, manager: Mapping[str, str]) -> None:
        self._emulator = emulator
        self._organizations = DatedClient(emulator.own_client("organizations", **manager))
        self._sso = DatedClient(emulator.own_client("sso-admin", region_name=data.REGION, **manager))
        self._access_manager = DatedClient(emulator.own_client("account-access", region_name=data.REGION, **manager))
        self._store = DatedClient(emulator.own_client("identitystore", region_name=data.REGION, **manager))

    def set_up(self, people: list[User]) -> None:
        at = datetime.fromisoformat(data.ENABLED).replace(tzinfo=UTC).isoformat()
        enabled = {"account_id": MANAGEMENT_ID, "region": data.REGION, "name": "acme"}
        made = self._emulator.identity_center(enable=enabled, at=at)
        self._instance, self._in_store = made["instance_arn"], {"IdentityStoreId": made["identity_store_id"]}
        self._organizations.at(data.DELEGATED_AT).register_delegated_administrator(
            AccountId=ACCOUNT_ID, ServicePrincipal="sso.amazonaws.com"
        )
        ids = {person.name: self._make_person(person) for person in people}
        self._note(ids)
        ids |= {
            name: self._make_group(name, [ids[member] for member in members]) for name, members in data.GROUPS.items()
        }
        sets = {one.name: self._make_set(one) for one in data.SETS}
        self._assign(sets, ids)
        self._sso.at(data.EDITED_AT).put_inline_policy_to_permission_set(
            InstanceArn=self._instance, PermissionSetArn=sets[data.EDITED], InlinePolicy=data.EDITED_INLINE
        )
        self._entitle(ids[data.ENTITLED])

    def _entitle(self, group_id: str) -> None:
        """A role in Acme's own AWS account that a group takes on by the account access manager."""
        manager, at = self._access_manager, data.ENTITLED_AT
        source = {"identityCenter": {"instanceArn": self._instance}}
        application = manager.at(at).create_application(identitySource=source)["applicationArn"]
        iam = DatedClient(self._emulator.own_client("iam"))
        trust = data.entitled_trust(application)
        role = iam.at(at).create_role(
            RoleName=data.ENTITLED_ROLE, AssumeRolePolicyDocument=trust, Description="Reports of past incidents"
        )["Role"]
        iam.at(at).put_role_policy(
            RoleName=data.ENTITLED_ROLE, PolicyName="incident-reports", PolicyDocument=data.ENTITLED_POLICY
        )
        principal = {"identityCenter": {"groupId": group_id}}
        to_role = {"principalRole": {"principal": principal, "roleArn": role["Arn"]}}
        manager.at(at).create_entitlement(applicationArn=application, entitlement=to_role)

    def _make_person(self, person: User) -> str:
        given, _, family = person.full_name.partition(" ")
        address = f"{person.name}@{data.DOMAIN}"
        made = self._store.at(max(person.created, data.PEOPLE_CAME)).create_user(
            **self._in_store,
            UserName=address,
            DisplayName=person.full_name,
            Name={"GivenName": given, "FamilyName": family or given},
            Emails=[{"Value": address, "Type": "work", "Primary": True}],
        )
        return str(made["UserId"])

    def _note(self, ids: dict[str, str]) -> None:
        """All come from the company's directory; some were disabled there."""
        people = [
            {
                "user_id": user_id,
                "issuer": data.DIRECTORY,
                "external_id": user_id,
                "status": "DISABLED" if name in data.DISABLED else "ENABLED",
            }
            for name, user_id in ids.items()
        ]
        self._emulator.identity_center(people=people, at="2026-11-02T08:00:00+00:00")

    def _make_group(self, name: str, members: list[str]) -> str:
        store = self._store.at(data.PEOPLE_CAME)
        group = {"GroupId": store.create_group(**self._in_store, DisplayName=name)["GroupId"]}
        for user_id in members:
            store.create_group_membership(**self._in_store, **group, MemberId={"UserId": user_id})
        return str(group["GroupId"])

    def _make_set(self, one: data.PermissionSet) -> str:
        sso = self._sso.at(one.created)
        made = sso.create_permission_set(
            InstanceArn=self._instance,
            Name=one.name,
            Description=one.description,
            SessionDuration=one.session,
            Tags=[{"Key": key, "Value": value} for key, value in one.tags.items()],
        )
        about = {"InstanceArn": self._instance, "PermissionSetArn": made["PermissionSet"]["PermissionSetArn"]}
        for name in one.managed:
            sso.attach_managed_policy_to_permission_set(**about, ManagedPolicyArn=f"{_AWS_POLICY}/{name}")
        for name in one.customer:
            sso.attach_customer_managed_policy_reference_to_permission_set(
                **about, CustomerManagedPolicyReference={"Name": name}
            )
        if one.inline:
            sso.put_inline_policy_to_permission_set(**about, InlinePolicy=one.inline)
        return str(about["PermissionSetArn"])

    def _assign(self, sets: dict[str, str], ids: dict[str, str]) -> None:
        """AWS does each by itself: by the next call it is done."""
        for one in data.ASSIGNMENTS:
            for account in one.accounts:
                self._sso.at(one.at).create_account_assignment(
                    InstanceArn=self._instance,
                    PermissionSetArn=sets[one.permission_set],
                    TargetId=account,
                    TargetType="AWS_ACCOUNT",
                    PrincipalType=one.kind,
                    PrincipalId=ids[one.to],
                )
