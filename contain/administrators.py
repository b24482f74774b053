"""Whether somebody is the last administrator of an AWS account: they aren't cut off by this console."""

from __future__ import annotations

from access.escalation.administrator import is_administrator
from access.holders import Holder
from access.index import cached_index
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from identities.models import IamUser

_NEEDED = "iam:AttachRolePolicy"  # an administrator may do this, among all others


def is_last_administrator(aws_account: AwsAccount, holder: Holder) -> bool:
    """Whether the holder is one, and nobody else is who could get in.

    The console's own roles, service-linked ones, and users without a password and an active key don't count.
    """
    around = surroundings_of(aws_account.account_id)
    if not is_administrator(holder, around):
        return False
    index = cached_index(aws_account).index
    own = {aws_account.read_role_arn, aws_account.write_role_arn, holder.arn}
    others = [index.holders[number] for number in sorted(index.allowed_at_all(_NEEDED))]
    left = [each for each in others if each.arn not in own and not each.caller.is_service_linked]
    shut_out = _shut_out(aws_account, {each.row for each in left if not each.is_role})
    return not any((each.is_role or each.row not in shut_out) and is_administrator(each, around) for each in left)


def _shut_out(aws_account: AwsAccount, users: set[int]) -> set[int]:
    """Users who can't sign in nor call AWS."""
    rows = IamUser.objects.filter(aws_account=aws_account, pk__in=users, active_key_count=0, has_password=False)
    return set(rows.values_list("pk", flat=True))
