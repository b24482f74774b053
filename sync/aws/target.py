"""The target of a call: which AWS account, with which role, at AWS or at the emulator."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.client import BaseClient
from django.conf import settings

from sync.aws import errors
from sync.aws.purpose import Tier

if TYPE_CHECKING:
    from accounts.models import AwsAccount

_HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_REGIONS_BEGIN = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
# As docker compose names its services. It begins with a letter, since "134744072" is an address too.
_LOCAL_NAME = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)


@dataclass(frozen=True)
class AwsTarget:
    """What of an `AwsAccount` decides who we are there: sessions are cached by it."""

    account_id: str
    partition: str
    region: str
    assumes_role: bool
    role_arn: str
    external_id: str
    emulator_url: str = ""

    @property
    def emulated(self) -> bool:
        return bool(self.emulator_url)


def target_of(aws_account: AwsAccount, tier: Tier) -> AwsTarget:
    """Raises `EndpointRefused` for an emulated AWS account where the settings name no emulator that may be used,
    `NotConnected` for one that was imported from a file, `AccountRests` for one that rests."""
    if not aws_account.is_connected:
        raise errors.NotConnected(aws_account=aws_account.account_id)
    if aws_account.resting:
        raise errors.AccountRests(why_rests(aws_account), aws_account=aws_account.account_id)
    return AwsTarget(
        account_id=aws_account.account_id,
        partition=aws_account.partition,
        region=home_region(aws_account),
        assumes_role=aws_account.connection == "assume_role",
        role_arn=aws_account.read_role_arn if tier == "read" else aws_account.write_role_arn,
        external_id=aws_account.external_id,
        emulator_url=_emulator_url(aws_account) if aws_account.emulated else "",
    )


def why_rests(aws_account: AwsAccount) -> str:
    """A sentence."""
    return RESTS[aws_account.resting]


RESTS = {
    "suspended": "AWS says that it is suspended.",
    "closed": "AWS says that it is closed, or being closed.",
    "left": "It is no longer in the organization from which it was enrolled, so the external id isn’t used.",
}


def home_region(aws_account: AwsAccount) -> str:
    """The Region that is asked first. Never one of another partition: there nobody knows our credentials."""
    region, partition = aws_account.default_region, aws_account.partition
    return region if region and partition_of(region) == partition else _HOME_REGIONS[partition]


def global_region(aws_account: AwsAccount) -> str:
    """The Region that has what is global in the partition: CloudTrail's events about IAM are there."""
    return _HOME_REGIONS[aws_account.partition]


def partition_of(region: str) -> str:
    beginnings = _REGIONS_BEGIN.items()
    return next((partition for partition, beginning in beginnings if region.startswith(beginning)), "aws")


def _emulator_url(aws_account: AwsAccount) -> str:
    url: str = settings.AWS_EMULATOR_URL
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not _is_local(parts.hostname or ""):
        raise errors.EndpointRefused(
            f'AWS_EMULATOR_URL is "{url}", which is no address on this machine.'
            if url
            else "AWS_EMULATOR_URL is empty.",
            aws_account=aws_account.account_id,
        )
    return url


def send_only_to(client: BaseClient, emulator_url: str, account_id: str) -> None:
    """Nothing of an emulated AWS account leaves this machine: not where botocore takes an address from elsewhere, puts
    a name before the host, or follows a redirect. What would is refused by EndpointRefused, and not sent.
    """
    wanted = urlsplit(emulator_url)

    def check(request: Any, **_: Any) -> None:
        asked = urlsplit(request.url)
        if (asked.scheme, asked.netloc) != (wanted.scheme, wanted.netloc):
            raise errors.EndpointRefused(
                f"The call would go to {asked.netloc} instead of the emulator.", aws_account=account_id
            )

    client.meta.events.register("before-send", check)


def _is_local(host: str) -> bool:
    """Loopback, or a name without dots, which only a local network can resolve."""
    if _LOCAL_NAME.fullmatch(host):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
