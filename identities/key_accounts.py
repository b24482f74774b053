"""To which AWS account an access key belongs that no mirror holds. AWS says it of any key, also of strangers'.

AWS STS API Reference, "GetAccessKeyInfo".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from allauth.core.internal import ratelimit
from django.http import HttpRequest

from accounts import audit
from accounts.adapters import APP
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from sync.activity.lookup import PART
from sync.aws.client import reader
from sync.aws.errors import AccessDeniedError, AwsError
from sync.aws.permission import Permission

LIMIT = "access_key_asked"  # of settings.ACCOUNT_RATE_LIMITS
MOST_ASKED = 5  # AWS accounts, one after the other, while somebody waits for the page
OWNER_OF_KEY = Permission(
    "sts:GetAccessKeyInfo",
    "Say to which AWS account an access key belongs that the mirror doesn’t hold.",
    "read",
    probe={"AccessKeyId": "AKIA0000000000000000"},
    part=PART,
)
_NO_SUCH_KEY = frozenset({"ValidationError", "InvalidClientTokenId", "InvalidAccessKeyId", "InvalidParameterValue"})

audit.register({"access_key.asked": "asked AWS to which AWS account an access key belongs"})


class NotToldError(Exception):
    """AWS didn’t say it; says why to the operator."""


class NoSuchKeyError(NotToldError):
    """AWS knows no such key."""

    def __init__(self) -> None:
        super().__init__("AWS knows no access key with this id.")


class AskedTooOftenError(NotToldError):
    """More than the limit within an hour."""

    def __init__(self) -> None:
        super().__init__("You asked AWS about too many keys within an hour. Wait a while, then ask again.")


def count(request: HttpRequest, operator: Operator) -> None:
    """Counts that the operator asks of a key. Raises AskedTooOftenError."""
    if not ratelimit.consume(request, app=APP, action=LIMIT, key=str(operator.pk)):
        raise AskedTooOftenError


def account_of(accounts: Iterable[AwsAccount], key: str) -> str:
    """The 12 digits, as the first of `accounts` says them that AWS answers from; at most MOST_ASKED are tried.

    Raises NotToldError. That AWS knows no such key is an answer, and ends it.
    """
    refusals = []
    for asked in islice(accounts, MOST_ASKED):
        try:
            return _account_as_told_by(asked, key)
        except NoSuchKeyError:
            raise
        except NotToldError as why:
            refusals.append(str(why))
    raise NotToldError(" ".join(refusals))


def _account_as_told_by(asked: AwsAccount, key: str) -> str:
    """By the console’s role to read there. Raises NotToldError."""
    try:
        answer = reader(asked, urgent=True).call("sts", "GetAccessKeyInfo", AccessKeyId=key)
    except AccessDeniedError as denied:
        words = f"AWS didn’t answer: the console’s role to read of {asked} lacks {OWNER_OF_KEY.action}."
        raise NotToldError(words) from denied
    except AwsError as error:
        if error.code in _NO_SUCH_KEY:
            raise NoSuchKeyError from error
        raise NotToldError(f"From {asked}: {error}") from error
    return str(answer.get("Account") or "")


def asked_of(operator: Operator) -> Sequence[AwsAccount]:
    """The AWS accounts that may be asked for this operator, in the order of their names."""
    rows = AwsAccount.objects.visible_to(operator, SEE_IAM).order_by("name", "pk")
    return [each for each in rows if each.is_connected and not each.resting]


def ask(request: HttpRequest, operator: Operator, key: str) -> str:
    """The 12 digits of the AWS account of the key, a whole id. The audit trail has that it was asked, and not the id.

    Raises NotToldError.
    """
    accounts = asked_of(operator)
    if not accounts:
        raise NotToldError("AWS is asked from an AWS account that you may see: none of them is connected.")
    count(request, operator)
    audit.record("access_key.asked", actor=operator, aws_account=None, obj=("operator", operator.pk, ""))
    return account_of(accounts, key)
