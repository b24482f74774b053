"""Resources in the mirror, as pulls leave them, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from resources.models import Resource, ResourcePolicy, ResourceReading
from resources.sources import SOURCES
from resources.table import KINDS, SERVICES
from resources.table.entry import id_of
from sync.models import Run
from tests.services.rows import make_document

State = Resource.PolicyState
ENFORCED = {"public_access_block": None, "ownership": "BucketOwnerEnforced", "acl": {"owner": "us", "grants": []}}


def hold(
    aws_account: AwsAccount, kind: str, arn: str, *texts: str, on: str = "", part: str = "policy", **fields: Any
) -> Any:
    """A resource with policies of these texts; its kind is switched on where it is, and was read to the end.

    `on`: the ARN on which they stand, if it isn't its own.
    """
    of = KINDS[kind]
    region = arn.split(":")[3] if of.regional and arn.startswith("arn:") else ""
    region = fields.pop("region", region)
    read(aws_account, kind, region)
    at = timezone.now()
    facts: Any = ENFORCED if kind == "s3.bucket" else {"grants": []}
    row = Resource.objects.create(
        aws_account=aws_account,
        kind=kind,
        service=of.service,
        aws_id=id_of(arn),
        arn=arn if arn.startswith("arn:") else "",
        region=region,
        located_in=region or "eu-west-1",
        name=fields.pop("name", arn.replace(":", "/").rpartition("/")[2]),
        first_seen=at,
        policy_state=State.HAS if texts else State.NONE,
        **{"facts": facts, **fields},
    )
    for text in texts:
        ResourcePolicy.objects.create(resource=row, part=part, arn=on or arn, document=make_document(text))
    return row


def read(aws_account: AwsAccount, kind: str, *regions: str) -> None:
    """Switches the kind on, as if it had been listed to the end."""
    reading, _ = ResourceReading.objects.get_or_create(aws_account=aws_account)
    service, now = SERVICES[KINDS[kind].service], timezone.now()
    for region in regions:
        held = {*reading.services.get(service.name, ()), region}
        reading.services[service.name] = sorted(held)
        for each in service.kinds:
            Run.objects.create(
                aws_account=aws_account,
                source=SOURCES[each.kind].name,
                region=region,
                trigger="schedule",
                state=Run.State.DONE,
                finished_at=now,
            )
    reading.save()


def blocks(aws_account: AwsAccount, **settings: bool) -> Any:
    """What Block Public Access says of the whole AWS account."""
    every = {"RestrictPublicBuckets": False, "IgnorePublicAcls": False, **settings}
    return hold(aws_account, "s3.account", f"s3:{aws_account.account_id}", facts={"public_access_block": every})


def unread(row: Any, *parts: str) -> None:
    """AWS didn't tell of these parts."""
    said: Mapping[str, Any] = {"why": "AWS doesn’t let this console read it.", "statement": None, "held_at": None}
    row.not_read = {**row.not_read, **dict.fromkeys(parts, said)}
    row.save()
