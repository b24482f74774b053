"""Finds whom to contain by what somebody has at night: an access key id, the ARN of a session, a name.

The mirrors of the AWS accounts in which the operator may contain are looked at, and no others. What they don't hold AWS
is asked about, from one of these AWS accounts. Whatever isn't of one of them gets the same answer, whether it exists or
not: nobody learns from it what lies in AWS accounts that they can't see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts import audit
from accounts.models import AwsAccount, Operator
from accounts.roles import CONTAIN
from directory.models import DirectoryUser
from directory.people.names import called, sees_people
from identities.models import AccessKey, IamRole, IamUser
from sync import clock
from sync.activity.doers import Doer, doer_of
from sync.activity.lookup import HISTORY, PART, TrailSearch, look_up
from sync.activity.principals import regions_asked
from sync.aws.client import reader
from sync.aws.errors import AccessDeniedError, AwsError, NotFound
from sync.aws.permission import Permission
from sync.models import TrailEvent

KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,124}", re.ASCII)
_ARN = re.compile(r"arn:aws[\w-]*:(iam|sts)::(\d{12}):(user|role|assumed-role)/(.+)", re.ASCII)
_MOST = 20
_NO_SUCH_KEY = frozenset({"ValidationError", "InvalidClientTokenId", "InvalidAccessKeyId", "InvalidParameterValue"})
NOT_HERE = "It isn’t of an AWS account in which you may contain anybody, or it doesn’t exist."
OWNER_OF_KEY = Permission(
    "sts:GetAccessKeyInfo",
    "Say to which AWS account an access key belongs that the mirror doesn’t hold.",
    "read",
    probe={"AccessKeyId": "AKIA0000000000000000"},
    part=PART,
)

audit.register({"contain.key_asked": "asked AWS whose an access key is"})


@dataclass(frozen=True)
class FoundSubject:
    """`url`: where they are contained."""

    name: str
    what: str
    account: AwsAccount
    url: str


def where_may(operator: Operator) -> QuerySet[AwsAccount]:
    return AwsAccount.objects.visible_to(operator, CONTAIN)


def found(operator: Operator, words: str) -> list[FoundSubject]:
    """From the mirrors; asks AWS nothing."""
    words = words.strip()
    accounts = where_may(operator)
    if KEY.fullmatch(words):
        return list(_by_key(accounts, words))
    if arn := _ARN.fullmatch(words):
        return list(_by_arn(accounts, *arn.groups()))
    return [*_by_name(accounts, words), *_people(operator, accounts, words)][:_MOST] if words else []


def _by_key(accounts: QuerySet[AwsAccount], key: str) -> Iterator[FoundSubject]:
    rows = AccessKey.objects.live().filter(aws_account__in=accounts, aws_id=key, user__gone_at=None)
    for row in rows.select_related("user__aws_account")[:_MOST]:
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


def _last(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _by_name(accounts: QuerySet[AwsAccount], words: str) -> Iterator[FoundSubject]:
    """What is called so, or begins so; or has that unique id."""
    begins = Q(name_key__startswith=words.casefold()) | Q(aws_id=words)
    for user in IamUser.objects.live().filter(begins, aws_account__in=accounts).select_related("aws_account")[:_MOST]:
        yield of_user(user)
    for role in IamRole.objects.live().filter(begins, aws_account__in=accounts).select_related("aws_account")[:_MOST]:
        yield of_role(role)


def _people(operator: Operator, accounts: QuerySet[AwsAccount], words: str) -> Iterator[FoundSubject]:
    """Of Identity Center, for those who are told their names; by their id for others, too."""
    named = [each.pk for each in accounts if sees_people(operator, each)]
    begins = Q(aws_id=words) | Q(name_key__startswith=words.casefold(), aws_account__in=named)
    rows = DirectoryUser.objects.live().filter(begins, aws_account__in=accounts).select_related("aws_account")
    for person in rows[:_MOST]:
        name = called(person) if person.aws_account_id in named else person.aws_id
        yield FoundSubject(name, "person of Identity Center", person.aws_account, _url("directory_person", person))


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


# ---- What the mirrors don't hold --------------------------------------------------------------------------------
class NotAnswered(Exception):
    """AWS was asked, and nobody is found; says why to the operator."""


def ask_aws(operator: Operator, key: str) -> FoundSubject:
    """Whose an access key is that no mirror holds: a new one, one that was deleted, or one of a session.

    Raises NotAnswered.
    """
    accounts = [each for each in where_may(operator) if each.is_connected and not each.resting]
    if not KEY.fullmatch(key) or not accounts:
        raise NotAnswered(NOT_HERE)
    audit.record("contain.key_asked", actor=operator, aws_account=None, obj=("operator", operator.pk, ""))
    account = _account_of(accounts, key)
    if key.startswith("AKIA") and (user := _owner(account, key)):
        return of_user(user, key=key)
    return _of_calls(account, key)


def _account_of(accounts: Sequence[AwsAccount], key: str) -> AwsAccount:
    try:
        answer = reader(accounts[0], urgent=True).call("sts", "GetAccessKeyInfo", AccessKeyId=key)
    except AccessDeniedError as denied:
        words = f"AWS didn’t answer: the console’s role to read of {accounts[0]} lacks {OWNER_OF_KEY.action}."
        raise NotAnswered(words) from denied
    except AwsError as error:
        raise NotAnswered(NOT_HERE if error.code in _NO_SUCH_KEY else str(error)) from error
    account = next((each for each in accounts if each.account_id == answer.get("Account")), None)
    if account is None:
        raise NotAnswered(NOT_HERE)
    return account


def _owner(account: AwsAccount, key: str) -> IamUser | None:
    """By GetAccessKeyLastUsed, which names the user (IAM API Reference)."""
    try:
        answer = reader(account, urgent=True).call("iam", "GetAccessKeyLastUsed", AccessKeyId=key)
    except (NotFound, AccessDeniedError):
        return None
    except AwsError as error:
        raise NotAnswered(str(error)) from error
    name = str(answer.get("UserName") or "").casefold()
    return IamUser.objects.live().filter(aws_account=account, name_key=name).select_related("aws_account").first()


def _of_calls(account: AwsAccount, key: str) -> FoundSubject:
    """Who called AWS with it, by CloudTrail."""
    now, client = clock.now(), reader(account, urgent=True)
    try:
        for region in regions_asked(account):
            search = TrailSearch(region, ("AccessKeyId", key), now - HISTORY, now)
            for record in look_up(client, search, most_pages=1).records:
                if subject := _subject_of(account, doer_of(record), key):
                    return subject
    except AwsError as error:
        raise NotAnswered(f"The key is of {account}. CloudTrail could not be asked who used it: {error}") from error
    raise NotAnswered(
        f"The key is of {account}, and nothing else is known of it: the mirror doesn’t hold it, and CloudTrail has no "
        "call with it yet. It may be new, deleted, or the root user’s. Pull, look again in some minutes, or contain by "
        "name."
    )


def _subject_of(account: AwsAccount, doer: Doer, key: str) -> FoundSubject | None:
    if doer.kind == TrailEvent.Doer.USER:
        user = IamUser.objects.live().filter(aws_account=account, aws_id=doer.unique_id).first()
        return of_user(user, key=key) if user else None
    if doer.kind == TrailEvent.Doer.ROLE:
        role = IamRole.objects.live().filter(aws_account=account, aws_id=doer.unique_id).first()
        return of_role(role, session=doer.session, key=key) if role else None
    return None
