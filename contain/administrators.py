"""Whether somebody is the last administrator of an AWS account: they aren't cut off by this console."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from access.escalation.administrator import is_administrator
from access.holders import Holder
from access.index import Index, cached_index
from access.outsiders import outsiders
from access.role_chains import ASSUME
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from identities.models import AccessKey, Credential, IamUser, LoginProfile
from identities.trust import PEOPLE_BEHIND

_NEEDED = "iam:AttachRolePolicy"  # an administrator may do this, among all others


def is_last_administrator(aws_account: AwsAccount, holder: Holder) -> bool:
    """Whether the holder is one, and nobody else is who could get in.

    The console's own roles, service-linked ones, users without a password and an active key, and roles that only a
    service, or only who is cut off, may assume don't count.
    """
    around = surroundings_of(aws_account.account_id)
    return is_administrator(holder, around) and not _are_others(aws_account, {holder.arn}, around)


def last_administrators(aws_account: AwsAccount, arns: Collection[str]) -> set[str]:
    """Those of the ARNs without whom nobody is left who could get in as an administrator: cut off together.

    They are administrators, or the only ones who may assume the role of one.
    """
    index, around = cached_index(aws_account).index, surroundings_of(aws_account.account_id)
    may = (index.holders[number] for number in sorted(index.allowed_at_all(_NEEDED)))
    found = {each.arn for each in may if each.arn in arns and is_administrator(each, around)}
    if _are_others(aws_account, arns, around) or not (found or _are_others(aws_account, (), around)):
        return set()
    leading = {arn for arn in arns if _are_others(aws_account, {*arns} - {arn}, around)}
    return found | leading or set(arns)


def cut_off(aws_account: AwsAccount, keys: Collection[str], passwords: Collection[str]) -> set[str]:
    """The ARNs of users of whom these access keys and passwords, by their unique ids, are all ways in."""
    ways: defaultdict[str, set[bool]] = defaultdict(set)
    kinds: tuple[tuple[Any, Collection[str]], ...] = ((AccessKey, keys), (LoginProfile, passwords))
    concerned = IamUser.objects.filter(
        Q(accesskeys__aws_id__in=list(keys)) | Q(loginprofiles__aws_id__in=list(passwords)), aws_account=aws_account
    )
    for model, taken in kinds:
        rows = model.objects.live().filter(user__in=concerned.values("pk"), status=Credential.Status.ACTIVE)
        for arn, aws_id in rows.order_by("pk").values_list("user__arn", "aws_id"):
            ways[arn].add(aws_id in taken)
    return {arn for arn, are_taken in ways.items() if all(are_taken)}


def _are_others(aws_account: AwsAccount, arns: Collection[str], around: Surroundings) -> bool:
    """Administrators besides these who could get in."""
    index = cached_index(aws_account).index
    others = [index.holders[number] for number in sorted(index.allowed_at_all(_NEEDED))]
    entering = _Entering(index, {aws_account.read_role_arn, aws_account.write_role_arn, *arns}, _shut_out(aws_account))
    return any(is_administrator(each, around) and entering.may(each) for each in others)


class _Entering:
    """Who could get in: users with a way in, and roles that such a user may assume, or somebody from outside.

    `cut`: the ARNs of those who count no more. `shut_out`: users without a way in. A condition that isn't known, such
    as MFA, counts as met.
    """

    def __init__(self, index: Index, cut: Collection[str], shut_out: Collection[int]) -> None:
        self._index, self._cut, self._shut_out = index, cut, shut_out
        self._looked_at: set[int] = set()

    def may(self, holder: Holder) -> bool:
        if holder.arn in self._cut or holder.caller.is_service_linked:
            return False
        if not holder.is_role:
            return holder.row not in self._shut_out
        if holder.row in self._looked_at:  # nobody, or it is one of those who are being looked at
            return False
        self._looked_at.add(holder.row)
        return self._is_open(holder) or any(self.may(each.holder) for each in self._index.who_can(ASSUME, holder.arn))

    def _is_open(self, role: Holder) -> bool:
        """To somebody from outside who is no service; also to people of Identity Center, for whom one asks."""
        words = [each.source.principal_words for each in role.trust.document.statements] if role.trust else []
        services = {value for named in words for kind, value in named if kind == "Service"} - PEOPLE_BEHIND
        found = outsiders(self._index, f"{ASSUME}*", role.arn, {})
        return any(each.name not in services for each in found)


def _shut_out(aws_account: AwsAccount) -> set[int]:
    """Users who can't sign in nor call AWS."""
    rows = IamUser.objects.live().filter(aws_account=aws_account, active_key_count=0, has_password=False)
    return set(rows.values_list("pk", flat=True))
