"""The console's own two roles in the emulated AWS, as its operators would make them."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import AwsAccount
from emulator.process import Emulator
from tests.services.statements import allowing, document_text, trust

ACCOUNT_ID = "123456789012"
READ_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/console-read"
WRITE_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/console-write"
EXTERNAL_ID = "from-the-console"


def make_console_role(
    emulator: Emulator, name: str, *, actions: Sequence[str], naming: bool = True, external_id: str = EXTERNAL_ID
) -> None:
    """Trusted with `external_id`, allowed `actions`. `naming`: it may be told who acts, and for which change."""
    iam = emulator.client("iam")
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
    enter = trust(principal, Condition={"StringEquals": {"sts:ExternalId": external_id}})
    name_us = trust(principal, ["sts:SetSourceIdentity", "sts:TagSession"])
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document_text(enter, *([name_us] if naming else [])))
    if actions:
        iam.put_role_policy(RoleName=name, PolicyName="console", PolicyDocument=allowing(list(actions)))


def connect_by_roles(aws_account: AwsAccount) -> AwsAccount:
    """From now on the console assumes its roles there; `make_console_role` makes them."""
    aws_account.connection = AwsAccount.Connection.ASSUME_ROLE
    aws_account.read_role_arn = READ_ROLE
    aws_account.write_role_arn = WRITE_ROLE
    aws_account.external_id = EXTERNAL_ID
    aws_account.save()
    return aws_account
