"""Virtual MFA devices: those of the root user, of which AWS tells in no other way, and those that nobody uses.

The devices of users are `mfa`'s, user by user.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from identities.account import parts
from identities.account.settings import IamAccountMirror
from identities.account.sources import OfAwsAccount
from sync.aws.permission import reread
from sync.mirror import Content, Item, ParsedItem, Reader

_ROOTS_FIRST = ":mfa/root-account-mfa-device"  # the serial number of what was once the root user's only device


class VirtualMfaMirror(IamAccountMirror):
    source = "virtual_mfa"
    permissions = reread(
        "iam:ListVirtualMFADevices",
        "Tell what kind of MFA the root user has, and which virtual devices are nobody's.",
        MaxItems=1,
    )
    title = "Virtual MFA devices"
    parts = parts.VIRTUAL_MFA
    known = frozenset({"AccountId", "Arn", "OfRoot", "Unassigned"})

    def ask(self, client: Reader) -> Item:
        pages = client.pages("iam", "ListVirtualMFADevices")
        of_root: list[str] = []
        unassigned: list[str] = []
        for device in (device for page in pages for device in page.items["VirtualMFADevices"]):
            serial = str(device["SerialNumber"])
            if _is_roots(device):
                of_root.append(serial)
            elif not device.get("User"):
                unassigned.append(serial)
        return {"OfRoot": of_root, "Unassigned": unassigned}

    def content(self, item: Item) -> Content:
        return {"of_root": sorted(item["OfRoot"]), "unassigned": sorted(item["Unassigned"])}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {"root_mfa_apps": seen.content["of_root"], "unassigned_mfa": seen.content["unassigned"]}


def _is_roots(device: Mapping[str, Any]) -> bool:
    """IAM API Reference, "VirtualMFADevice": the user of the root user's devices has the ARN of the AWS account."""
    arn = str(device.get("User", {}).get("Arn", ""))
    return arn.endswith(":root") or str(device["SerialNumber"]).endswith(_ROOTS_FIRST)


VIRTUAL_MFA = VirtualMfaMirror()
# As often as the summary, which says whether the root user has MFA at all.
SOURCE = OfAwsAccount("iam.virtual_mfa", VIRTUAL_MFA)
