"""What is written as code: objects of IAM as plain values, with documents as AWS returned their text.

None as tags, description or longest session: not read yet, so nobody knows what AWS has there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Tags = Mapping[str, str]


@dataclass(frozen=True)
class NamedDocument:
    """An inline policy."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ExportedObject:
    """`arn`, `name` and `path` as AWS has them."""

    arn: str
    name: str
    path: str = "/"


@dataclass(frozen=True, kw_only=True)
class ExportedPolicy(ExportedObject):
    """A customer managed policy with the document in force."""

    document: str
    description: str | None = ""
    tags: Tags | None = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExportedPrincipal(ExportedObject):
    attached: tuple[str, ...] = ()  # ARNs of managed policies
    inline: tuple[NamedDocument, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExportedGroup(ExportedPrincipal):
    pass


@dataclass(frozen=True, kw_only=True)
class ExportedRole(ExportedPrincipal):
    trust: str
    description: str | None = ""
    longest_session_s: int | None = 3600
    boundary: str = ""
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExportedUser(ExportedPrincipal):
    boundary: str = ""
    tags: Tags = field(default_factory=dict)
    groups: tuple[str, ...] = ()  # names
    keys: tuple[str, ...] = ()  # ids of access keys, without their secrets
    has_password: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportedInstanceProfile(ExportedObject):
    role: str = ""  # its name
    tags: Tags | None = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExportedOidcProvider(ExportedObject):
    client_ids: tuple[str, ...] = ()
    thumbprints: tuple[str, ...] = ()
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExportedSamlProvider(ExportedObject):
    metadata: str
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True)
class ExportedAlias:
    alias: str


@dataclass(frozen=True)
class ExportedPasswordPolicy:
    """By AWS's names, such as MinimumPasswordLength."""

    settings: Mapping[str, Any]


@dataclass(frozen=True)
class LeftOut:
    """Something that isn't written, and why: two halves of a sentence."""

    what: str  # "The role AWSServiceRoleForSupport"
    why: str  # "an AWS service looks after it."

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


Part = (
    ExportedPolicy
    | ExportedGroup
    | ExportedRole
    | ExportedUser
    | ExportedInstanceProfile
    | ExportedOidcProvider
    | ExportedSamlProvider
    | ExportedAlias
    | ExportedPasswordPolicy
    | LeftOut
)
