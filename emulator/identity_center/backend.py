"""The Identity Center instance that an AWS account holds: at most one, with its identity store.

An organization's instance is held by the management account, and administered also by a delegate for
sso.amazonaws.com; every member sees that it exists. No call makes one: in AWS somebody presses Enable, here
`enable` does. An account instance, which a stand-alone or member account makes by CreateInstance, has no permission
sets until UpdateInstance says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emulator import clock
from emulator.held import Held
from emulator.identity_center import provisioning
from emulator.identity_center.things import (
    Assignment,
    Entitlement,
    Group,
    Home,
    Membership,
    PermissionSet,
    Person,
    Request,
    hexadecimal,
)
from emulator.ids import uuid
from emulator.organizations.members import organization_over
from emulator.wire import AwsError

SSO = "sso.amazonaws.com"
_DONE_AFTER = timedelta(seconds=1)


def not_found(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message)


def conflict(message: str, reason: str = "") -> AwsError:
    return AwsError("ConflictException", message, members={"Reason": reason} if reason else None)


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def refused(message: str) -> AwsError:
    return AwsError("AccessDeniedException", message)


def over_quota(message: str) -> AwsError:
    return AwsError("ServiceQuotaExceededException", message)


class Instance:
    def __init__(self, owner_id: str, partition: str, region: str, name: str, *, of_organization: bool) -> None:
        self.owner_id, self.partition, self.region, self.name = owner_id, partition, region, name
        self.of_organization = of_organization
        self.permission_sets_enabled = of_organization
        self.id = f"ssoins-{hexadecimal(16, 'instance', owner_id, region)}"
        self.arn = f"arn:{partition}:sso:::instance/{self.id}"
        self.store_id = f"d-{hexadecimal(10, 'store', owner_id, region)}"
        self.store_arn = f"arn:{partition}:identitystore::{owner_id}:identitystore/{self.store_id}"
        self.created: datetime = clock.utcnow()
        self.sets: dict[str, PermissionSet] = {}
        self.assignments: list[Assignment] = []
        self.requests: dict[str, Request] = {}
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.memberships: dict[str, Membership] = {}
        self.application_arn = ""  # of the account access manager, where it is used
        self.application_made: datetime | None = None
        self.entitlements: dict[str, Entitlement] = {}
        self.made = 0  # so that two things of one moment have ids of their own
        self.holds = False  # requests stay IN_PROGRESS
        self.fails = ""  # requests end as FAILED, for this reason

    @property
    def home(self) -> Home:
        return Home(self.id, self.partition, self.region)

    def described(self) -> dict[str, Any]:
        added = {"RegionName": self.region, "Status": "ACTIVE", "AddedDate": self.created, "IsPrimaryRegion": True}
        return {
            "InstanceArn": self.arn,
            "IdentityStoreId": self.store_id,
            "IdentityStoreArn": self.store_arn,
            "OwnerAccountId": self.owner_id,
            "Name": self.name,
            "CreatedDate": self.created,
            "Status": "ACTIVE",
            "PrimaryRegion": self.region,
            "Regions": [added],
        }

    def new_id(self, *seed: object) -> str:
        self.made += 1
        return uuid(self.id, *seed, clock.utcnow(), self.made)

    def new_set_arn(self, name: str) -> str:
        self.made += 1
        set_id = f"ps-{hexadecimal(16, self.id, name, clock.utcnow(), self.made)}"
        return f"arn:{self.partition}:sso:::permissionSet/{self.id}/{set_id}"

    def permission_set(self, arn: str) -> PermissionSet:
        if arn not in self.sets:
            raise not_found(f"PermissionSet not found: {arn}")
        return self.sets[arn]

    def member_ids(self) -> frozenset[str]:
        """The AWS accounts that sets can be assigned in."""
        organization = organization_over(self.owner_id, self.partition) if self.of_organization else None
        return frozenset({self.owner_id, *(one.id for one in organization.accounts)} if organization else ())

    # ---- What AWS does by itself

    def ask(self, request: Request) -> Request:
        self.requests[request.request_id] = request
        return request

    def settle(self) -> None:
        """Ends the requests that have been asked after, or are a second old."""
        for request in () if self.holds else self.requests.values():
            is_due = request.asked_after > 0 or abs(clock.utcnow() - request.created) >= _DONE_AFTER
            if request.status == "IN_PROGRESS" and is_due:
                self._end(request)

    def is_working_on(self, set_arn: str) -> bool:
        return any(one.status == "IN_PROGRESS" and one.set_arn == set_arn for one in self.requests.values())

    def _end(self, request: Request) -> None:
        if self.fails:
            request.status, request.failure = "FAILED", self.fails
            return
        chosen = self.sets[request.set_arn]
        for account_id in () if request.doing == "delete" else request.account_ids:
            if failure := provisioning.provision(self.home, chosen, account_id):
                request.status, request.failure = "FAILED", failure
                return
        about = request.assignment
        if about is not None and request.doing == "create" and about not in self.assignments:
            self.assignments.append(about)
        if about is not None and request.doing == "delete" and about in self.assignments:
            self.assignments.remove(about)
            if not any((one.set_arn, one.account_id) == (about.set_arn, about.account_id) for one in self.assignments):
                provisioning.withdraw(self.home, chosen, about.account_id)
        request.status = "SUCCEEDED"


class Backend:
    """What one AWS account holds; all of it in one place, whatever the Region."""

    def __init__(self, account_id: str, partition: str) -> None:
        self.account_id, self.partition = account_id, partition
        self.instance: Instance | None = None


backends: Held[Backend] = Held(Backend)


def instances_seen_by(account_id: str, partition: str) -> list[Instance]:
    """Its own, and that of its organization."""
    organization = organization_over(account_id, partition)
    owners = dict.fromkeys([account_id, *([organization.account_id] if organization else [])])
    found = [backends[owner][partition].instance for owner in owners]
    return [one for one in found if one is not None and (one.owner_id == account_id or one.of_organization)]


def administers(account_id: str, instance: Instance) -> bool:
    if account_id == instance.owner_id:
        return True
    organization = organization_over(account_id, instance.partition) if instance.of_organization else None
    admins = organization.admins if organization else ()
    return any(admin.account.id == account_id and SSO in admin.services for admin in admins)


def steer(
    *,
    enable: dict[str, str] | None = None,
    people: list[dict[str, str]] | None = None,
    groups: list[dict[str, str]] | None = None,
    requests: dict[str, Any] | None = None,
    at: str | None = None,
) -> dict[str, str]:
    """What no call of the API does. The ids of an instance that was made.

    `requests`: {holds?, fails?}: what becomes of what AWS does by itself from now on.
    """
    with clock.pretend(at):
        made = _enable(**enable) if enable else {}
        _note_people(people or [])
        _note_groups(groups or [])
    if requests is not None:
        for instance in _instances():
            instance.holds, instance.fails = requests.get("holds", False), requests.get("fails", "")
    return made


def _instances() -> list[Instance]:
    return [one.instance for one in backends.everywhere() if one.instance is not None]


def _enable(account_id: str, *, region: str, name: str = "", partition: str = "aws") -> dict[str, str]:
    """What "Enable" in the console of the management account does."""
    instance = Instance(account_id, partition, region, name, of_organization=True)
    backends[account_id][partition].instance = instance
    return {"instance_arn": instance.arn, "identity_store_id": instance.store_id}


def _note_people(people: list[dict[str, str]]) -> None:
    """{user_id, status?, issuer?, external_id?}: a directory has somebody, or they were disabled.

    KeyError for a stranger.
    """
    held = {user_id: person for instance in _instances() for user_id, person in instance.people.items()}
    for each in people:
        person = held[each["user_id"]]
        person.status = each.get("status", person.status)
        if "issuer" in each:
            person.external_ids = [{"Issuer": each["issuer"], "Id": each["external_id"]}]
        person.edits, person.updated = person.edits + 1, clock.utcnow()


def _note_groups(groups: list[dict[str, str]]) -> None:
    """{group_id, issuer, external_id}: a directory brought the group. KeyError for a stranger."""
    held = {group_id: group for instance in _instances() for group_id, group in instance.groups.items()}
    for each in groups:
        group = held[each["group_id"]]
        group.external_ids = [{"Issuer": each["issuer"], "Id": each["external_id"]}]
        group.edits, group.updated = group.edits + 1, clock.utcnow()
