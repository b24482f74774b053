"""The kinds of objects of Identity Center that have pages."""

from __future__ import annotations

from accounts.roles import SEE_PEOPLE
from directory.models import DirectoryGroup, DirectoryUser, PermissionSet
from objects import kinds
from objects.kinds import AwsKind

_GUIDE = "https://docs.aws.amazon.com/singlesignon/latest/userguide/"

PERMISSION_SET = AwsKind(
    model=PermissionSet,
    name="permission_set",
    word="permission set",
    service="sso-admin",
    resource="permissionSet",
    address="identity-center/permission-sets",
    documentation=f"{_GUIDE}permissionsetsconcept.html",
    icon="key-round",
    found_at=48,
    found_as=("set", "sets"),
)
GROUP = AwsKind(
    model=DirectoryGroup,
    name="directory_group",
    word="group of Identity Center",
    plural="groups of Identity Center",
    service="identitystore",
    address="identity-center/groups",
    documentation=f"{_GUIDE}users-groups-provisioning.html",
    icon="users",
    found_at=49,
    found_as=("group", "groups"),
)
PERSON = AwsKind(
    model=DirectoryUser,
    name="directory_person",
    word="person of Identity Center",
    plural="people of Identity Center",
    service="identitystore",
    many="directory_people",
    address="identity-center/people",
    documentation=f"{_GUIDE}users-groups-provisioning.html",
    icon="circle-user",
    see=SEE_PEOPLE,
)


def register() -> None:
    kinds.register(PERMISSION_SET, GROUP, PERSON)
