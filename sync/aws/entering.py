"""Whether the console gets into an AWS account by a role: tried once, without patience, and nothing of it is kept."""

from __future__ import annotations

from accounts.models import AwsAccount
from sync.aws.purpose import CHECKING_WRITES, READING, Tier
from sync.aws.session import AwsSession
from sync.aws.target import target_of


def enter_once(aws_account: AwsAccount, tier: Tier) -> str:
    """The ARN that AWS says the console has there. `aws_account` need not be saved.

    Raises an AwsError: WrongAwsAccount where the role is another one's, ThrottlingError at the first refusal, without
    another try.
    """
    session = AwsSession(target_of(aws_account, tier), READING if tier == "read" else CHECKING_WRITES)
    session.client("sts", resends=True)
    return session.identity_arn
