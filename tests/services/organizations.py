"""An organization in the emulated AWS, as those who manage it would make it."""

from __future__ import annotations

from accounts.models import AwsAccount
from emulator.organizations.things import ACCESS_ROLE, IAM
from emulator.process import Emulator
from sync.aws.session import forget_all

ACCOUNT_ID = "123456789012"  # the AWS account of the tests
MANAGEMENT_ID = "111122223333"
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


def inside(emulator: Emulator, account_id: str) -> dict[str, str]:
    """Credentials for `Emulator.client` in another AWS account, by the role that Organizations makes there."""
    role = f"arn:aws:iam::{account_id}:role/{ACCESS_ROLE}"
    entered = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="manager")["Credentials"]
    return {
        "aws_access_key_id": entered["AccessKeyId"],
        "aws_secret_access_key": entered["SecretAccessKey"],
        "aws_session_token": entered["SessionToken"],
    }


class MadeOrganization:
    """With both types of control policies switched on. `client` is the management account's."""

    def __init__(self, emulator: Emulator, managed_by: str = ACCOUNT_ID) -> None:
        self._emulator = emulator
        credentials = {} if managed_by == ACCOUNT_ID else inside(emulator, managed_by)
        self.client = emulator.client("organizations", **credentials)
        self.id: str = self.client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        self.root: str = self.client.list_roots()["Roots"][0]["Id"]
        for policy_type in (SCP, RCP):
            self.client.enable_policy_type(RootId=self.root, PolicyType=policy_type)

    def unit(self, name: str, parent: str = "") -> str:
        made = self.client.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def account(self, name: str, unit: str = "") -> str:
        email = f"{name.lower().replace(' ', '.')}@example.org"
        made = self.client.create_account(AccountName=name, Email=email)["CreateAccountStatus"]["AccountId"]
        if unit:
            self.client.move_account(AccountId=made, SourceParentId=self.root, DestinationParentId=unit)
        return str(made)

    def invite(self, account_id: str = ACCOUNT_ID, unit: str = "") -> None:
        """The AWS account of the tests, or another one, joins."""
        target = {"Id": account_id, "Type": "ACCOUNT"}
        handshake = self.client.invite_account_to_organization(Target=target)["Handshake"]["Id"]
        credentials = {} if account_id == ACCOUNT_ID else inside(self._emulator, account_id)
        self._emulator.client("organizations", **credentials).accept_handshake(HandshakeId=handshake)
        if unit:
            self.client.move_account(AccountId=account_id, SourceParentId=self.root, DestinationParentId=unit)

    def delegate(self, account_id: str = ACCOUNT_ID) -> None:
        """From now on it may read the organization."""
        self.client.register_delegated_administrator(
            AccountId=account_id, ServicePrincipal="access-analyzer.amazonaws.com"
        )

    def trust_iam(self) -> None:
        """IAM may work across its accounts, without which there is no centralised root access."""
        self.client.enable_aws_service_access(ServicePrincipal=IAM)

    def delegate_iam(self, account_id: str = ACCOUNT_ID) -> None:
        self.client.register_delegated_administrator(AccountId=account_id, ServicePrincipal=IAM)

    def policy(self, name: str, document: str, *targets: str, policy_type: str = SCP) -> str:
        made = self.client.create_policy(Name=name, Description=f"{name}.", Type=policy_type, Content=document)
        policy_id = str(made["Policy"]["PolicySummary"]["Id"])
        for target in targets:
            self.client.attach_policy(PolicyId=policy_id, TargetId=target)
        return policy_id


def connect_member(account_id: str, name: str) -> AwsAccount:
    """An AWS account of the organization in the console, reached by the role that Organizations made there."""
    forget_all()  # a session of an earlier test is none of this emulator's
    return AwsAccount.objects.create(
        account_id=account_id,
        name=name,
        connection=AwsAccount.Connection.ASSUME_ROLE,
        read_role_arn=f"arn:aws:iam::{account_id}:role/{ACCESS_ROLE}",
        emulated=True,
        pull_every_minutes=0,
    )
