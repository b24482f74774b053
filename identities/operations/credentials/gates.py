"""What the rotation of an access key waits for: that the new key is used, the old one quiet, and that nobody misses it.

AWS notes one use in 15 minutes, and shows it late (IAM API Reference, GetAccessKeyLastUsed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils import timezone

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.words import counted, full_time
from identities.credentials.mirrors import KEYS, LAST_USED, NOBODYS_KEY
from identities.kinds import USER
from identities.models import IamUser
from identities.operations.credentials.existing import KeyParams
from identities.operations.credentials.of_user import KEY, check_id
from objects.operations.rows import check_arn, object_key, ref
from sync.aws.client import AwsClient
from sync.aws.permission import look
from sync.object_ref import ObjectRef
from sync.operation_mixins import WaitsForDays, check_days
from sync.operations import Gate


@dataclass(frozen=True)
class DaysParams(KeyParams):
    days: int

    def __post_init__(self) -> None:
        check_days(self.days)


P = TypeVar("P", bound=KeyParams)


class KeyGate(Gate[P]):
    every = timedelta(hours=1)
    aws_operation = "GetAccessKeyLastUsed"
    permissions = (look("iam:GetAccessKeyLastUsed", "See whether a rotated key is used.", AccessKeyId=NOBODYS_KEY),)

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        check_arn(p.arn, USER.word)
        check_id(KEY, p.key)
        return p

    def objects(self, p: P) -> list[str]:
        return [object_key(IamUser, p.arn)]

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        """What was waited for is read again, too: plans that follow say when the keys were used."""
        user = ref(IamUser, p.arn)
        return [replace(user, facet=KEYS.source), replace(user, facet=LAST_USED.source)]


class AwaitUse(KeyGate[KeyParams]):
    kind = "iam.key.await_use"
    until = "the new key is used"
    params_type = KeyParams

    def title(self, p: KeyParams) -> str:
        return f"Wait until {name_of(p.arn)} uses the access key {p.key}"

    def part(self, p: KeyParams) -> str:
        return f"use:{p.arn} {p.key}"

    def waits_for(self, client: AwsClient, p: KeyParams, since: datetime) -> str:
        if last_used(client, p.key):
            return ""
        return f"The key {p.key} was not used yet. Put it where the old one is, and use it once."


class AwaitQuiet(KeyGate[DaysParams]):
    """Of a key that was never used nothing is waited for."""

    kind = "iam.key.await_quiet"
    until = "the old key is quiet"
    params_type = DaysParams

    def title(self, p: DaysParams) -> str:
        return f"Wait until the access key {p.key} was not used for {counted(p.days, 'day')}"

    def part(self, p: DaysParams) -> str:
        return f"quiet:{p.arn} {p.key}"

    def waits_for(self, client: AwsClient, p: DaysParams, since: datetime) -> str:
        used = last_used(client, p.key)
        if used is None or used + timedelta(days=p.days) <= timezone.now():
            return ""
        return f"Somebody used the old key {p.key} at {full_time(used)}. It must be quiet for {counted(p.days, 'day')}."


class AwaitKeySoak(WaitsForDays[DaysParams], KeyGate[DaysParams]):
    kind = "iam.key.await_soak"
    until = "it is clear that nobody misses the old key"
    params_type = DaysParams

    def title(self, p: DaysParams) -> str:
        return f"Wait {counted(p.days, 'day')}, whether somebody misses the access key {p.key}"

    def part(self, p: DaysParams) -> str:
        return f"soak:{p.arn} {p.key}"

    def waits_until(self, p: DaysParams, at: str) -> str:
        return f"The old key {p.key} is off. If nobody misses it until {at}, it is deleted."


def last_used(client: AwsClient, key: str) -> datetime | None:
    """None: never, as far as AWS has told. Raises NotFound."""
    used: datetime | None = client.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key)["AccessKeyLastUsed"].get(
        "LastUsedDate"
    )
    return used
