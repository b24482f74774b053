"""Rereads the objects of a step from AWS and stores them as a change of this console."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import groupby

from accounts.models import AwsAccount
from sync import clock, mirror
from sync.aws.client import AwsClient
from sync.aws.errors import AwsError
from sync.mirror import RereadObject
from sync.mirror.facets import lock_details
from sync.models import Step
from sync.object_ref import ObjectRef

log = logging.getLogger(__name__)


def reread_objects(client: AwsClient, refs: Sequence[ObjectRef]) -> list[RereadObject]:
    """What can't be read is left out: the step was done all the same, and the next pull brings it."""
    found = []
    for ref in refs:
        requested_at = clock.now()
        try:
            there = client.at(ref.region) if ref.region else client
            item = mirror.mirror_of(ref.kind, ref.facet).read_one(there, ref)
        except AwsError as error:
            log.warning("%s %s could not be read again: %s", ref.kind, ref.object_id or ref.name, error)
            continue
        found.append(RereadObject(ref, item, requested_at))
    return found


def store_reread(aws_account: AwsAccount, reread: Sequence[tuple[RereadObject, Step | None]]) -> None:
    """In the transaction that says how the steps ended; without a step, what is new is somebody else's doing.

    What others refer to comes first: it is last among what a step read again.
    """
    lock_details(aws_account, [each.ref for each, _ in reread])
    for together, group in groupby(reversed(reread), key=_what_goes_together):
        listed = list(group)
        if together is not None and len({each.ref for each, _ in listed}) == len(listed) > 1:
            mirror.store_many(aws_account, listed)
            continue
        for each, step in listed:
            mirror.store_one(aws_account, each.ref, each.item, requested_at=each.requested_at, step=step)


def _what_goes_together(stored: tuple[RereadObject, Step | None]) -> tuple[str, ...] | None:
    """None for what is gone, and for what is nobody's step."""
    each, step = stored
    return None if each.item is None or step is None else (each.ref.kind, each.ref.facet, each.ref.region)
