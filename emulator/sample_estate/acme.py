"""Acme, the sample organisation: an AWS account as real ones are, made through the API as its people would have.

What is made depends on nothing but the data in `data/`: ids and dates are the same on every machine. Acme's clock stood
at 18:00 on 24 November 2026 when it was written down.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen
from zlib import crc32

from emulator import clock
from emulator.iam.totp import codes_at
from emulator.process import Emulator
from emulator.sample_estate.cognito import make_cognito
from emulator.sample_estate.data import (
    account,
    console,
    credentials,
    groups,
    more_policies,
    people,
    policies,
    roles,
    service_users,
)
from emulator.sample_estate.data.kinds import Key, Policy, Role, User
from emulator.sample_estate.history import write_history
from emulator.sample_estate.identity_center import set_up_identity_center
from emulator.sample_estate.organization import found_organization
from emulator.sample_estate.resources import make_resources
from emulator.wellknown import ACCOUNT_ID

__all__ = ["ACCOUNT_ID", "EXTERNAL_ID", "READ_ROLE_ARN", "WRITE_ROLE_ARN", "seed"]

EXTERNAL_ID = console.EXTERNAL_ID
READ_ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/{console.READ_ROLE}"
WRITE_ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/{console.WRITE_ROLE}"

ALIAS = "acme-production"
_FOUNDED = "2019-03-04 10:00"
_PASSWORD = "Correct-Horse-7-Battery"  # noqa: S105 (of people who don't exist)
_SERIALS: dict[str, Callable[[str], str]] = {
    "app": lambda user: f"arn:aws:iam::{ACCOUNT_ID}:mfa/{user}",
    "passkey": lambda user: f"arn:aws:iam::{ACCOUNT_ID}:u2f/user/{user}/laptop",
    "hardware": lambda user: f"GAHT{crc32(user.encode()) % 10**8:08}",
}
_POLICIES = (
    policies.REPORTS
    + policies.PLATFORM
    + policies.DELIVERY
    + more_policies.SERVICES
    + more_policies.TEAMS
    + console.CONSOLE_POLICIES
)
_OWN_POLICIES = {f"{policy.path}{policy.name}"[1:] for policy in _POLICIES}
_USERS = people.ENGINEERS + people.OFFICE + service_users.SERVICE_USERS
_ROLES = (
    account.SSO_ROLES
    + roles.FUNCTIONS
    + roles.MACHINES
    + roles.DELIVERY
    + roles.PEOPLE
    + roles.VENDORS
    + console.CONSOLE_ROLES
)


def seed(endpoint_url: str) -> None:
    """Makes Acme in the emulator at that address; does nothing where it was made before.

    The account alias comes last. Where it is missing, a seeding was cut off, and what it left is emptied first.
    """
    organisation = _Organisation(Emulator(endpoint_url))
    if not organisation.is_made():
        organisation.make()


class _Organisation:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._now = _FOUNDED
        self._iam = emulator.own_client("iam")
        self._iam.meta.events.register("before-send.iam", self._date)

    def is_made(self) -> bool:
        aliases = self._iam.list_account_aliases()["AccountAliases"]
        return bool(aliases) or any(
            role["RoleName"] == console.WRITE_ROLE for role in self._iam.list_roles(MaxItems=1000)["Roles"]
        )

    def make(self) -> None:
        self._emulator.reset()
        for policy in _POLICIES:
            self._make_policy(policy)
        for group in groups.GROUPS:
            self._at(group.created).create_group(GroupName=group.name, Path=group.path)
            self._give("group", group.name, group.attached, group.inline)
        for user in _USERS:
            self._make_user(user)
        self._make_providers()
        for role in _ROLES:
            self._make_role(role)
        self._at(roles.LEAVER_DELETED).delete_user(UserName=roles.LEAVER)
        self._emulator.describe_root(**credentials.ROOT)
        self._make_settings()
        self._answer_a_provider()
        make_cognito(self._emulator, self._make_role)
        make_resources(self._emulator)
        found_organization(self._emulator)
        set_up_identity_center(self._emulator, _USERS)
        write_history(self._emulator)
        self._at(_FOUNDED).create_account_alias(AccountAlias=ALIAS)

    def _at(self, date: str) -> Any:
        """The client, for a call that was made at that time."""
        self._now = date
        return self._iam

    def _date(self, request: Any, **_: Any) -> None:
        request.headers[clock.DATE_HEADER] = _iso(self._now)

    def _make_policy(self, policy: Policy) -> None:
        first, *later = policy.versions
        made = self._at(first.created).create_policy(
            PolicyName=policy.name,
            Path=policy.path,
            Description=policy.description,
            PolicyDocument=first.document,
            Tags=_tags(policy.tags),
        )
        for version in later:
            self._at(version.created).create_policy_version(
                PolicyArn=made["Policy"]["Arn"], PolicyDocument=version.document, SetAsDefault=True
            )

    def _make_user(self, user: User) -> None:
        name = {"Name": user.full_name} if user.full_name else {}
        boundary = {"PermissionsBoundary": _policy_arn(user.boundary)} if user.boundary else {}
        self._at(user.created).create_user(UserName=user.name, Path=user.path, Tags=_tags(name | user.tags), **boundary)
        for group in user.groups:
            self._iam.add_user_to_group(GroupName=group, UserName=user.name)
        self._give("user", user.name, user.attached, user.inline)
        if user.console_since is not None:
            self._at(user.console_since).create_login_profile(
                UserName=user.name, Password=_PASSWORD, PasswordResetRequired=user.reset_required
            )
        if user.signed_in is not None:
            self._activity("user", user.name, user.signed_in)
        for factor in filter(None, (user.mfa, user.second_mfa)):
            self._add_mfa(user, factor)
        for key in user.keys:
            self._add_key(user, key)
        self._add_more(user)

    def _add_mfa(self, user: User, factor: str) -> None:
        since = user.console_since or user.created
        serial, codes = _SERIALS[factor](user.name), ("123456", "654321")
        if factor == "app":
            made = self._at(since).create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
            codes = codes_at(made["Base32StringSeed"].decode(), datetime.fromisoformat(_iso(since)))
        self._at(since).enable_mfa_device(
            UserName=user.name, SerialNumber=serial, AuthenticationCode1=codes[0], AuthenticationCode2=codes[1]
        )

    def _add_more(self, user: User) -> None:
        for certificate in user.certificates:
            self._at(certificate.created).upload_signing_certificate(
                UserName=user.name, CertificateBody=certificate.text
            )
        for key in user.ssh_keys:
            self._at(key.created).upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=key.text)
        for credential in user.service_credentials:
            expiry = {"CredentialAgeDays": credential.days} if credential.days else {}
            self._at(credential.created).create_service_specific_credential(
                UserName=user.name, ServiceName=credential.service, **expiry
            )

    def _add_key(self, user: User, key: Key) -> None:
        made = self._at(key.created).create_access_key(UserName=user.name)["AccessKey"]
        if key.last_used is not None:
            self._activity("key", made["AccessKeyId"], key.last_used, service=key.service, region=key.region)
        if not key.active:
            self._iam.update_access_key(UserName=user.name, AccessKeyId=made["AccessKeyId"], Status="Inactive")

    def _make_providers(self) -> None:
        self._at("2024-03-18 09:50").create_open_id_connect_provider(
            Url=roles.GITHUB_PROVIDER,
            ClientIDList=["sts.amazonaws.com"],
            ThumbprintList=["6938fd4d98bab03faadb97b3" + "0" * 16],
        )
        self._at(account.SSO_CREATED).create_saml_provider(
            Name=account.SSO, SAMLMetadataDocument=account.SSO_METADATA, Tags=_tags(account.SSO_TAGS)
        )
        self._at(roles.LEAVER_CREATED).create_user(UserName=roles.LEAVER)
        for service in roles.SERVICE_LINKED:
            self._at(roles.SERVICE_LINKED_CREATED).create_service_linked_role(AWSServiceName=service)

    def _make_settings(self) -> None:
        for certificate in account.SERVER_CERTIFICATES:
            self._at(certificate.created).upload_server_certificate(
                ServerCertificateName=certificate.name, CertificateBody=certificate.text, PrivateKey="(nobody has it)"
            )
        self._at(_FOUNDED).update_account_password_policy(**account.PASSWORD_POLICY)
        for used in account.USED:
            actions = [action.split(":") for action in used.actions.split()]
            for service, at in used.services.items():
                tried = " ".join(name for of, name in actions if of == service)
                self._activity(used.kind, used.name, at, service=service, region="eu-west-1", actions=tried)

    def _answer_a_provider(self) -> None:
        made = self._at(account.DELEGATION_ASKED).create_delegation_request(**account.DELEGATION_REQUEST)
        about = {"DelegationRequestId": made["DelegationRequestId"]}
        self._iam.associate_delegation_request(**about)
        self._at(account.DELEGATION_ANSWERED).reject_delegation_request(**about, Notes=account.DELEGATION_REJECTED)

    def _make_role(self, role: Role) -> None:
        boundary = {"PermissionsBoundary": _policy_arn(role.boundary)} if role.boundary else {}
        self._at(role.created).create_role(
            RoleName=role.name,
            Path=role.path,
            AssumeRolePolicyDocument=role.trust,
            Description=role.description,
            MaxSessionDuration=role.longest_session_s,
            Tags=_tags(role.tags),
            **boundary,
        )
        self._give("role", role.name, role.attached, role.inline)
        if role.instance_profile:
            self._iam.create_instance_profile(InstanceProfileName=role.name)
            self._iam.add_role_to_instance_profile(InstanceProfileName=role.name, RoleName=role.name)
        if role.last_used is not None:
            self._activity("role", role.name, role.last_used, region="eu-west-1")

    def _give(self, kind: str, name: str, attached: tuple[str, ...], inline: dict[str, str]) -> None:
        """Attached and inline policies of a user, group or role."""
        owner = {f"{kind.capitalize()}Name": name}
        for policy in attached:
            getattr(self._iam, f"attach_{kind}_policy")(PolicyArn=_policy_arn(policy), **owner)
        for policy, document in inline.items():
            getattr(self._iam, f"put_{kind}_policy")(PolicyName=policy, PolicyDocument=document, **owner)

    def _activity(self, kind: str, name: str, at: str, **more: str) -> None:
        body = json.dumps({"kind": kind, "name": name, "at": _iso(at)} | more)
        request = Request(f"{self._emulator.url}/_emulator/activity", data=body.encode())  # noqa: S310 (our emulator)
        urlopen(request, timeout=10).close()  # noqa: S310


def _policy_arn(policy: str) -> str:
    """Acme's own policy of that path and name, else AWS's."""
    owner = ACCOUNT_ID if policy in _OWN_POLICIES else "aws"
    return f"arn:aws:iam::{owner}:policy/{policy}"


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _iso(date: str) -> str:
    return datetime.fromisoformat(date).replace(tzinfo=UTC).isoformat()
