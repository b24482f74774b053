"""Assignments that nobody uses, found in the AWS account where they let somebody in.

AWS says when a role was used last, and not by whom ("Last accessed information" in the IAM User Guide): so an
assignment is known to be unused where nobody at all used the role of its permission set there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import AwsAccount
from directory.instances import holder_of
from directory.models import AccountAssignment, PermissionSet
from directory.reserved_roles import RESERVED, regions_of_sets, reserved_role
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from iamconsole.web.words import counted
from identities.models import IamRole
from sync.selectors import coverages_of

UNUSED = "directory.unused"
AFTER = timedelta(days=90)
_READ_WITHIN = timedelta(days=7)  # what AWS said longer ago tells nothing of the last weeks
_DETAILS = "iam.details"


@dataclass(frozen=True)
class UnusedRoleOfSet:
    role: IamRole
    set_name: str
    assignments: int


class UnusedAssignmentSource(FindingSource):
    """A scope is a role of a permission set."""

    name = "directory.unused"
    title = "Identity Center, unused"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            UNUSED,
            "A permission set that is assigned in this AWS account, and whose role here nobody used for 90 days.",
            title="Assignment nobody uses",
            why="Access that nobody needs is there for whoever takes over one of these people’s sessions.",
            mend="Delete the assignments in the AWS account that has Identity Center.",
            one="permission set is assigned here and unused",
            many="permission sets are assigned here and unused",
        )
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        code = stamp_of_code("directory")
        unused = {each.role.aws_id: each for each in unused_roles_of_sets(aws_account)}
        return {
            role.aws_id: stamp_of(code, found.set_name, found.assignments)
            if (found := unused.get(role.aws_id))
            else stamp_of(code, "used")
            for role in _roles(aws_account)
        }

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        unused = {each.role.aws_id: [_found(each)] for each in unused_roles_of_sets(aws_account)}
        return {scope: unused.get(scope, []) for scope in scopes}


def _roles(aws_account: AwsAccount) -> list[IamRole]:
    rows = IamRole.objects.live().filter(aws_account=aws_account, path__startswith=RESERVED)
    return list(rows.order_by("aws_id"))


def unused_roles_of_sets(aws_account: AwsAccount) -> list[UnusedRoleOfSet]:
    """None where the roles weren't read lately."""
    read_at, now = coverages_of(aws_account, [_DETAILS])[_DETAILS].at, timezone.now()
    if read_at is None or read_at < now - _READ_WITHIN:
        return []
    idle = [role for role in _roles(aws_account) if _is_idle(role)]
    named = {role.pk: reserved for role in idle if (reserved := reserved_role(role)) is not None}
    count = _assigned(aws_account, {reserved.set_name for reserved in named.values()})
    found = []
    for role in idle:
        reserved = named.get(role.pk)
        number = count[reserved.set_name, reserved.region] if reserved else 0
        if reserved and number:
            found.append(UnusedRoleOfSet(role, reserved.set_name, number))
    return found


def _is_idle(role: IamRole) -> bool:
    """One that is younger had no time to be used."""
    since = timezone.now() - AFTER
    was_there = role.created_at is not None and role.created_at < since
    return was_there and (role.last_used_at is None or role.last_used_at < since)


def sets_of_role(role: IamRole) -> list[PermissionSet]:
    """Of which the role is, as the AWS account mirrors them that has the findings of their instance."""
    reserved = reserved_role(role)
    if reserved is None:
        return []
    held = _held_sets(role.aws_account, {reserved.set_name})
    return [row for row, region in held if region == reserved.region]


def _held_sets(aws_account: AwsAccount, names: Collection[str]) -> list[tuple[PermissionSet, str]]:
    """Those of these names that are provisioned here, with the Region of their instance; each instance's once."""
    account_id = aws_account.account_id
    rows = PermissionSet.objects.live().filter(name__in=names).select_related("aws_account", "inline")
    sets = [row for row in rows if account_id in row.accounts]
    regions = regions_of_sets(sets)
    return [
        (row, regions.get((row.aws_account_id, row.instance_arn), ""))
        for row in sets
        if holder_of(row.instance_arn) == row.aws_account
    ]


def _assigned(aws_account: AwsAccount, names: Collection[str]) -> Counter[tuple[str, str]]:
    """How many assignments there are here, by the set's name and its instance's Region."""
    found: Counter[tuple[str, str]] = Counter()
    for row, region in _held_sets(aws_account, names):
        here = AccountAssignment.objects.live().filter(aws_account=row.aws_account, target_id=aws_account.account_id)
        found[row.name, region] += here.filter(set_id=row.aws_id).count()
    return found


def _found(unused: UnusedRoleOfSet) -> Found:
    role = unused.role
    sentence = (
        f"Nobody has used the role of the permission set {unused.set_name} here for {AFTER.days} days: "
        f"{counted(unused.assignments, 'assignment gives', 'assignments give')} access that nobody uses."
    )
    return Found(UNUSED, FindingSeverity.LOW, IamRole.kind, role.aws_id, role.name, sentence)
