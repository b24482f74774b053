"""What a step leaves in the mirror: its objects, read again at AWS and stored as a change of this console."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from sync import mirror
from sync.aws.client import AwsClient
from sync.aws.errors import AwsError
from sync.mirror import ObjectRef
from sync.mirror.facets import lock_details
from sync.models import Step

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reread:
    """An object as AWS shows it after a step; `item` is None when it is gone."""

    ref: ObjectRef
    item: dict[str, Any] | None
    requested_at: datetime


def read_again(client: AwsClient, refs: Sequence[ObjectRef]) -> list[Reread]:
    """What can't be read is left out: the step was done all the same, and the next pull brings it."""
    found = []
    for ref in refs:
        requested_at = timezone.now()
        try:
            item = mirror.mirror_of(ref.kind, ref.facet).read_one(client, ref)
        except AwsError as error:
            log.warning("%s %s could not be read again: %s", ref.kind, ref.name, error)
            continue
        found.append(Reread(ref, item, requested_at))
    return found


def store(aws_account: AwsAccount, reread: Sequence[Reread], step: Step | None) -> None:
    """In the transaction that says how the step ended; without a step, what is new is somebody else's doing."""
    lock_details(aws_account, [each.ref for each in reread])
    for each in reversed(reread):  # what others refer to comes first
        mirror.store_one(aws_account, each.ref, each.item, requested_at=each.requested_at, step=step)
