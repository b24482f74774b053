"""Whether somebody is the last administrator of an AWS account: they aren't cut off by this console."""

from __future__ import annotations

from collections.abc import Collection

from access.escalation.administrator import is_administrator
from access.holders import Holder
from access.index import cached_index
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from identities.models import IamUser

_NEEDED = "iam:AttachRolePolicy"  # an administrator may do this, among all others


def is_last_administrator(aws_account: AwsAccount, holder: Holder) -> bool:
    """Whether the holder is one, and nobody else is who could get in.

    The console's own roles, service-linked ones, and users without a password and an active key don't count.
    """
    around = surroundings_of(aws_account.account_id)
    return is_administrator(holder, around) and not _are_others(aws_account, {holder.arn}, around)


def last_administrators(aws_account: AwsAccount, arns: Collection[str]) -> set[str]:
    """Those of the ARNs that are administrators, where nobody else is who could get in: cut off together."""
    index, around = cached_index(aws_account).index, surroundings_of(aws_account.account_id)
    may = (index.holders[number] for number in sorted(index.allowed_at_all(_NEEDED)))
    found = {each.arn for each in may if each.arn in arns and is_administrator(each, around)}
    return set() if not found or _are_others(aws_account, found, around) else found


def _are_others(aws_account: AwsAccount, arns: Collection[str], around: Surroundings) -> bool:
    """Administrators besides these who could get in."""
    index = cached_index(aws_account).index
    own = {aws_account.read_role_arn, aws_account.write_role_arn, *arns}
    others = [index.holders[number] for number in sorted(index.allowed_at_all(_NEEDED))]
    left = [each for each in others if each.arn not in own and not each.caller.is_service_linked]
    shut_out = _shut_out(aws_account, {each.row for each in left if not each.is_role})
    return any((each.is_role or each.row not in shut_out) and is_administrator(each, around) for each in left)


def _shut_out(aws_account: AwsAccount, users: set[int]) -> set[int]:
    """Users who can't sign in nor call AWS."""
    rows = IamUser.objects.filter(aws_account=aws_account, pk__in=users, active_key_count=0, has_password=False)
    return set(rows.values_list("pk", flat=True))
