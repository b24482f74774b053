"""The roles that a principal may go on to, as rows of a page: as far as the operator may see their AWS accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from access.descriptions import describe_condition
from access.holders import Holder
from access.object_links import links_of, principal_url
from access.onward_roles import OnwardSearch, ReachedRole, accounts_not_told
from access.role_chains import LONGEST
from access.who_can.answer import WayLine, way_line
from access.who_can.chains import UNSEEN_ROLE
from access.who_can.ways import Way, policies_and_groups, ways_of
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
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
    search = OnwardSearch([ReachedRole(aws_account, holder)], most_steps=LONGEST)
    found = search.found()

    def is_seen(role: ReachedRole) -> bool:
        return role.aws_account == aws_account or may_see(role.aws_account.account_id)

    seen = [role for role in found if is_seen(role)]
    lines = _lines(aws_account, seen[:SHOWN], is_seen)
    return OnwardRoles(lines, len(seen), len(seen) < len(found), not search.is_cut, accounts_not_told(holder, may_see))


def _lines(
    aws_account: AwsAccount, roles: Sequence[ReachedRole], is_seen: Callable[[ReachedRole], bool]
) -> list[OnwardLine]:
    ways = [_ways(role, is_seen) for role in roles]
    named: dict[AwsAccount, list[Way]] = defaultdict(list)
    for role, said in zip(roles, ways, strict=True):
        named[_acting_in(role)] += said
    links = {of: links_of(of, set(policies_and_groups(said))) for of, said in named.items()}
    return [
        OnwardLine(
            name_of(role.holder.arn),
            principal_url(role.aws_account, role.holder.unique_id, is_role=True),
            "" if role.aws_account == aws_account else str(role.aws_account),
            [name_of(each.holder.arn) if is_seen(each) else UNSEEN_ROLE for each in role.steps[1:-1]],
            [way_line(way, links[_acting_in(role)]) for way in said],
            _condition(role, is_told=all(map(is_seen, role.steps))),
            role.is_sure,
        )
        for role, said in zip(roles, ways, strict=True)
    ]


def _condition(role: ReachedRole, *, is_told: bool) -> str:
    if role.match is None or role.match.decision is Decision.ALLOWED:
        return ""
    return describe_condition(role.match) if is_told else _PERHAPS


def _acting_in(role: ReachedRole) -> AwsAccount:
    """Where whoever takes the last step is."""
    return role.before.aws_account if role.before else role.aws_account


def _ways(role: ReachedRole, is_seen: Callable[[ReachedRole], bool]) -> list[Way]:
    """Without what an AWS account says that may not be seen."""
    is_told = role.before is None or is_seen(role.before)
    return [way for way in ways_of(role.match, {}) if is_told or way.is_of_resource] if role.match else []
