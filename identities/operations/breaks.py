"""What stops to mean a user, a group or a role when it is renamed or deleted, as far as the mirror tells.

Policies on resources (of buckets, keys, queues) may name it too: those are not in the mirror.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from iamconsole.web.words import counted, day, some
from identities.account import selectors
from identities.models import (
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    Membership,
    OidcProvider,
    Principal,
    SamlProvider,
)
from identities.selectors import attachments_of, inline_policies_of
from policies.models import PolicyVersion
from sync.checks import PlanFinding

RECENTLY = timedelta(days=90)
# IAM User Guide, "AWS global condition context keys": it holds the name of the user who asks.
_USERNAME = "aws:username"


def roles_trusting(row: Principal) -> Sequence[IamRole]:
    """The roles of its AWS account whose trust policy names it by ARN."""
    named = {"trusted_principals__value": row.arn, "aws_account": row.aws_account_id}
    return list(IamRole.objects.live().filter(**named).distinct().order_by("name_key"))


class BrokenReferences:
    """Which policies and which trust name some owners of one AWS account, looked up for all of them at once."""

    def __init__(self, rows: Sequence[Principal]) -> None:
        self._rows = rows

    @cached_property
    def policies(self) -> dict[str, list[str]]:
        """The policies that have its ARN in their text, by the ARN."""
        arns = [row.arn for row in self._rows]
        found: dict[str, set[str]] = {arn: set() for arn in arns}
        if not arns:
            return {}
        aws_account, says = self._rows[0].aws_account_id, {"document__text__contains": _start(arns)}
        managed = _in_force(Q(policy__aws_account=aws_account)).filter(**says)
        inline = InlinePolicy.objects.live().filter(aws_account=aws_account, **says)
        texts = (managed.values_list("policy__name", "document__text"), inline.values_list("name", "document__text"))
        for name, text in chain.from_iterable(rows.iterator() for rows in texts):
            for arn in _named_in(text, arns):
                found[arn].add(name)
        return {arn: sorted(names) for arn, names in found.items()}

    @cached_property
    def trust(self) -> dict[str, list[str]]:
        """The roles whose trust names it, by the ARN."""
        arns = {row.arn for row in self._rows}
        if not arns:
            return {}
        named = {"trusted_principals__value__in": arns, "aws_account": self._rows[0].aws_account_id}
        roles = IamRole.objects.live().filter(**named).distinct().order_by("name_key")
        found: dict[str, list[str]] = {}
        for arn, name in roles.values_list("trusted_principals__value", "name"):
            found.setdefault(arn, []).append(name)
        return found


def _start(arns: Sequence[str]) -> str:
    """How they begin, all alike: they are of one kind, in one AWS account."""
    return f"{arns[0].partition('/')[0]}/"


def _named_in(text: str, arns: Sequence[str]) -> Iterator[str]:
    """Those of the ARNs that stand in the text."""
    start = _start(arns)
    lengths = sorted({len(arn) for arn in arns})
    known, at = frozenset(arns), text.find(start)
    while at >= 0:
        yield from known.intersection(text[at : at + length] for length in lengths)
        at = text.find(start, at + 1)


def broken_by_rename(row: IamUser | IamGroup) -> list[PlanFinding]:
    found = list(_naming(BrokenReferences([row]).policies[row.arn], "mean nobody then, until they are edited"))
    if trusting := roles_trusting(row):
        words = f"AWS itself writes the new ARN in the trust of {some([role.name for role in trusting])}."
        found.append(PlanFinding("TRUST_FOLLOWS", "suggestion", words))
    if isinstance(row, IamUser) and (names := _by_user_name(row)):
        words = f"{some(names)} {_go(names)} by {_USERNAME}: it is the new name then."
        found.append(PlanFinding("GOES_BY_USER_NAME", "warning", words, about=tuple(names)))
    return found


def broken_by_deletion(row: Principal, breaks: BrokenReferences) -> list[PlanFinding]:
    """`breaks`: of this one, and perhaps of others."""
    found = list(_naming(breaks.policies[row.arn], "mean nobody then, and whoever gets the name next"))
    if trusting := breaks.trust.get(row.arn):
        words = f"The trust of {some(trusting)} names it: AWS leaves only its id there, "
        words += "which another one of that name doesn't have."
        found.append(PlanFinding("TRUST_BREAKS", "warning", words, about=tuple(trusting)))
    return found + list(_in_use(row))


def _in_use(row: Principal) -> Iterator[PlanFinding]:
    used: datetime | None = getattr(row, "last_used_at" if isinstance(row, IamRole) else "last_activity_at", None)
    if used and used > timezone.now() - RECENTLY:
        yield PlanFinding("STILL_IN_USE", "warning", f"{row.name} was last used on {day(used)}.", about=(row.arn,))


def _naming(names: Sequence[str], then: str) -> Iterator[PlanFinding]:
    if names:
        words = f"{some(names)} {_name(names)} its ARN: such statements {then}."
        yield PlanFinding("ARN_IS_NAMED", "warning", words, about=tuple(names))


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


# ---- What the roles say to the end of a provider -------------------------------------------------------------
def trusting_findings(provider: OidcProvider | SamlProvider) -> list[PlanFinding]:
    """A warning that names the roles which trust it."""
    names = list(selectors.roles_trusting(provider).values_list("name", flat=True)) if provider.pk else []
    if not names:
        return []
    words = f"{counted(len(names), 'role trusts', 'roles trust')} {provider.name}: {some(names)}. "
    words += f"Nobody gets into {'it' if len(names) == 1 else 'them'} through it any more."
    return [PlanFinding("PROVIDER_TRUSTED", "warning", words, about=tuple(names))]
