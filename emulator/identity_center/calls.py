"""Calls of the sso-admin API: instances, permission sets, provisioning and assignments."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from emulator import clock
from emulator.identity_center.asking import AboutInstance, Answer
from emulator.identity_center.backend import Instance, backends, conflict, invalid, not_found, over_quota, refused
from emulator.identity_center.things import Assignment, Doing, PermissionSet, PolicyName, Request, seconds_of
from emulator.organizations.members import organization_over

_MOST_POLICIES = 20
_LONGEST_INLINE = 32_768  # bytes
_LONGEST_INLINE_TIGHT = 10_240  # without white space
_TAGS = 50
_MOST_SETS, _MOST_SETS_IN_ACCOUNT = 3_500, 500


class IdentityCenterCalls(AboutInstance):
    service = "sso-admin"

    @property
    def instance(self) -> Instance:
        """The one that the call names. Raises ResourceNotFoundException."""
        return self.check_may_administer(self._named())

    def _named(self) -> Instance:
        wanted = self.asked["InstanceArn"]
        found = next((one for one in self.seen() if one.arn == wanted), None)
        if found is None:
            raise not_found(f"Instance not found: {wanted}")
        return found

    @property
    def chosen(self) -> tuple[Instance, PermissionSet]:
        instance = self.instance
        if not instance.permission_sets_enabled:
            raise invalid("This operation is not supported for account instances of IAM Identity Center.")
        return instance, instance.permission_set(self.asked["PermissionSetArn"])

    def _edited(self) -> PermissionSet:
        """The set, of which roles lack what the call changes from now on."""
        instance, chosen = self.chosen
        self._check_delegate(instance, chosen.provisioned)
        chosen.edits += 1
        return chosen

    def _check_delegate(self, instance: Instance, account_ids: Any) -> None:
        """A delegate doesn't touch what is in the management account."""
        if self.caller.account_id != instance.owner_id and instance.owner_id in account_ids:
            raise refused("A delegated administrator can't change what is provisioned in the management account.")

    # ---- Instances

    def list_instances(self) -> Answer:
        everywhere = self.asked.get("RegionScope") == "ALL_REGIONS"
        found = {one.arn: one.described() for one in self.seen() if everywhere or one.region == self.region}
        return self.page_of("Instances", found)

    def describe_instance(self) -> Answer:
        instance = self._named()
        if instance.region != self.region:
            raise not_found(f"Instance not found in {self.region}")
        return {**instance.described(), "PermissionSetsEnabled": instance.permission_sets_enabled}

    def create_instance(self) -> Answer:
        """An account instance. Refused where there is one, and in the management account."""
        account_id, partition = self.caller.account_id, self.caller.partition
        organization = organization_over(account_id, partition)
        if organization is not None and organization.account_id == account_id:
            raise invalid("The management account can't create an account instance.")
        if backends[account_id][partition].instance is not None:
            raise conflict("An instance already exists in this account.")
        made = Instance(account_id, partition, self.region, self.asked.get("Name", ""), of_organization=False)
        backends[account_id][partition].instance = made
        return {"InstanceArn": made.arn}

    def delete_instance(self) -> None:
        instance = self.instance
        if instance.of_organization:
            raise invalid("The instance of an organization can't be deleted by this call.")
        backends[instance.owner_id][instance.partition].instance = None

    def update_instance(self) -> None:
        """Turning permission sets on can't be undone."""
        instance = self.instance
        instance.name = self.asked.get("Name", instance.name)
        if "PermissionSetsEnabled" in self.asked:
            if instance.permission_sets_enabled and not self.asked["PermissionSetsEnabled"]:
                raise invalid("Permission sets can't be turned off.")
            instance.permission_sets_enabled = self.asked["PermissionSetsEnabled"]

    # ---- Permission sets

    def list_permission_sets(self) -> Answer:
        instance = self.instance
        return self.page_of("PermissionSets", {arn: arn for arn in instance.sets})

    def create_permission_set(self) -> Answer:
        instance, name = self.instance, self.asked["Name"]
        if not instance.permission_sets_enabled:
            raise invalid("This operation is not supported for account instances of IAM Identity Center.")
        if any(one.name == name for one in instance.sets.values()):
            raise conflict(f"PermissionSet with name {name} already exists.")
        if len(instance.sets) >= _MOST_SETS:
            raise over_quota(f"An instance takes {_MOST_SETS} permission sets.")
        _check_session(self.asked)
        arn = instance.new_set_arn(name)
        made = PermissionSet(
            arn,
            name,
            clock.utcnow(),
            self.asked.get("Description"),
            self.asked.get("SessionDuration", "PT1H"),
            self.asked.get("RelayState"),
            {tag["Key"]: tag["Value"] for tag in self.asked.get("Tags", ())},
        )
        instance.sets[arn] = made
        return {"PermissionSet": made.described()}

    def describe_permission_set(self) -> Answer:
        return {"PermissionSet": self.chosen[1].described()}

    def update_permission_set(self) -> None:
        """What isn't given stays as it is, but for the relay state, which is taken off: moto resets all of them.

        The documentation is silent. Whoever manages sets by code has found this (Terraform's provider for AWS says it).
        """
        _check_session(self.asked)
        chosen = self._edited()
        chosen.description = self.asked.get("Description", chosen.description)
        chosen.session_duration = self.asked.get("SessionDuration", chosen.session_duration)
        chosen.relay_state = self.asked.get("RelayState")

    def delete_permission_set(self) -> None:
        instance, chosen = self.chosen
        self._check_delegate(instance, chosen.provisioned)
        if chosen.provisioned or any(one.set_arn == chosen.arn for one in instance.assignments):
            raise conflict("PermissionSet has account assignments: delete them first.")
        if instance.is_working_on(chosen.arn):
            raise conflict("There is a conflicting operation in progress.")
        del instance.sets[chosen.arn]

    # ---- Their policies

    def get_inline_policy_for_permission_set(self) -> Answer:
        return {"InlinePolicy": self.chosen[1].inline}

    def put_inline_policy_to_permission_set(self) -> None:
        text = self.asked["InlinePolicy"]
        try:
            document = json.loads(text)
        except ValueError:
            raise invalid("The inline policy is not valid JSON.") from None
        if not isinstance(document, dict) or "Statement" not in document:
            raise invalid("The inline policy has no Statement.")
        if len(text.encode()) > _LONGEST_INLINE or len("".join(text.split())) > _LONGEST_INLINE_TIGHT:
            raise invalid("The inline policy is too long.")
        self._edited().inline = text

    def delete_inline_policy_from_permission_set(self) -> None:
        self._edited().inline = ""

    def list_managed_policies_in_permission_set(self) -> Answer:
        managed = self.chosen[1].managed
        return self.page_of(
            "AttachedManagedPolicies", {arn: {"Name": name, "Arn": arn} for arn, name in managed.items()}
        )

    def attach_managed_policy_to_permission_set(self) -> None:
        chosen, arn = self.chosen[1], self.asked["ManagedPolicyArn"]
        if not arn.startswith(f"arn:{self.caller.partition}:iam::aws:policy/"):
            raise invalid("ManagedPolicyArn must be the ARN of an AWS managed policy.")
        if arn not in self.caller.backend.managed_policies:
            raise not_found(f"Policy {arn} does not exist.")
        if arn in chosen.managed:
            raise conflict(f"Managed policy {arn} is attached already.")
        self._check_room(chosen)
        self._edited().managed[arn] = arn.rpartition("/")[2]

    def detach_managed_policy_from_permission_set(self) -> None:
        if self.asked["ManagedPolicyArn"] not in self.chosen[1].managed:
            raise not_found("The managed policy is not attached.")
        del self._edited().managed[self.asked["ManagedPolicyArn"]]

    def list_customer_managed_policy_references_in_permission_set(self) -> Answer:
        names = {f"{one.path}{one.name}": one.described() for one in self.chosen[1].customer}
        return self.page_of("CustomerManagedPolicyReferences", names)

    def attach_customer_managed_policy_reference_to_permission_set(self) -> None:
        chosen, name = self.chosen[1], PolicyName.of(self.asked["CustomerManagedPolicyReference"])
        if name in chosen.customer:
            raise conflict("The customer managed policy is attached already.")
        self._check_room(chosen)
        self._edited().customer.append(name)

    def detach_customer_managed_policy_reference_from_permission_set(self) -> None:
        name = PolicyName.of(self.asked["CustomerManagedPolicyReference"])
        if name not in self.chosen[1].customer:
            raise not_found("The customer managed policy is not attached.")
        self._edited().customer.remove(name)

    def get_permissions_boundary_for_permission_set(self) -> Answer:
        boundary = self.chosen[1].boundary
        if boundary is None:
            raise not_found("The permission set has no permissions boundary.")
        return {"PermissionsBoundary": boundary}

    def put_permissions_boundary_to_permission_set(self) -> None:
        boundary = self.asked["PermissionsBoundary"]
        if len(boundary) != 1:
            raise invalid("A permissions boundary is one managed policy, or one customer managed policy.")
        if (arn := boundary.get("ManagedPolicyArn")) and arn not in self.caller.backend.managed_policies:
            raise not_found(f"Policy {arn} does not exist.")
        self._edited().boundary = deepcopy(boundary)

    def delete_permissions_boundary_from_permission_set(self) -> None:
        if self.chosen[1].boundary is None:
            raise not_found("The permission set has no permissions boundary.")
        self._edited().boundary = None

    def _check_room(self, chosen: PermissionSet) -> None:
        if len(chosen.managed) + len(chosen.customer) >= _MOST_POLICIES:
            raise over_quota(f"A permission set takes {_MOST_POLICIES} policies.")

    # ---- Tags

    def list_tags_for_resource(self) -> Answer:
        tags = self._tagged().tags
        return self.page_of("Tags", {key: {"Key": key, "Value": value} for key, value in tags.items()})

    def tag_resource(self) -> None:
        tagged = self._tagged()
        more = {tag["Key"]: tag["Value"] for tag in self.asked["Tags"]}
        if len(tagged.tags | more) > _TAGS:
            raise over_quota(f"A resource takes {_TAGS} tags.")
        tagged.tags |= more

    def untag_resource(self) -> None:
        tags = self._tagged().tags
        for key in self.asked["TagKeys"]:
            tags.pop(key, None)

    def _tagged(self) -> PermissionSet:
        arn = self.asked["ResourceArn"]
        found = next((one for one in self.seen() if arn in one.sets), None)
        if found is None:
            raise not_found(f"Resource not found: {arn}")
        return self.check_may_administer(found).sets[arn]

    # ---- Provisioning

    def list_accounts_for_provisioned_permission_set(self) -> Answer:
        chosen, fits = self.chosen[1], self._fits()
        found = {one: one for one, edits in chosen.provisioned.items() if fits(edits == chosen.edits)}
        return self.page_of("AccountIds", found)

    def list_permission_sets_provisioned_to_account(self) -> Answer:
        account_id, fits = self.asked["AccountId"], self._fits()
        found = {
            arn: arn
            for arn, chosen in self.instance.sets.items()
            if account_id in chosen.provisioned and fits(chosen.provisioned[account_id] == chosen.edits)
        }
        return self.page_of("PermissionSets", found)

    def _fits(self) -> Callable[[bool], bool]:
        """Whether what is up to date, or isn't, is asked for."""
        wanted = self.asked.get("ProvisioningStatus")
        return lambda is_latest: wanted is None or is_latest == (wanted == "LATEST_PERMISSION_SET_PROVISIONED")

    def provision_permission_set(self) -> Answer:
        instance, chosen = self.chosen
        if self.asked["TargetType"] == "ALL_PROVISIONED_ACCOUNTS":
            account_ids = tuple(sorted(chosen.provisioned))
        elif self.asked.get("TargetId") in chosen.provisioned:
            account_ids = (self.asked["TargetId"],)
        else:
            raise not_found("The permission set is not provisioned in this account.")
        self._check_delegate(instance, account_ids)
        request = self._request(instance, "provision", chosen.arn, account_ids)
        return {"PermissionSetProvisioningStatus": request.described()}

    def describe_permission_set_provisioning_status(self) -> Answer:
        return {"PermissionSetProvisioningStatus": self._asked_after("provision", "ProvisionPermissionSetRequestId")}

    def list_permission_set_provisioning_status(self) -> Answer:
        return self.page_of("PermissionSetsProvisioningStatus", self._listed("provision"))

    # ---- Assignments

    def list_account_assignments(self) -> Answer:
        instance, chosen = self.chosen
        found = [
            one
            for one in instance.assignments
            if one.account_id == self.asked["AccountId"] and one.set_arn == chosen.arn
        ]
        return self.page_of(
            "AccountAssignments", {f"{one.principal_type}{one.principal_id}": one.described() for one in found}
        )

    def list_account_assignments_for_principal(self) -> Answer:
        """From the management account only. Of a user with those of their groups."""
        instance, principal_id = self.instance, self.asked["PrincipalId"]
        if self.caller.account_id != instance.owner_id:
            raise refused("Only the management account may list the assignments of a principal.")
        groups = {one.group_id for one in instance.memberships.values() if one.user_id == principal_id}
        wanted = self.asked.get("Filter", {}).get("AccountId")
        found = {
            "/".join(one): one.described()
            for one in instance.assignments
            if one.principal_id in groups | {principal_id} and wanted in (None, one.account_id)
        }
        return self.page_of("AccountAssignments", found)

    def create_account_assignment(self) -> Answer:
        instance, about = self._assignment()
        held = instance.people if about.principal_type == "USER" else instance.groups
        if about.principal_id not in held:
            raise not_found(f"{about.principal_type} not found: {about.principal_id}")
        there = [one for one in instance.sets.values() if about.account_id in one.provisioned]
        if len(there) >= _MOST_SETS_IN_ACCOUNT and about.account_id not in instance.sets[about.set_arn].provisioned:
            raise over_quota(f"An AWS account takes {_MOST_SETS_IN_ACCOUNT} permission sets.")
        request = self._request(instance, "create", about.set_arn, (about.account_id,), about)
        return {"AccountAssignmentCreationStatus": request.described()}

    def delete_account_assignment(self) -> Answer:
        instance, about = self._assignment()
        if about not in instance.assignments:
            raise not_found("Account assignment not found.")
        request = self._request(instance, "delete", about.set_arn, (about.account_id,), about)
        return {"AccountAssignmentDeletionStatus": request.described()}

    def describe_account_assignment_creation_status(self) -> Answer:
        said = self._asked_after("create", "AccountAssignmentCreationRequestId")
        return {"AccountAssignmentCreationStatus": said}

    def describe_account_assignment_deletion_status(self) -> Answer:
        said = self._asked_after("delete", "AccountAssignmentDeletionRequestId")
        return {"AccountAssignmentDeletionStatus": said}

    def list_account_assignment_creation_status(self) -> Answer:
        return self.page_of("AccountAssignmentsCreationStatus", self._listed("create"))

    def list_account_assignment_deletion_status(self) -> Answer:
        return self.page_of("AccountAssignmentsDeletionStatus", self._listed("delete"))

    def _assignment(self) -> tuple[Instance, Assignment]:
        instance, chosen = self.chosen
        account_id = self.asked["TargetId"]
        if account_id not in instance.member_ids():
            raise not_found(f"Account not found: {account_id}")
        self._check_delegate(instance, (account_id,))
        return instance, Assignment(account_id, chosen.arn, self.asked["PrincipalType"], self.asked["PrincipalId"])

    # ---- Requests

    def _request(
        self,
        instance: Instance,
        doing: Doing,
        set_arn: str,
        account_ids: tuple[str, ...],
        about: Assignment | None = None,
    ) -> Request:
        """Raises ConflictException while AWS is at the same set in the same account."""
        for other in instance.requests.values():
            runs = other.status == "IN_PROGRESS" and other.set_arn == set_arn
            if runs and set(other.account_ids) & set(account_ids) and other.assignment == about:
                raise conflict("There is a conflicting operation in progress.")
        return instance.ask(Request(doing, instance.new_id(doing), clock.utcnow(), set_arn, account_ids, about))

    def _asked_after(self, doing: Doing, parameter: str) -> Answer:
        request = self.instance.requests.get(self.asked[parameter])
        if request is None or request.doing != doing:
            raise not_found(f"Request not found: {self.asked[parameter]}")
        described = request.described()
        request.asked_after += 1
        return described

    def _listed(self, doing: Doing) -> dict[str, Answer]:
        wanted = self.asked.get("Filter", {}).get("Status")
        return {
            request.request_id: request.listed()
            for request in self.instance.requests.values()
            if request.doing == doing and wanted in (None, request.status)
        }


def _check_session(asked: Answer) -> None:
    """An hour to twelve ("CreatePermissionSet", "Set session duration for AWS accounts")."""
    if "SessionDuration" in asked and not 3_600 <= seconds_of(asked["SessionDuration"]) <= 43_200:
        raise invalid("SessionDuration must be between PT1H and PT12H.")
