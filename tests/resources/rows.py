"""Resources made by the ORM, as pulls leave them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import REGION
from policies.documents import document_of
from resources.models import Resource, ResourcePolicy
from resources.table import KINDS
from tests.resources.arranging import OPEN_TO_ALL

State = Resource.PolicyState


def make_resource(
    aws_account: AwsAccount,
    name: str,
    *,
    kind: str = "sqs.queue",
    arn: str = "",
    policy: str | None = OPEN_TO_ALL,
    region: str = REGION,
    **fields: Any,
) -> Resource:
    """Without a `policy` it has none."""
    arn = arn or f"arn:aws:sqs:{region}:{aws_account.account_id}:{name}"
    usual = {
        "aws_id": arn.replace("/", "~"),
        "name_key": name.casefold(),
        "first_seen": timezone.now(),
        "service": KINDS[kind].service,
        "region": region if KINDS[kind].regional else "",
        "located_in": region,
        "policy_state": State.HAS if policy else State.NONE,
    }
    made: Resource = Resource.objects.create(
        aws_account=aws_account, name=name, kind=kind, arn=arn, **{**usual, **fields}
    )
    if policy:
        ResourcePolicy.objects.create(resource=made, part="policy", arn=arn, document=document_of(policy))
    return made
