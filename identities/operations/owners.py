"""Calls on a user, a group, a role or an instance profile that differ only in AWS's names."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from identities.models import Principal
from objects.kinds import IamKind
from objects.operations.objects import ObjectOperation, ObjectParams
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.operations import StepSpec, Value


@dataclass(frozen=True)
class OwnerParams:
    """Of operations that need to know nothing but whom they are about."""

    arn: str


P = TypeVar("P", bound=ObjectParams)


class OwnerOperation(ObjectOperation[P]):
    """On what it has or belongs to: its part is read by calls of its own, and not by the mirror's."""

    of: IamKind

    def live(self, client: AwsClient, p: P) -> Value:
        try:
            owner = self.of.get(client, p.arn)
            return {"object": owner[self.of.id_member], **self.parse_part(client, p, owner, self.of.named(p.arn))}
        except NotFound:
            return None

    @abstractmethod
    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """The rest of the live part. `owner` as AWS's Get… gives it; `named`: the parameter that names it.

        NotFound raised here means that the owner is gone.
        """


def on_owner(owner: Principal, verb: str, **params: Any) -> StepSpec:
    """A step of one of these operations on a mirrored user, group or role."""
    return StepSpec(f"{owner.kind}.{verb}", {"arn": owner.arn, **params})
