"""Users, groups, roles and policies of one of Acme's AWS accounts, made through the API as its people would have."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen
from zlib import crc32

from emulator.dated import DatedClient
from emulator.iam.totp import codes_at
from emulator.process import Emulator
from emulator.sample_estate.data.kinds import Contents, Key, Policy, Role, User

_PASSWORD = "Correct-Horse-7-Battery"  # noqa: S105 (of people who don't exist)
_SERIALS: dict[str, Callable[[str, str], str]] = {
    "app": lambda account_id, user: f"arn:aws:iam::{account_id}:mfa/{user}",
    "passkey": lambda account_id, user: f"arn:aws:iam::{account_id}:u2f/user/{user}/laptop",
    "hardware": lambda account_id, user: f"GAHT{crc32(user.encode()) % 10**8:08}",
}


class AccountIam:
    """`credentials` get a client into that AWS account; `policies` are its own, which attachments may name."""

    def __init__(
        self, emulator: Emulator, account_id: str, credentials: Mapping[str, str], policies: tuple[Policy, ...]
    ) -> None:
        self._emulator, self._account_id = emulator, account_id
        self._own_policies = {f"{policy.path}{policy.name}"[1:] for policy in policies}
        self._iam = emulator.own_client("iam", **credentials)
        self._dated = DatedClient(self._iam)

    def make(self, contents: Contents) -> None:
        for policy in contents.policies:
            self._make_policy(policy)
        for group in contents.groups:
            self.at(group.created).create_group(GroupName=group.name, Path=group.path)
            self._give("group", group.name, group.attached, group.inline)
        for user in contents.users:
            self._make_user(user)
        for role in contents.roles:
            self.make_role(role)

    def at(self, date: str) -> Any:
        """The client, for a call that was made at that time."""
        return self._dated.at(date)

    def _make_policy(self, policy: Policy) -> None:
        first, *later = policy.versions
        made = self.at(first.created).create_policy(
            PolicyName=policy.name,
            Path=policy.path,
            Description=policy.description,
            PolicyDocument=first.document,
            Tags=tags_of(policy.tags),
        )
        for version in later:
            self.at(version.created).create_policy_version(
                PolicyArn=made["Policy"]["Arn"], PolicyDocument=version.document, SetAsDefault=True
            )

    def _make_user(self, user: User) -> None:
        name = {"Name": user.full_name} if user.full_name else {}
        boundary = {"PermissionsBoundary": self._policy_arn(user.boundary)} if user.boundary else {}
        self.at(user.created).create_user(
            UserName=user.name, Path=user.path, Tags=tags_of(name | user.tags), **boundary
        )
        for group in user.groups:
            self._iam.add_user_to_group(GroupName=group, UserName=user.name)
        self._give("user", user.name, user.attached, user.inline)
        if user.console_since is not None:
            self.at(user.console_since).create_login_profile(
                UserName=user.name, Password=_PASSWORD, PasswordResetRequired=user.reset_required
            )
        if user.signed_in is not None:
            self.note_activity("user", user.name, user.signed_in)
        for factor in filter(None, (user.mfa, user.second_mfa)):
            self._add_mfa(user, factor)
        for key in user.keys:
            self._add_key(user, key)
        self._add_more(user)

    def _add_mfa(self, user: User, factor: str) -> None:
        since = user.console_since or user.created
        serial, codes = _SERIALS[factor](self._account_id, user.name), ("123456", "654321")
        if factor == "app":
            made = self.at(since).create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
            codes = codes_at(made["Base32StringSeed"].decode(), datetime.fromisoformat(_iso(since)))
        self.at(since).enable_mfa_device(
            UserName=user.name, SerialNumber=serial, AuthenticationCode1=codes[0], AuthenticationCode2=codes[1]
        )

    def _add_more(self, user: User) -> None:
        for certificate in user.certificates:
            self.at(certificate.created).upload_signing_certificate(
                UserName=user.name, CertificateBody=certificate.text
            )
        for key in user.ssh_keys:
            self.at(key.created).upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=key.text)
        for credential in user.service_credentials:
            expiry = {"CredentialAgeDays": credential.days} if credential.days else {}
            self.at(credential.created).create_service_specific_credential(
                UserName=user.name, ServiceName=credential.service, **expiry
            )

    def _add_key(self, user: User, key: Key) -> None:
        made = self.at(key.created).create_access_key(UserName=user.name)["AccessKey"]
        if key.last_used is not None:
            self.note_activity("key", made["AccessKeyId"], key.last_used, service=key.service, region=key.region)
        if not key.active:
            self._iam.update_access_key(UserName=user.name, AccessKeyId=made["AccessKeyId"], Status="Inactive")

    def make_role(self, role: Role) -> None:
        boundary = {"PermissionsBoundary": self._policy_arn(role.boundary)} if role.boundary else {}
        self.at(role.created).create_role(
            RoleName=role.name,
            Path=role.path,
            AssumeRolePolicyDocument=role.trust,
            Description=role.description,
            MaxSessionDuration=role.longest_session_s,
            Tags=tags_of(role.tags),
            **boundary,
        )
        self._give("role", role.name, role.attached, role.inline)
        if role.instance_profile:
            self._iam.create_instance_profile(InstanceProfileName=role.name)
            self._iam.add_role_to_instance_profile(InstanceProfileName=role.name, RoleName=role.name)
        if role.last_used is not None:
            self.note_activity("role", role.name, role.last_used, region="eu-west-1")

    def _give(self, kind: str, name: str, attached: tuple[str, ...], inline: dict[str, str]) -> None:
        """Attached and inline policies of a user, group or role."""
        owner = {f"{kind.capitalize()}Name": name}
        for policy in attached:
            getattr(self._iam, f"attach_{kind}_policy")(PolicyArn=self._policy_arn(policy), **owner)
        for policy, document in inline.items():
            getattr(self._iam, f"put_{kind}_policy")(PolicyName=policy, PolicyDocument=document, **owner)

    def note_activity(self, kind: str, name: str, at: str, **more: str) -> None:
        body = json.dumps({"kind": kind, "name": name, "at": _iso(at), "account_id": self._account_id} | more)
        request = Request(f"{self._emulator.url}/_emulator/activity", data=body.encode())  # noqa: S310 (our emulator)
        urlopen(request, timeout=10).close()  # noqa: S310

    def _policy_arn(self, policy: str) -> str:
        """The AWS account's own policy of that path and name, else AWS's."""
        owner = self._account_id if policy in self._own_policies else "aws"
        return f"arn:aws:iam::{owner}:policy/{policy}"


def tags_of(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _iso(date: str) -> str:
    return datetime.fromisoformat(date).replace(tzinfo=UTC).isoformat()
