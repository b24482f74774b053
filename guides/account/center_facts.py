"""Which permission sets of Identity Center make administrators of an AWS account, and of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import AwsAccount
from directory.instances import instance_state
from directory.models import DirectoryUser, PermissionSet
from directory.selectors import ALL_SOURCES, assignments_of, people_behind, why_unknown
from guides.account.administrators import administrators_of
from sync.selectors import coverages_of


@dataclass(frozen=True)
class CenterFacts:
    """`names`: of sets that allow everything in the AWS account, or would. `sets`: those of them that this AWS account
    administers. `people`: who has one and can sign in. `unknown`: a sentence why not all of it is known, or "".
    `is_held`: whether this AWS account administers the instance."""

    names: Sequence[str]
    sets: Sequence[PermissionSet]
    people: int
    unknown: str = ""
    is_held: bool = False


def center_facts(aws_account: AwsAccount) -> CenterFacts:
    """By the roles that are in the AWS account; where it administers the instance by sets and assignments, too, which
    a change has at once: a new set's role comes with the next pull."""
    found = administrators_of(aws_account)
    unknown = found.unknown or next((each.unknown for each in found.sets if each.unknown), "")
    names = [each.set_name for each in found.sets]
    if instance_state(aws_account).state != "held":
        return CenterFacts(list(dict.fromkeys(names)), [], found.people, unknown)
    by_role = {each.permission_set.aws_id for each in found.sets if each.permission_set}
    rows = PermissionSet.objects.live().filter(aws_account=aws_account).order_by("name_key")
    sets = [each for each in rows if each.aws_id in by_role or _allows_everything(each)]
    assigned = [one for each in sets for one in assignments_of(each, aws_account.account_id)]
    people = people_behind(aws_account, assigned).exclude(status=DirectoryUser.Status.DISABLED)
    unknown = unknown or why_unknown(coverages_of(aws_account, ALL_SOURCES))
    names = list(dict.fromkeys([*names, *(each.name for each in sets)]))
    return CenterFacts(names, sets, people.count(), unknown, is_held=True)


def _allows_everything(row: PermissionSet) -> bool:
    everything = any(each.endswith(":iam::aws:policy/AdministratorAccess") for each in row.managed)
    return everything and not row.boundary and row.inline_id is None
