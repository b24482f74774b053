"""Rules for the connection of an AWS account: the console's credentials may only go to roles of that same account.

Forms read them for the sentence beside a field, and `sync.connect`, which alone saves these columns.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.signing import BadSignature, Signer

from accounts.models import AwsAccount
from aws_constraints.arn import Arn

READ_ROLE, WRITE_ROLE = "read_role_arn", "write_role_arn"

_EXTERNAL_IDS = "external-id"  # the salt


def new_external_id() -> str:
    """Nobody can guess it, and the form takes no other: else one could name a role that waits for somebody else's."""
    return Signer(salt=_EXTERNAL_IDS).sign(f"iam-console-{secrets.token_urlsafe(18)}")


def is_ours(external_id: str) -> bool:
    """Whether this console made it."""
    try:
        Signer(salt=_EXTERNAL_IDS).unsign(external_id)
    except BadSignature:
        return False
    return True


def values_of(aws_account: AwsAccount) -> dict[str, Any]:
    return {name: getattr(aws_account, name) for name in AwsAccount.CONNECTION_FIELDS}


def errors(values: Mapping[str, Any], *, of: int | None) -> Iterator[tuple[str, str]]:
    """Field → sentence, of what may not be so. `of`: the primary key of the AWS account; None: it is new.

    An account id or partition that is empty isn't known yet, and not compared.
    """
    if values["connection"] not in (AwsAccount.Connection.AMBIENT, AwsAccount.Connection.ASSUME_ROLE):
        yield "connection", "Say how the console signs in to AWS."
    if values["connection"] != AwsAccount.Connection.ASSUME_ROLE:
        return
    if not values[READ_ROLE]:
        yield READ_ROLE, "Give the ARN of the role that the console assumes to read."
    for name in (READ_ROLE, WRITE_ROLE):
        if values[name] and (sentence := _wrong_role(str(values[name]), values)):
            yield name, sentence
    others = AwsAccount.objects.exclude(pk=of or 0).filter(external_id=values["external_id"])
    if values["external_id"] and others.exists():
        yield "external_id", "This is the external id of another AWS account. Open the page anew."


def _wrong_role(arn: str, values: Mapping[str, Any]) -> str:
    role = Arn.match(arn, "iam", "role")
    if role is None:
        return "This isn’t the ARN of a role: arn:aws:iam::123456789012:role/iam-console-read"
    if values["account_id"] not in ("", role.account):
        return f"This role is in the AWS account {role.account}, not in this one."
    if values["partition"] not in ("", role.partition):
        return f"This role is in the partition {role.partition}: choose that one above."
    return ""
