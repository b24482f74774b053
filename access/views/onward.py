"""The roles that a principal may go on to, as rows of a page: as far as the operator may see their AWS accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from access.descriptions import describe_condition
from access.holders import Holder
from access.object_links import links_of, principal_url
from access.onward_roles import OnwardRole, OnwardSearch, accounts_not_told
from access.who_can.answer import WayLine, way_line
from access.who_can.chains import UNSEEN_ROLE
from access.who_can.ways import Way, policies_and_groups, ways_of
from accounts.models import AwsAccount
from policies.engine.combine import Decision

SHOWN = 100
_PERHAPS = "under a condition, or unknown"


@dataclass(frozen=True)
class OnwardLine:
    """`account`: another AWS account, in words. `through`: names of the roles before it. `only_if`: of the last one."""

    name: str
    url: str
    account: str
    through: Sequence[str]
    because: Sequence[WayLine]
    only_if: str
    is_sure: bool


@dataclass(frozen=True)
class OnwardRoles:
    """`unseen`: there are some in AWS accounts that the operator may not see. `not_told`: ids of AWS accounts of which
    its policies allow it roles, and that nothing is told of."""

    lines: Sequence[OnwardLine]
    total: int
    unseen: bool
    is_whole: bool
    not_told: Sequence[str]


def onward_roles(aws_account: AwsAccount, holder: Holder, may_see: Callable[[str], bool]) -> OnwardRoles:
    search = OnwardSearch(aws_account)
    found = search.roles(holder)

    def is_seen(role: OnwardRole) -> bool:
        return role.aws_account == aws_account or may_see(role.aws_account.account_id)

    seen = [role for role in found if is_seen(role)]
    lines = _lines(aws_account, seen[:SHOWN], is_seen)
    return OnwardRoles(lines, len(seen), len(seen) < len(found), search.is_whole, accounts_not_told(holder, may_see))


def _lines(
    aws_account: AwsAccount, roles: Sequence[OnwardRole], is_seen: Callable[[OnwardRole], bool]
) -> list[OnwardLine]:
    ways = [_ways(role, is_seen) for role in roles]
    named: dict[AwsAccount, list[Way]] = defaultdict(list)
    for role, said in zip(roles, ways, strict=True):
        named[_acting_in(aws_account, role)] += said
    links = {of: links_of(of, set(policies_and_groups(said))) for of, said in named.items()}
    found = []
    for role, said in zip(roles, ways, strict=True):
        is_told = all(map(is_seen, role.through))
        doubt = "" if role.match.decision is Decision.ALLOWED else _PERHAPS
        found.append(
            OnwardLine(
                role.row.name,
                principal_url(role.aws_account, role.row.aws_id, is_role=True),
                "" if role.aws_account == aws_account else str(role.aws_account),
                [each.row.name if is_seen(each) else UNSEEN_ROLE for each in role.through],
                [way_line(way, links[_acting_in(aws_account, role)]) for way in said],
                describe_condition(role.match) if is_told else doubt,
                role.is_sure,
            )
        )
    return found


def _acting_in(aws_account: AwsAccount, role: OnwardRole) -> AwsAccount:
    """Where whoever takes the last step is."""
    return role.through[-1].aws_account if role.through else aws_account


def _ways(role: OnwardRole, is_seen: Callable[[OnwardRole], bool]) -> list[Way]:
    """Without what an AWS account says that may not be seen."""
    is_told = not role.through or is_seen(role.through[-1])
    return [way for way in ways_of(role.match, {}) if is_told or way.is_of_resource]
