"""What the catalogue says of an action, a resource type and a condition key.

Terms from the Service Authorization Reference, "Reading the tables" (actions table, resource types table, condition
keys table).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

KeyNames = tuple[str, ...]


class AccessLevel(StrEnum):
    """IAM User Guide, "Access levels in policy summaries"."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    PERMISSIONS = "Permissions management"
    TAGGING = "Tagging"


class KeyType(StrEnum):
    STRING = "String"
    ARN = "ARN"
    BOOL = "Bool"
    DATE = "Date"
    NUMERIC = "Numeric"
    IP = "IPAddress"
    BINARY = "Binary"


@dataclass(frozen=True, slots=True, eq=False)
class ResourceType:
    """There is one of each. `arn` has `${Placeholders}`: `arn:${Partition}:s3:::${BucketName}`."""

    service: str
    name: str
    arn: str
    condition_keys: KeyNames = ()


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """That an action takes resources of a type. Of those that aren't required, it takes one or another."""

    type: ResourceType
    required: bool
    condition_keys: KeyNames = ()  # those that count only together with this type


@dataclass(frozen=True, slots=True)
class Action:
    """`name` with its service, as AWS writes it: `s3:GetObject`. `condition_keys` are those with any resource."""

    name: str
    access_levels: tuple[AccessLevel, ...]
    uses: tuple[ResourceUse, ...]
    condition_keys: KeyNames

    @property
    def service(self) -> str:
        return self.name.partition(":")[0]


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """`name` may have a placeholder: `aws:ResourceTag/${TagKey}`. `source` is the title of AWS's page."""

    name: str
    type: KeyType
    multivalued: bool
    source: str
