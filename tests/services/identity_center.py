"""IAM Identity Center in the emulated AWS, as those who administer it would set it up."""

from __future__ import annotations

from typing import Any

from emulator.process import Emulator
from tests.services.organizations import ACCOUNT_ID, MadeOrganization, inside

IRELAND = "eu-west-1"
_SSO = "sso.amazonaws.com"


class MadeIdentityCenter:
    """Held by the AWS account that manages the organization. `sso` and `store` are clients of that account."""

    def __init__(
        self, emulator: Emulator, organization: MadeOrganization, *, owner: str = ACCOUNT_ID, region: str = IRELAND
    ) -> None:
        self._emulator, self.organization, self.owner, self.region = emulator, organization, owner, region
        self.application_arn = ""
        made = emulator.identity_center(enable={"account_id": owner, "region": region, "name": "acme"})
        self.arn, self.store_id = made["instance_arn"], made["identity_store_id"]
        self.sso, self.store = self.client_of(owner), self.client_of(owner, "identitystore")

    def client_of(self, account_id: str, service: str = "sso-admin") -> Any:
        credentials = {} if account_id == ACCOUNT_ID else inside(self._emulator, account_id)
        return self._emulator.client(service, region_name=self.region, **credentials)

    def delegate(self, account_id: str) -> None:
        """From now on it administers the instance, too."""
        self.organization.client.register_delegated_administrator(AccountId=account_id, ServicePrincipal=_SSO)

    # ---- People

    def person(self, name: str, **more: Any) -> str:
        """ "dana.okafor" is called Dana Okafor; their id."""
        words = [part.title() for part in name.split(".")]
        said = {
            "UserName": name,
            "DisplayName": " ".join(words),
            "Name": {"GivenName": words[0], "FamilyName": words[-1]},
            "Emails": [{"Value": f"{name}@acme.example", "Type": "work", "Primary": True}],
        }
        return str(self.store.create_user(IdentityStoreId=self.store_id, **said | more)["UserId"])

    def group(self, name: str, *members: str) -> str:
        made = self.store.create_group(IdentityStoreId=self.store_id, DisplayName=name)["GroupId"]
        for member in members:
            self.join(made, member)
        return str(made)

    def join(self, group_id: str, user_id: str) -> str:
        about = {"IdentityStoreId": self.store_id, "GroupId": group_id, "MemberId": {"UserId": user_id}}
        return str(self.store.create_group_membership(**about)["MembershipId"])

    def disable(self, user_id: str) -> None:
        self._emulator.identity_center(people=[{"user_id": user_id, "status": "DISABLED"}])

    # ---- Permission sets and assignments

    def permission_set(
        self,
        name: str,
        *,
        managed: list[str] | None = None,
        customer: list[str] | None = None,
        inline: str = "",
        tags: dict[str, str] | None = None,
        **more: Any,
    ) -> str:
        """Its ARN. `managed`: names of AWS's own policies."""
        if tags:
            more["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = self.sso.create_permission_set(InstanceArn=self.arn, Name=name, **more)["PermissionSet"]
        about = {"InstanceArn": self.arn, "PermissionSetArn": made["PermissionSetArn"]}
        for policy in managed or ():
            arn = f"arn:aws:iam::aws:policy/{policy}"
            self.sso.attach_managed_policy_to_permission_set(**about, ManagedPolicyArn=arn)
        for policy in customer or ():
            self.sso.attach_customer_managed_policy_reference_to_permission_set(
                **about, CustomerManagedPolicyReference={"Name": policy}
            )
        if inline:
            self.sso.put_inline_policy_to_permission_set(**about, InlinePolicy=inline)
        return str(made["PermissionSetArn"])

    def about(self, set_arn: str, account_id: str, principal_type: str, principal_id: str) -> dict[str, str]:
        return {
            "InstanceArn": self.arn,
            "PermissionSetArn": set_arn,
            "TargetId": account_id,
            "TargetType": "AWS_ACCOUNT",
            "PrincipalType": principal_type,
            "PrincipalId": principal_id,
        }

    def assign(self, set_arn: str, account_id: str, principal_type: str, principal_id: str) -> None:
        asked = self.about(set_arn, account_id, principal_type, principal_id)
        request = self.sso.create_account_assignment(**asked)["AccountAssignmentCreationStatus"]
        assert self.ended(request["RequestId"]) == "SUCCEEDED"

    def withdraw(self, set_arn: str, account_id: str, principal_type: str, principal_id: str) -> None:
        asked = self.about(set_arn, account_id, principal_type, principal_id)
        request = self.sso.delete_account_assignment(**asked)["AccountAssignmentDeletionStatus"]["RequestId"]
        for _ in range(2):
            about = {"InstanceArn": self.arn, "AccountAssignmentDeletionRequestId": request}
            self.sso.describe_account_assignment_deletion_status(**about)

    def ended(self, request_id: str) -> str:
        """How the creation of an assignment ends."""
        about = {"InstanceArn": self.arn, "AccountAssignmentCreationRequestId": request_id}
        said = [
            self.sso.describe_account_assignment_creation_status(**about)["AccountAssignmentCreationStatus"]["Status"]
            for _ in range(2)
        ]
        return str(said[-1])

    def provision(self, set_arn: str) -> None:
        """Everywhere."""
        about = {"InstanceArn": self.arn, "PermissionSetArn": set_arn, "TargetType": "ALL_PROVISIONED_ACCOUNTS"}
        request = self.sso.provision_permission_set(**about)["PermissionSetProvisioningStatus"]["RequestId"]
        for _ in range(2):
            asked = {"InstanceArn": self.arn, "ProvisionPermissionSetRequestId": request}
            self.sso.describe_permission_set_provisioning_status(**asked)

    # ---- The account access manager

    def entitle(self, role_arn: str, **principal: str) -> str:
        """`principal`: userId or groupId. The id of the entitlement."""
        manager = self.client_of(self.owner, "account-access")
        if not (arns := [one["applicationArn"] for one in manager.list_applications()["applications"]]):
            source = {"identityCenter": {"instanceArn": self.arn}}
            arns = [manager.create_application(identitySource=source)["applicationArn"]]
        self.application_arn = arns[0]
        to_role = {"principal": {"identityCenter": principal}, "roleArn": role_arn}
        made = manager.create_entitlement(applicationArn=arns[0], entitlement={"principalRole": to_role})
        return str(made["entitlementId"])
