"""The grants that a review begins with: found by their sources, with risk and last use beside them.

Last use is what AWS tells of the services that a grant is for, by whom it is for, whatever else gives them the same:
IAM User Guide, "Refine permissions in AWS using last accessed information". Of people of Identity Center and of user
pools it tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from access.last_use import PolicyLastUse, Reports
from accounts.models import AwsAccount
from findings.models import Finding
from findings.rule_names import ADMINISTRATOR, ESCALATION_PATH
from iamconsole.web.vocabulary import LEVELS
from policies.models import ManagedPolicy
from reviews.grants import FoundGrant, GrantSource
from reviews.models import Review, ReviewedGrant

MOST_GRANTS = 5_000  # nobody reads more, and of each there is a row
_WRITING = ("write", "permissions", "everything")
_KINDS = ("iam.user", "iam.role")
_AT_ONCE = 500
_UNKNOWN = PolicyLastUse(ManagedPolicy.Use.UNKNOWN)
_RANK_OF_POWER = {"": 0, "can_become": 10, "administrator": 20}
_RANK_OF_UNKNOWN = LEVELS.index("permissions")


@dataclass(frozen=True)
class SnapshotGrant:
    source: GrantSource
    aws_account: AwsAccount
    found: FoundGrant
    power: str


class TooManyGrants(Exception):
    """More than fit into one review."""


def grants_in(
    aws_accounts: Sequence[AwsAccount], sources: Sequence[GrantSource], only: str, groups: Collection[str]
) -> list[SnapshotGrant]:
    """Raises TooManyGrants."""
    found: list[SnapshotGrant] = []
    for aws_account in aws_accounts:
        powers = powers_in(aws_account)
        for source in sources:
            for each in source.grants(aws_account, groups):
                grant = SnapshotGrant(source, aws_account, each, powers.get(each.holder_id, ""))
                if is_wanted(grant, only):
                    found.append(grant)
                if len(found) > MOST_GRANTS:
                    raise TooManyGrants
    return found


def powers_in(aws_account: AwsAccount) -> dict[str, str]:
    """By unique id: administrators, and who can become one, as findings say; also where these are muted or accepted."""
    rows = Finding.objects.there().filter(aws_account=aws_account, kind__in=_KINDS)
    rows = rows.filter(rule__in=(ADMINISTRATOR, ESCALATION_PATH)).order_by()
    found: dict[str, str] = {}
    for object_id, rule in rows.values_list("object_id", "rule").distinct():
        if rule == ADMINISTRATOR or object_id not in found:
            found[object_id] = "administrator" if rule == ADMINISTRATOR else "can_become"
    return found


def is_wanted(grant: SnapshotGrant, only: str) -> bool:
    """What isn’t known of counts as wanted, but among administrators."""
    if only == Review.Only.POWERFUL:
        return bool(grant.power) or grant.found.level == "everything"
    return only == Review.Only.ALL or grant.found.level in ("", *_WRITING)


def rank(level: str, power: str) -> int:
    return _RANK_OF_POWER[power] + (LEVELS.index(level) if level else _RANK_OF_UNKNOWN)


def last_uses(grants: Sequence[SnapshotGrant]) -> Iterator[PolicyLastUse]:
    """Of each, in their order. The reports of all users and roles of an AWS account are read at once."""
    reports: dict[AwsAccount, Reports] = {}
    for aws_account in {each.aws_account for each in grants}:
        of_account = [each.found for each in grants if each.aws_account == aws_account]
        judges = {judge.arn: judge for found in of_account for judge in found.judges or ()}
        reports[aws_account] = Reports(aws_account, judges.values())
    for each in grants:
        if each.found.judges is None or not each.found.level:
            yield _UNKNOWN
        else:
            yield reports[each.aws_account].last_use(each.found.judges, each.found.services)


def before(grants: Sequence[SnapshotGrant]) -> Mapping[tuple[int, str, str], int]:
    """By AWS account, source and key: the row of the last finished review in which the same grant was decided."""
    holders = sorted({each.found.holder_id for each in grants})
    found: dict[tuple[int, str, str], int] = {}
    for first in range(0, len(holders), _AT_ONCE):
        rows = ReviewedGrant.objects.filter(
            aws_account__in={each.aws_account.pk for each in grants},
            holder_id__in=holders[first : first + _AT_ONCE],
            review__state=Review.State.FINISHED,
        ).exclude(decision="")
        for account, source, key, pk in rows.order_by("review__closed_at", "pk").values_list(
            "aws_account", "source", "key", "pk"
        ):
            found[account, source, key] = pk
    return found
