"""What stops to mean a user, a group or a role when it is renamed or deleted, as far as the mirror tells.

Policies on resources (of buckets, keys, queues) may name it too: those are not in the mirror.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from iamconsole.web.words import day, some
from identities.models import IamGroup, IamRole, IamUser, InlinePolicy, Membership, Principal
from identities.selectors import attachments_of, inline_policies_of
from policies.models import PolicyVersion
from sync.checks import Finding

RECENTLY = timedelta(days=90)
# IAM User Guide, "AWS global condition context keys": it holds the name of the user who asks.
_USERNAME = "aws:username"


def roles_trusting(row: Principal) -> Sequence[IamRole]:
    """The roles of its AWS account whose trust policy names it by ARN."""
    named = {"trusted_principals__value": row.arn, "aws_account": row.aws_account_id}
    return list(IamRole.objects.live().filter(**named).distinct().order_by("name_key"))


def broken_by_rename(row: IamUser | IamGroup) -> list[Finding]:
    found = list(_naming(row, "mean nobody then, until they are edited"))
    if trusting := roles_trusting(row):
        words = f"AWS itself writes the new ARN in the trust of {some([role.name for role in trusting])}."
        found.append(Finding("TRUST_FOLLOWS", "suggestion", words))
    if isinstance(row, IamUser) and (names := _by_user_name(row)):
        words = f"{some(names)} {_go(names)} by {_USERNAME}: it is the new name then."
        found.append(Finding("GOES_BY_USER_NAME", "warning", words))
    return found


def broken_by_deletion(row: Principal) -> list[Finding]:
    found = list(_naming(row, "mean nobody then, and whoever gets the name next"))
    if trusting := roles_trusting(row):
        words = f"The trust of {some([role.name for role in trusting])} names it: AWS leaves only its id there, "
        words += "which another one of that name doesn't have."
        found.append(Finding("TRUST_BREAKS", "warning", words))
    return found + list(_in_use(row))


def _in_use(row: Principal) -> Iterator[Finding]:
    used: datetime | None = getattr(row, "last_used_at" if isinstance(row, IamRole) else "last_activity_at", None)
    if used and used > timezone.now() - RECENTLY:
        yield Finding("STILL_IN_USE", "warning", f"{row.name} was last used on {day(used)}.")


def _naming(row: Principal, then: str) -> Iterator[Finding]:
    if names := _policies_naming(row):
        yield Finding("ARN_IS_NAMED", "warning", f"{some(names)} {_name(names)} its ARN: such statements {then}.")


def _policies_naming(row: Principal) -> list[str]:
    """Policies of its AWS account that have its ARN in their text."""
    says = {"document__text__contains": row.arn}
    managed = _in_force(Q(policy__aws_account=row.aws_account_id)).filter(**says)
    inline = InlinePolicy.objects.live().filter(aws_account=row.aws_account_id, **says)
    return _names(managed.values_list("policy__name", flat=True), inline.values_list("name", flat=True))


def _by_user_name(user: IamUser) -> list[str]:
    """The user's policies, also those of its groups, that ask who it is by name."""
    memberships = Membership.objects.live().filter(user=user).select_related("group")
    groups = [membership.group for membership in memberships]
    says = {"document__text__icontains": _USERNAME}
    attached = attachments_of(user, groups).values("policy")
    managed = _in_force(Q(policy__in=attached)).filter(**says)
    inline = inline_policies_of(user, groups).filter(**says)
    return _names(managed.values_list("policy__name", flat=True), inline.values_list("name", flat=True))


def _in_force(of: Q) -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.filter(of, policy__gone_at__isnull=True, version_id=F("policy__default_version"))


def _names(*found: QuerySet[Any, str]) -> list[str]:
    return sorted(set(chain.from_iterable(found)))


def _name(names: Sequence[str]) -> str:
    return "names" if len(names) == 1 else "name"


def _go(names: Sequence[str]) -> str:
    return "goes" if len(names) == 1 else "go"
