"""Which objects of an AWS account are exported: a selection of a kind, or all of IAM that AWS doesn't look after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from accounts.models import AwsAccount
from identities.models import (
    Attachment,
    IamGroup,
    IamRole,
    IamUser,
    InstanceProfile,
    OidcProvider,
    SamlProvider,
    ServerCertificate,
)
from policies.models import ManagedPolicy
from sync.models import Ownership

PRINCIPALS = (IamGroup, IamRole, IamUser)
# In the order in which they are written: what others refer to comes first.
MODELS: tuple[type[Any], ...] = (ManagedPolicy, *PRINCIPALS, InstanceProfile, OidcProvider, SamlProvider)


@dataclass(frozen=True)
class ExportSelection:
    """`picked`: primary keys of rows of one model; None for the whole AWS account.

    `with_policies`: customer managed policies that what was picked has attached or as its boundary are written, too.
    """

    aws_account: AwsAccount
    model: type[Any] | None = None
    picked: Sequence[int] | None = None
    with_policies: bool = True

    @property
    def is_whole(self) -> bool:
        return self.picked is None

    def rows(self, model: type[Any]) -> QuerySet[Any]:
        """The live rows of a model that are exported, by name; those of a whole account without what AWS or nobody here
        looks after."""
        rows: QuerySet[Any] = model.objects.live().filter(aws_account=self.aws_account).order_by("name_key", "pk")
        if self.is_whole:
            return self._looked_after(rows)
        if model is self.model:
            return rows.filter(pk__in=self.picked or ())
        if model is ManagedPolicy and self.with_policies:
            return rows.filter(self._held(), is_aws=False)
        if model is InstanceProfile and self.model is IamRole:
            return rows.filter(role__in=self.picked or ())
        return rows.none()

    def counts(self) -> Mapping[type[Any], int]:
        """How many of each model are written, without what AWS looks after; those of which there are some."""
        numbered = [
            _not_of_aws(self.rows(model)).order_by().annotate(of=Value(of)).values("of").annotate(number=Count("pk"))
            for of, model in enumerate(MODELS)
        ]
        found = {row["of"]: row["number"] for row in numbered[0].union(*numbered[1:], all=True)}
        return {model: found[of] for of, model in enumerate(MODELS) if found.get(of)}

    def hidden(self) -> int:
        """How many a rule of the AWS account hides from the export of it as a whole."""
        if not self.is_whole:
            return 0
        looked_after = (ManagedPolicy, *PRINCIPALS, InstanceProfile)
        return sum(self._live(model).filter(ownership=Ownership.IGNORED).count() for model in looked_after)

    def server_certificates(self) -> int:
        return self._live(ServerCertificate).count() if self.is_whole else 0

    def _live(self, model: type[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.live().filter(aws_account=self.aws_account)
        return rows

    def _looked_after(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if issubclass(rows.model, ManagedPolicy):
            rows = rows.filter(is_aws=False)
        if hasattr(rows.model, "ownership"):
            rows = rows.exclude(ownership=Ownership.IGNORED)
        return rows

    def _held(self) -> Q:
        """Policies attached to what was picked, or their boundaries."""
        if self.model not in PRINCIPALS:
            return Q(pk__in=())
        owner = self.model.kind.removeprefix("iam.")
        attached = Attachment.objects.live().filter(**{f"{owner}__in": self.picked or ()}).values("policy")
        held = Q(pk__in=attached)
        if self.model is IamGroup:
            return held
        bounded = self._live(self.model).filter(pk__in=self.picked or ()).exclude(boundary_arn="")
        return held | Q(arn__in=bounded.values("boundary_arn"))


def _not_of_aws(rows: QuerySet[Any]) -> QuerySet[Any]:
    """As `kept_by_aws` of the rows says."""
    if rows.model is IamRole:
        return rows.exclude(path__startswith=IamRole.SERVICE_LINKED).exclude(path__startswith="/aws-reserved/")
    return rows.filter(is_aws=False) if rows.model is ManagedPolicy else rows
