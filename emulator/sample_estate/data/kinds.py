"""How the sample organization is written down. Dates are ISO 8601 in UTC; documents are the text that people wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Tags = dict[str, str]
Inline = dict[str, str]


@dataclass(frozen=True)
class Key:
    created: str
    last_used: str | None = None
    service: str = "s3"
    region: str = "eu-west-1"
    active: bool = True


@dataclass(frozen=True)
class Uploaded:
    """A certificate or a public key."""

    created: str
    text: str


@dataclass(frozen=True)
class ServiceCredential:
    created: str
    service: str
    days: int | None = None  # how long it is good for; None: until somebody takes it away


Factor = Literal["", "passkey", "app", "hardware"]


@dataclass(frozen=True)
class User:
    name: str
    created: str
    full_name: str = ""
    path: str = "/"
    groups: tuple[str, ...] = ()
    tags: Tags = field(default_factory=dict)
    console_since: str | None = None
    signed_in: str | None = None
    reset_required: bool = False
    mfa: Factor = ""
    second_mfa: Factor = ""
    keys: tuple[Key, ...] = ()
    certificates: tuple[Uploaded, ...] = ()
    ssh_keys: tuple[Uploaded, ...] = ()
    service_credentials: tuple[ServiceCredential, ...] = ()
    attached: tuple[str, ...] = ()
    inline: Inline = field(default_factory=dict)
    boundary: str | None = None


@dataclass(frozen=True)
class Group:
    name: str
    created: str
    path: str = "/"
    attached: tuple[str, ...] = ()
    inline: Inline = field(default_factory=dict)


@dataclass(frozen=True)
class Role:
    name: str
    created: str
    trust: str
    description: str = ""
    path: str = "/"
    tags: Tags = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    inline: Inline = field(default_factory=dict)
    boundary: str | None = None
    longest_session_s: int = 3600
    last_used: str | None = None
    instance_profile: bool = False


@dataclass(frozen=True)
class Version:
    created: str
    document: str


@dataclass(frozen=True)
class Policy:
    """Each version became the default when it was written."""

    name: str
    versions: tuple[Version, ...]
    description: str = ""
    path: str = "/"
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """What is in the IAM of one AWS account."""

    policies: tuple[Policy, ...] = ()
    groups: tuple[Group, ...] = ()
    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class SampleResource:
    """`policy`: "" for none, or the one that AWS gives it. `is_open`: of a bucket that blocks nothing public. `key`:
    the alias of the KMS key that encrypts it; "" for one of AWS's.
    """

    name: str
    created: str
    policy: str = ""
    is_open: bool = False
    key: str = ""


@dataclass(frozen=True)
class Resources:
    """Those of one AWS account with policies of their own."""

    buckets: tuple[SampleResource, ...] = ()
    keys: tuple[SampleResource, ...] = ()
    queues: tuple[SampleResource, ...] = ()
    topics: tuple[SampleResource, ...] = ()
    secrets: tuple[SampleResource, ...] = ()
    tables: tuple[SampleResource, ...] = ()

    def by_service(self) -> dict[str, tuple[SampleResource, ...]]:
        return {
            "s3": self.buckets,
            "kms": self.keys,
            "sqs": self.queues,
            "sns": self.topics,
            "secretsmanager": self.secrets,
            "dynamodb": self.tables,
        }
