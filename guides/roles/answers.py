"""What somebody answered in the role builder, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.models import AwsAccount
from guides.roles.invoking import Started
from guides.roles.touching import Touchable, Use
from guides.roles.trusting import RoleTrust
from identities.kinds import ROLE


@dataclass(frozen=True)
class Touch:
    """A resource that the role may touch. `prefix`: what alone is meant in it. `region`: the one that it is in, as far
    as that is known. `key_arn`: the key of KMS that the use takes besides.
    """

    touchable: Touchable
    use: Use
    arn: str
    name: str
    prefix: str = ""
    region: str = ""
    key_arn: str = ""
    is_own: bool = False  # the log that what has the role writes of itself

    @property
    def called(self) -> str:
        return f"{self.name}/{self.prefix}" if self.prefix else self.name

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in its statements."""
        return {"arn": self.arn, "prefix": self.prefix}


@dataclass(frozen=True)
class RoleAnswers:
    aws_account: AwsAccount
    name: str
    path: str
    trust: RoleTrust
    touches: Sequence[Touch] = ()
    description: str = ""
    boundary_arn: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    is_managed: bool = False  # its policy is a managed one, which others can have, too
    is_for_ec2: bool = False
    started: Started | None = None  # what starts it by a role of its own

    @property
    def arn(self) -> str:
        return ROLE.arn_of(self.aws_account, self.name, self.path)
