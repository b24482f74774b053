"""The safeguards that are in force, and their versions as the digest of a plan has them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from accounts.models import AwsAccount
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards.kinds import registry
from sync.safeguards.scopes import Scope, columns_of

_IN_FORCE = SafeguardVersion.State.IN_FORCE


def versions_in_force(aws_account: AwsAccount, kind: str = "") -> QuerySet[SafeguardVersion]:
    """All that hold in the AWS account, those of its labels, too. Of all kinds, or of one."""
    return _versions(Safeguard.objects.there().holding_in(aws_account), kind)


def versions_of(scope: Scope, kind: str = "") -> QuerySet[SafeguardVersion]:
    """Those that were set for the AWS account, or for the label, itself."""
    return _versions(Safeguard.objects.there().filter(**columns_of(scope)), kind)


def _versions(safeguards: QuerySet[Safeguard], kind: str) -> QuerySet[SafeguardVersion]:
    of_kind = safeguards.filter(kind=kind) if kind else safeguards
    found = SafeguardVersion.objects.filter(safeguard__in=of_kind.values("pk"), state=_IN_FORCE)
    return found.select_related("safeguard__label").order_by("safeguard_id")


def blocking_versions(aws_account: AwsAccount) -> dict[str, int]:
    """By the id of the safeguard the number of its version: of those that a plan must meet to be applied."""
    found = versions_in_force(aws_account).filter(is_blocking=True)
    return {str(safeguard): number for safeguard, number in found.values_list("safeguard_id", "number")}


def what_differs(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """The safeguards that were made, changed or deleted in between: "test 12", without what people called them."""
    differing = {int(pk) for pk in before.keys() | now.keys() if before.get(pk) != now.get(pk)}
    kinds = dict(Safeguard.objects.filter(pk__in=differing).values_list("pk", "kind"))
    return [f"{registry[kinds[pk]].noun} {pk}" for pk in sorted(kinds)]
