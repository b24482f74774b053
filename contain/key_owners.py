"""Whose an access key is that no mirror holds: AWS is asked, from an AWS account in which the operator may contain.

Whatever isn't of one of these AWS accounts gets the same answer, whether it exists or not.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from accounts import audit
from accounts.models import AwsAccount, Operator
from contain.finding import KEY, NOT_HERE, FoundSubject, of_role, of_user, where_may
from identities import key_accounts
from identities.models import IamRole, IamUser
from sync import clock
from sync.activity.doers import Doer, doer_of
from sync.activity.lookup import HISTORY, TrailSearch, look_up
from sync.activity.principals import regions_asked
from sync.aws.client import reader
from sync.aws.errors import AccessDeniedError, AwsError, NotFound
from sync.models import TrailEvent

audit.register({"contain.key_asked": "asked AWS whose an access key is"})


class NotAnswered(Exception):
    """AWS was asked, and nobody is found; says why to the operator."""


def ask_aws(request: HttpRequest, operator: Operator, key: str) -> FoundSubject:
    """Whose an access key is that no mirror holds: a new one, one that was deleted, or one of a session.

    Raises NotAnswered. It counts against the same limit as the page of a key (identities/key_accounts.py).
    """
    accounts = [each for each in where_may(operator) if each.is_connected and not each.resting]
    if not KEY.fullmatch(key) or not accounts:
        raise NotAnswered(NOT_HERE)
    try:
        key_accounts.count(request, operator)
    except key_accounts.AskedTooOftenError as too_often:
        raise NotAnswered(f"{too_often} Or contain by name.") from too_often
    audit.record("contain.key_asked", actor=operator, aws_account=None, obj=("operator", operator.pk, ""))
    account = _account_of(accounts, key)
    if key.startswith("AKIA") and (user := _owner(account, key)):
        return of_user(user, key=key)
    return _of_calls(account, key)


def _account_of(accounts: Sequence[AwsAccount], key: str) -> AwsAccount:
    try:
        told = key_accounts.account_of(accounts, key)
    except key_accounts.NoSuchKeyError as unknown:
        raise NotAnswered(NOT_HERE) from unknown
    except key_accounts.NotToldError as why:
        raise NotAnswered(str(why)) from why
    account = next((each for each in accounts if each.account_id == told), None)
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
