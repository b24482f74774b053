"""What IAM accepts as names, paths and other plain fields ("IAM and AWS STS quotas", and the API's own patterns)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from moto.iam.exceptions import EntityAlreadyExists, LimitExceededException, ValidationError

LONGEST = {
    "userName": 64,
    "roleName": 64,
    "groupName": 128,
    "policyName": 128,
    "instanceProfileName": 128,
    "serverCertificateName": 128,
}
QUOTAS = {"Users": 5000, "Groups": 300, "Roles": 1000, "Policies": 1500}

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[\x21-\x7e]+/")
_POLICY_PATH = re.compile(r"((/[A-Za-z0-9.,+@=_-]+)*)/")


def check_name(field: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValidationError(
            f"The specified value for {field} is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-"
        )
    if len(name) > LONGEST[field]:
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at '{field}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST[field]}"
        )


def check_path(path: str | None, *, of_policy: bool = False) -> None:
    if path is None:
        return
    pattern = _POLICY_PATH if of_policy else _PATH
    if len(path) > 512 or not pattern.fullmatch(path):
        raise ValidationError(
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
            "characters and/or / characters."
        )


def check_free(kind: str, name: str, taken: Iterable[str]) -> None:
    """Names are unique whatever their case."""
    if name.casefold() in {other.casefold() for other in taken}:
        raise EntityAlreadyExists(f"{kind} with name {name} already exists.")


def check_quota(kind: str, count: int) -> None:
    if count >= QUOTAS[kind]:
        raise LimitExceededException(f"Cannot exceed quota for {kind}PerAccount: {QUOTAS[kind]}")


def check_description(text: str | None) -> None:
    if text is not None and len(text) > 1000:
        raise ValidationError(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: "
            "Member must have length less than or equal to 1000"
        )
