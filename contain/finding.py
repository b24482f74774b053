"""Finds whom to contain by what somebody has at night: an access key id, an ARN, a name, the id of an AWS account.

The mirrors of the AWS accounts in which the operator may contain are looked at, and no others: nobody learns from it
what lies in AWS accounts that they can't see. What they don't hold AWS is asked about: contain/key_owners.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import CONTAIN
from directory.models import DirectoryUser
from directory.people.names import called, sees_people
from identities.models import AccessKey, IamRole, IamUser, TrustedPrincipal

KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,124}", re.ASCII)
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_ARN = re.compile(r"arn:aws[\w-]*:(iam|sts)::(\d{12}):(user|role|assumed-role)/(.+)", re.ASCII)
_MOST = 20
NOT_HERE = "It isn’t of an AWS account in which you may contain anybody, or it doesn’t exist."


@dataclass(frozen=True)
class FoundSubject:
    """`url`: where they are contained. `names_person`: who is told of it is told a person's name."""

    name: str
    what: str
    account: AwsAccount
    url: str
    names_person: bool = False


@dataclass(frozen=True)
class FoundSubjects:
    """`more`: whether there are more than these."""

    rows: Sequence[FoundSubject]
    more: bool = False


def where_may(operator: Operator) -> QuerySet[AwsAccount]:
    return AwsAccount.objects.visible_to(operator, CONTAIN)


def found(operator: Operator, words: str) -> FoundSubjects:
    """From the mirrors; asks AWS nothing. What fits as a whole comes first, then by name."""
    words = words.strip()
    accounts = where_may(operator)
    if KEY.fullmatch(words):
        return _first(_by_key(accounts, words), words)
    if arn := _ARN.fullmatch(words):
        return _first(_by_arn(accounts, *arn.groups()), words)
    trusting = _trusting(accounts, words) if _ACCOUNT_ID.fullmatch(words) else ()
    return _first([*trusting, *_by_name(accounts, words), *_people(operator, accounts, words)] if words else (), words)


def _first(found: Iterable[FoundSubject], words: str) -> FoundSubjects:
    asked = words.casefold()
    rows = sorted(found, key=lambda each: (each.name.casefold() != asked, each.name.casefold()))
    return FoundSubjects(rows[:_MOST], len(rows) > _MOST)


def _best(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """One more than are listed, so that it is known that there are more."""
    whole = Q(name_key=words.casefold()) | Q(aws_id=words)
    ranked: QuerySet[Any] = rows.annotate(is_part=Case(When(whole, then=0), default=1, output_field=IntegerField()))
    return ranked.select_related("aws_account").order_by("is_part", "name_key", "pk")[: _MOST + 1]


def _by_key(accounts: QuerySet[AwsAccount], key: str) -> Iterator[FoundSubject]:
    rows = AccessKey.objects.live().filter(aws_account__in=accounts, aws_id=key, user__gone_at=None)
    for row in rows.select_related("user__aws_account").order_by("pk")[: _MOST + 1]:
        yield of_user(row.user, key=key)


def _by_arn(
    accounts: QuerySet[AwsAccount], service: str, account_id: str, kind: str, rest: str
) -> Iterator[FoundSubject]:
    account = accounts.filter(account_id=account_id).first()
    if account is None:
        return
    if kind == "user" and service == "iam":
        for user in IamUser.objects.live().filter(aws_account=account, name_key=_last(rest)):
            yield of_user(user)
        return
    name, _, session = rest.partition("/") if kind == "assumed-role" else (_last(rest), "", "")
    for role in IamRole.objects.live().filter(aws_account=account, name_key=name.casefold()):
        yield of_role(role, session=session)


def _trusting(accounts: QuerySet[AwsAccount], account_id: str) -> Iterator[FoundSubject]:
    """The roles whose trust policy names that AWS account, which isn't their own, or everybody."""
    named = TrustedPrincipal.objects.filter(outside_account=account_id).values("role")
    open_to_all = TrustedPrincipal.objects.filter(type="AWS", value="*").exclude(role__in=named).values("role")
    for rows, what in ((named, f"role, which trusts {account_id}"), (open_to_all, "role, which trusts everybody")):
        roles = IamRole.objects.live().filter(pk__in=rows, aws_account__in=accounts)
        foreign = roles.exclude(aws_account__account_id=account_id).select_related("aws_account")
        for role in foreign.order_by("name_key", "pk")[: _MOST + 1]:
            yield replace(of_role(role), what=what)


def _last(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _by_name(accounts: QuerySet[AwsAccount], words: str) -> Iterator[FoundSubject]:
    """What is called so, or begins so; or has that unique id."""
    begins = Q(name_key__startswith=words.casefold()) | Q(aws_id=words)
    for user in _best(IamUser.objects.live().filter(begins, aws_account__in=accounts), words):
        yield of_user(user)
    for role in _best(IamRole.objects.live().filter(begins, aws_account__in=accounts), words):
        yield of_role(role)


def _people(operator: Operator, accounts: QuerySet[AwsAccount], words: str) -> Iterator[FoundSubject]:
    """Of Identity Center, for those who are told their names; by their id for others, too."""
    named = [each.pk for each in accounts if sees_people(operator, each)]
    begins = Q(aws_id=words) | Q(name_key__startswith=words.casefold(), aws_account__in=named)
    for person in _best(DirectoryUser.objects.live().filter(begins, aws_account__in=accounts), words):
        is_told = person.aws_account_id in named
        yield FoundSubject(
            called(person) if is_told else person.aws_id,
            "person of Identity Center",
            person.aws_account,
            _url("directory_person", person),
            names_person=is_told,
        )


def of_user(user: IamUser, *, key: str = "") -> FoundSubject:
    what = f"user, with the key {key}" if key else "user"
    return FoundSubject(user.name, what, user.aws_account, _url("user", user, key=key))


def of_role(role: IamRole, *, session: str = "", key: str = "") -> FoundSubject:
    what = "role, one of its sessions" if session else "role"
    return FoundSubject(role.name, what, role.aws_account, _url("role", role, session=session, key=key))


def _url(slug: str, row: IamUser | IamRole | DirectoryUser, **asked: str) -> str:
    url = reverse(f"{slug}_contain", kwargs={"account_id": row.aws_account.account_id, "aws_id": row.aws_id})
    said = {name: value for name, value in asked.items() if value}
    return f"{url}?{urlencode(said)}" if said else url
