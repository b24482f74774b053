"""What changes of permission sets, assignments and memberships say of access, as facts about AWS accounts.

Of a role of a permission set it is what the role has; of a group or a person, what they get by the sets that they have
in an AWS account, since Identity Center lets them take on the role. Facts name people by their id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import AwsAccount
from directory.finding_source import allows_everything
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    PermissionSet,
    PrincipalType,
)
from directory.reserved_roles import roles_of
from directory.selectors import assignments_to
from identities.models import Attachment, IamRole
from policies.holdings import AttachmentChange, BoundaryChange, ElsewhereChange, InlinePolicyChange
from sync.operations import AccessChange

INLINE = "AwsSSOInlinePolicy"  # what a set's inline policy is called in its roles
_NO_ROLE = "Its role there wasn’t read yet: pull that AWS account."


# ---- Roles of a set --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RoleThere:
    account_id: str
    partition: str
    role: IamRole

    @property
    def arn(self) -> str:
        return str(self.role.arn)

    def policy_arn(self, policy: str) -> str:
        """Of AWS's own, or of a customer managed one by its path and name, in that AWS account."""
        return policy_arn(self.partition, self.account_id, policy)


def policy_arn(partition: str, account_id: str, policy: str) -> str:
    return f"arn:{partition}:iam::{account_id}:policy{policy}" if policy.startswith("/") else policy


class EveryRole:
    """The roles of a permission set in the AWS accounts that are connected."""

    def __init__(self, aws_account: AwsAccount, row: PermissionSet) -> None:
        """`aws_account`: the one that the change is carried out in."""
        self._own = aws_account.account_id
        self._roles = roles_of(row)

    def tell(self, facts: Callable[[RoleThere], Iterable[AccessChange]]) -> Iterator[AccessChange]:
        """What `facts` says of each; of the AWS account of the change as it is, of the others as theirs."""
        for account, role in self._roles:
            if role is None:
                yield ElsewhereChange(account.account_id, why=_NO_ROLE)
                continue
            for fact in facts(RoleThere(account.account_id, account.partition, role)):
                yield fact if account.account_id == self._own else ElsewhereChange(account.account_id, fact)


def becomes(
    there: RoleThere, managed: Sequence[str], customer: Sequence[str], inline: str | None, boundary: str
) -> Iterator[AccessChange]:
    """What makes a role what its set says. `inline`: None where the text isn't known, and stays as it is."""
    wanted = {there.policy_arn(each) for each in (*managed, *customer)}
    held = set(Attachment.objects.live().filter(role=there.role).values_list("arn", flat=True))
    yield from (AttachmentChange(there.arn, arn, arn in wanted) for arn in sorted(held ^ wanted))
    if inline is not None:
        yield InlinePolicyChange(there.arn, INLINE, inline or None)
    if there.role.boundary_arn != (bounded := there.policy_arn(boundary) if boundary else ""):
        yield BoundaryChange(there.arn, bounded)


# ---- Groups and people -----------------------------------------------------------------------------------------------
def members_arn(group: DirectoryGroup) -> str:
    """Stands for whoever is in the group."""
    return f"{group.arn}/members of {group.name}"


def person_arn(store_arn: str, user_id: str) -> str:
    return f"{store_arn}/{user_id}"


def whose(held_by: AwsAccount, principal_type: str, principal_id: str) -> tuple[str, list[str]]:
    """What stands for the group or the person, and by whose assignments they get in; "" for whom the mirror lacks."""
    if principal_type == PrincipalType.GROUP:
        group = DirectoryGroup.objects.live().filter(aws_account=held_by, aws_id=principal_id).first()
        return (members_arn(group), [principal_id]) if group else ("", [])
    person = DirectoryUser.objects.live().filter(aws_account=held_by, aws_id=principal_id).first()
    if person is None:
        return "", []
    return person_arn(person.arn, principal_id), [principal_id, *group_ids_of(held_by, principal_id)]


def group_ids_of(held_by: AwsAccount, user_id: str) -> list[str]:
    theirs = DirectoryMembership.objects.live().filter(aws_account=held_by, user_id=user_id)
    return list(theirs.values_list("group_id", flat=True))


Ways = Mapping[str, frozenset[str]]  # by AWS account, the ids of the permission sets that somebody has there


def ways_of(held_by: AwsAccount, principal_ids: Iterable[str]) -> Ways:
    """Into AWS accounts, by the assignments of these people and groups together."""
    rows = AccountAssignment.objects.live().filter(aws_account=held_by, principal_id__in=list(principal_ids))
    found: dict[str, set[str]] = {}
    for target_id, set_id in rows.values_list("target_id", "set_id"):
        found.setdefault(target_id, set()).add(set_id)
    return {target_id: frozenset(ids) for target_id, ids in found.items()}


def changed_ways(held_by: AwsAccount, who: str, before: Ways, after: Ways) -> Iterator[ElsewhereChange]:
    """What `who`, an ARN, gains and loses in each AWS account that is connected and where the sets differ."""
    differing = sorted(each for each in {*before, *after} if before.get(each) != after.get(each))
    sets = {row.aws_id: row for row in _sets(held_by, before, after, differing)}
    accounts = {each.account_id: each for each in AwsAccount.objects.filter(account_id__in=differing)}
    for account_id in differing:
        if (account := accounts.get(account_id)) is None or not account.is_connected:
            continue
        for ways, is_after in ((before, False), (after, True)):
            held = [sets[each] for each in sorted(ways.get(account_id, ())) if each in sets]
            for fact in _has(account, who, held):
                yield ElsewhereChange(account_id, fact, before=not is_after, after=is_after)


def _sets(held_by: AwsAccount, before: Ways, after: Ways, accounts: Sequence[str]) -> Iterable[PermissionSet]:
    ids = {each for ways in (before, after) for account_id in accounts for each in ways.get(account_id, ())}
    rows: Iterable[PermissionSet] = (
        PermissionSet.objects.live().filter(aws_account=held_by, aws_id__in=ids).select_related("inline")
    )
    return rows


def _has(account: AwsAccount, who: str, sets: Sequence[PermissionSet]) -> Iterator[AccessChange]:
    """All that the sets have, together; a boundary where each of them has the same."""
    for row in sets:
        for policy in (*row.managed, *row.customer):
            yield AttachmentChange(who, policy_arn(account.partition, account.account_id, policy), True)
        if row.inline:
            yield InlinePolicyChange(who, row.name, row.inline.text)
    boundaries = {row.boundary for row in sets}
    if len(boundaries) == 1 and (boundary := boundaries.pop()):
        yield BoundaryChange(who, policy_arn(account.partition, account.account_id, boundary))


def administrator_sets(aws_account: AwsAccount, group_id: str) -> list[tuple[str, str]]:
    """The sets that allow everything and that a group has, each with an AWS account."""
    rows = assignments_to(aws_account, group_id)
    pairs = sorted(rows.values_list("name", "target_id", "set_id"))
    sets = PermissionSet.objects.live().filter(aws_account=aws_account, aws_id__in={each for *_, each in pairs})
    grave = {row.aws_id for row in sets.select_related("inline") if allows_everything(row)}
    return [(name, target_id) for name, target_id, set_id in pairs if set_id in grave]
