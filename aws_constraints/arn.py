"""ARNs, taken apart and put together: AWS General Reference, "Amazon Resource Names (ARNs)"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_PARTITION = re.compile(r"aws[a-z-]*", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]*", re.ASCII)
_OWNER = re.compile(r"\d{12}|aws", re.ASCII)  # "aws": a managed policy of AWS's own

# What stands for names, by service and kind: the patterns of the API references. A path of IAM is any printable ASCII.
_IAM = r"/([!-~]+/)?[\w+=,.@-]+"
_NAMES: Mapping[tuple[str, str], re.Pattern[str]] = {
    key: re.compile(pattern, re.ASCII)
    for key, pattern in {
        **{
            ("iam", kind): _IAM
            for kind in (
                "group",
                "instance-profile",
                "mfa",
                "policy",
                "role",
                "saml-provider",
                "server-certificate",
                "user",
            )
        },
        ("iam", "delegation-request"): r"/[\w-]{16,128}",
        ("iam", "root"): "",
        ("iam", "oidc-provider"): f"{_IAM}/?",  # named by its URL, which may end with a slash
        ("cognito-idp", "userpool"): r"/[\w-]+_[0-9a-zA-Z]+",
        ("cognito-identity", "identitypool"): r"/[\w-]+:[0-9a-f-]+",
        ("acm", "certificate"): "/.+",
        ("kms", "key"): "/.+",
        ("ses", "identity"): "/.+",
        ("lambda", "function"): r":[\w-]+(:[\w$-]+)?",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Arn:
    """`arn:partition:service:region:account:resource`; "" for a Region or an AWS account that its kind doesn't name."""

    partition: str
    service: str
    region: str
    account: str
    resource: str  # may have colons and slashes

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what isn't in six parts. The parts may be anything, also patterns."""
        parts = text.split(":", 5)
        return cls(*parts[1:]) if len(parts) == 6 and parts[0] == "arn" else None

    @classmethod
    def match(cls, text: str, service: str, *kinds: str) -> Self | None:
        """Of an object of one of these kinds, as AWS may have called it; None for anything else."""
        arn = cls.parse(text)
        return arn if arn and arn.service == service and arn.kind in kinds and arn.is_well_formed() else None

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def kind(self) -> str:
        """`role` of `role/reports/nightly`, `function` of `function:resize`, `root`."""
        return re.split("[/:]", self.resource, maxsplit=1)[0]

    @property
    def role_of_session(self) -> str:
        """`reader` of `assumed-role/reader/jane`; "" of what is no session."""
        kind, _, rest = self.resource.partition("/")
        role, _, session = rest.partition("/")
        return role if self.service == "sts" and kind == "assumed-role" and session else ""

    def is_well_formed(self) -> bool:
        """Whether AWS may have called an object of its kind so; of kinds that aren't listed here nobody knows."""
        names = _NAMES.get((self.service, self.kind))
        return bool(
            names
            and _PARTITION.fullmatch(self.partition)
            and _REGION.fullmatch(self.region)
            and bool(self.region) is (self.service != "iam")
            and _OWNER.fullmatch(self.account)
            and names.fullmatch(self.resource.removeprefix(self.kind))
        )


def name_of(arn: str) -> str:
    """What stands behind the last slash: a name, or the id of a pool; of a text without one, the text."""
    return arn.rpartition("/")[2]


def path_of(arn: str) -> str:
    """Of an object of IAM: "/", or "/division/"."""
    resource = arn.split(":", 5)[5]
    return resource[resource.index("/") : resource.rindex("/") + 1]


def account_in(arn: str) -> str:
    """The AWS account that an ARN names; "" where it names none, as those of S3 don't."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdecimal() else ""


def region_in(arn: str) -> str:
    """ "" where it names none, as those of IAM don't."""
    parts = arn.split(":", 5)
    return parts[3] if len(parts) == 6 else ""


def is_managed_by_aws(policy_arn: str) -> bool:
    """`arn:aws:iam::aws:policy/…`: the account part says so."""
    return policy_arn.split(":")[4:5] == ["aws"]
