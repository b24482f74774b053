"""What kind of call an operation is: may a reader make it, and may it be sent again when no answer came."""

from __future__ import annotations

# Operations that change nothing, by the beginning of their names. A service that is not here is not reached at all.
_READS: dict[str, tuple[str, ...]] = {
    "account": ("ListRegions",),
    "ec2": ("DescribeRegions",),
    "iam": ("Get", "List", "Generate", "Simulate"),
    "organizations": ("Describe", "List"),
    "sts": ("GetCallerIdentity",),
}

# Writes that end the same however often they arrive. Everything else (Create…, Upload…, Reset…) is sent once.
_RESENDABLE = ("Add", "Attach", "Delete", "Detach", "Put", "Remove", "Set", "Tag", "Untag", "Update")
# … except renames (the second one finds nobody under the old name) and calls that carry a secret.
_SENT_ONCE = frozenset(
    {
        "UpdateGroup",
        "UpdateLoginProfile",
        "UpdateSAMLProvider",
        "UpdateServerCertificate",
        "UpdateUser",
    }
)


def is_known(service: str) -> bool:
    return service in _READS


def is_read(service: str, operation: str) -> bool:
    return operation.startswith(_READS.get(service, ()))


def may_be_resent(service: str, operation: str) -> bool:
    """May botocore send it again by itself after a time-out, when nobody knows whether AWS did it?"""
    if is_read(service, operation):
        return True
    return operation.startswith(_RESENDABLE) and operation not in _SENT_ONCE
