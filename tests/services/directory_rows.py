"""Identity Center in the mirror, made by the ORM: as a pull would leave it, without one."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    Instance,
    PermissionSet,
    PrincipalType,
)
from directory.selectors import ALL_SOURCES
from directory.sources import INSTANCE
from tests.services.organization_rows import complete

INSTANCE_ID, IRELAND = "ssoins-0123456789abcdef", "eu-west-1"
INSTANCE_ARN = f"arn:aws:sso:::instance/{INSTANCE_ID}"
STORE_ARN = "arn:aws:identitystore::{}:identitystore/d-0123456789"
SUFFIX = "0123456789abcdef"


def reserved_name(set_name: str) -> str:
    return f"AWSReservedSSO_{set_name}_{SUFFIX}"


RESERVED_PATH = f"/aws-reserved/sso.amazonaws.com/{IRELAND}/"


class DirectoryRows:
    """Held by `held_by`, and all of it is read."""

    def __init__(self, held_by: AwsAccount) -> None:
        self.held_by = held_by
        for source in (INSTANCE, *ALL_SOURCES):
            complete(held_by, source)
        about = {"owner_id": held_by.account_id, "primary_region": IRELAND, "store_id": "d-0123456789"}
        self.instance = Instance.objects.create(
            **self._common(INSTANCE_ID, "acme", INSTANCE_ARN), **about, administers=True
        )
        self._store = STORE_ARN.format(held_by.account_id)

    def _common(self, aws_id: str, name: str, arn: str) -> dict[str, Any]:
        common = {"aws_account": self.held_by, "aws_id": aws_id, "name": name, "arn": arn}
        return {**common, "name_key": name.casefold(), "first_seen": timezone.now()}

    def person(self, name: str, **more: Any) -> DirectoryUser:
        """ "dana.okafor" is called Dana Okafor."""
        display = " ".join(word.title() for word in name.split("."))
        common = {**self._common(f"u-{name}", name, self._store), "name_key": display.casefold()}
        usual = {
            "display_name": display,
            "email": f"{name}@acme.example",
            "status": "ENABLED",
            "read_at": timezone.now(),
        }
        return DirectoryUser.objects.create(**common, **{**usual, **more})

    def group(self, name: str, *members: DirectoryUser) -> DirectoryGroup:
        group = DirectoryGroup.objects.create(**self._common(f"g-{name}", name, self._store))
        for person in members:
            about = {"group_id": group.aws_id, "user_id": person.aws_id}
            common = self._common(f"m-{name}-{person.aws_id}", name, self._store)
            DirectoryMembership.objects.create(**common, **about)
        return group

    def permission_set(self, name: str, *accounts: AwsAccount, **more: Any) -> PermissionSet:
        """Provisioned there."""
        set_id = f"ps-{name.lower():_<8}"[:20]
        common = self._common(set_id, name, f"arn:aws:sso:::permissionSet/{INSTANCE_ID}/{set_id}")
        ids = [account.account_id for account in accounts]
        return PermissionSet.objects.create(
            **common, instance_arn=INSTANCE_ARN, accounts=ids, account_count=len(ids), **more
        )

    def assign(self, chosen: PermissionSet, account: AwsAccount, who: DirectoryUser | DirectoryGroup) -> None:
        kind = PrincipalType.USER if isinstance(who, DirectoryUser) else PrincipalType.GROUP
        aws_id = f"{chosen.aws_id}/{account.account_id}/{kind}/{who.aws_id}"
        AccountAssignment.objects.create(
            **self._common(aws_id, chosen.name, ""),
            set_id=chosen.aws_id,
            target_id=account.account_id,
            principal_type=kind,
            principal_id=who.aws_id,
        )
