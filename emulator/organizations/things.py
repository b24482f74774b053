"""What an organization is made of, with ids drawn from names and dates instead of at random."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import iam_backends
from moto.organizations.models import (
    FakeAccount,
    FakeDelegatedAdministrator,
    FakeOrganization,
    FakeOrganizationalUnit,
    FakePolicy,
    FakeRoot,
    FakeServiceAccess,
)
from moto.utilities.utils import get_partition

from emulator import clock
from emulator.ids import digest, word

# The role that Organizations makes in each account that it creates, for the management account to get in.
ACCESS_ROLE = "OrganizationAccountAccessRole"
IAM = "iam.amazonaws.com"  # which moto doesn't count among the services that an organization may trust
SSO = "sso.amazonaws.com"  # nor this among those that may have a delegate


class Organization(FakeOrganization):  # type: ignore[misc]
    def __init__(self, account_id: str, region_name: str, feature_set: str) -> None:
        super().__init__(account_id, region_name, feature_set)
        self.id = f"o-{word(10, account_id)}"
        self.root_id = f"r-{word(4, account_id, 'root')}"
        self.handshakes: dict[str, str] = {}  # invited AWS accounts by the id of the handshake
        self.root_features: set[str] = set()  # of centralised root access, by AWS's names


class ServiceAccess(FakeServiceAccess):  # type: ignore[misc]
    TRUSTED_SERVICES = (*FakeServiceAccess.TRUSTED_SERVICES, IAM)


class Administrator(FakeDelegatedAdministrator):  # type: ignore[misc]
    SUPPORTED_SERVICES = (*FakeDelegatedAdministrator.SUPPORTED_SERVICES, IAM, SSO)


class Unit(FakeOrganizationalUnit):  # type: ignore[misc]
    def __init__(self, organization: Organization, **asked: Any) -> None:
        super().__init__(organization, **asked)
        root = organization.root_id.removeprefix("r-")
        self.id = f"ou-{root}-{word(8, organization.id, self.parent_id, self.name, clock.utcnow())}"


class Root(FakeRoot):  # type: ignore[misc]
    def __init__(self, organization: Organization, **asked: Any) -> None:
        super().__init__(organization, **asked)
        self.id = organization.root_id


class Policy(FakePolicy):  # type: ignore[misc]
    def __init__(self, organization: Organization, **asked: Any) -> None:
        super().__init__(organization, **asked)
        self.id = f"p-{word(8, organization.id, self.type, self.name, clock.utcnow())}"

    @property
    def arn(self) -> str:
        """Service Authorization Reference, "AWS Organizations": AWS's own belong to no organization."""
        if not self.aws_managed:
            return str(super().arn)
        return f"arn:{get_partition(self.region)}:organizations::aws:policy/{self.type.lower()}/{self.id}"


class Account(FakeAccount):  # type: ignore[misc]
    """moto's own makes an IAM role under an id that it has drawn before anybody could say another."""

    def __init__(self, organization: Organization, **asked: Any) -> None:
        self.type = "ACCOUNT"
        self.region = organization.region
        self.organization_id = organization.id
        self.master_account_id = organization.master_account_id
        self.name, self.email = asked["AccountName"], asked["Email"]
        self.create_time = clock.utcnow()
        self.create_account_status_id = f"car-{word(8, organization.id, self.email, self.create_time)}"
        self.id = asked.get("AccountId") or _number(12, organization.id, self.email, self.create_time)
        self.status = self.state = "ACTIVE"
        self.joined_method = "INVITED" if "AccountId" in asked else "CREATED"
        self.parent_id = organization.root_id
        self.attached_policies: list[Any] = []
        self.tags = {tag["Key"]: tag["Value"] for tag in asked.get("Tags", [])}
        if self.joined_method == "CREATED":
            ensure_access_role(self.id, get_partition(self.region), self.master_account_id)


def ensure_access_role(account_id: str, partition: str, trusted: str) -> None:
    """The role by which the management account gets into an account."""
    backend = iam_backends[account_id][partition]
    if any(role.name == ACCESS_ROLE for role in backend.roles.values()):
        return
    principal = {"AWS": f"arn:{partition}:iam::{trusted}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    backend.create_role(ACCESS_ROLE, trust, "/", None, "", [], 3600)
    backend.attach_role_policy(f"arn:{partition}:iam::aws:policy/AdministratorAccess", ACCESS_ROLE)


def _number(length: int, *seed: object) -> str:
    return str(10 ** (length - 1) + digest(seed) % (9 * 10 ** (length - 1)))
