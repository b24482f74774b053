"""To which AWS account an access key belongs that no mirror holds. AWS says it of any key, also of strangers'.

AWS STS API Reference, "GetAccessKeyInfo".
"""

from __future__ import annotations

from collections.abc import Sequence

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


def account_of(asked: AwsAccount, key: str) -> str:
    """The 12 digits, as AWS says them to the console’s role to read of `asked`. Raises NotToldError."""
    try:
        answer = reader(asked, urgent=True).call("sts", "GetAccessKeyInfo", AccessKeyId=key)
    except AccessDeniedError as denied:
        words = f"AWS didn’t answer: the console’s role to read of {asked} lacks {OWNER_OF_KEY.action}."
        raise NotToldError(words) from denied
    except AwsError as error:
        if error.code in _NO_SUCH_KEY:
            raise NoSuchKeyError from error
        raise NotToldError(str(error)) from error
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
    if not ratelimit.consume(request, app=APP, action=LIMIT, key=str(operator.pk)):
        raise AskedTooOftenError
    audit.record("access_key.asked", actor=operator, aws_account=None, obj=("operator", operator.pk, ""))
    return account_of(accounts[0], key)
