"""Keeps where AWS's policy simulator said another thing than the console, for the console to learn from."""

from __future__ import annotations

import hashlib
import json

from django.db import transaction
from django.utils import timezone

from access.asking.comparing import Compared
from access.index import cached_index
from access.models import AccessDisagreement
from access.situations import Situation
from accounts.models import AwsAccount

MOST = 500  # of an AWS account; the oldest make room


def mirror_version(aws_account: AwsAccount) -> str:
    """Which policies and principals the mirror had: the same as long as none of them changes."""
    return cached_index(aws_account).digest.hex()


@transaction.atomic
def keep(
    aws_account: AwsAccount, situation: Situation, principal: str, found: Compared, given: str = ""
) -> AccessDisagreement | None:
    """The row, or None where there is nothing to learn.

    The same question of the same mirror is one row, with its newest answer. Who asked isn't kept, nor are the values of
    condition keys, which may be somebody's address. `given`: the digest of what was supposed, of which nothing is kept.
    """
    if not found.differs:
        return None
    request = situation.request
    question = [principal, request.action, request.resource, sorted(request.context.items())]
    question += [given] if given else []
    digest = hashlib.sha256(json.dumps(question).encode()).hexdigest()
    row, _ = AccessDisagreement.objects.update_or_create(
        aws_account=aws_account,
        digest=digest,
        mirror_version=mirror_version(aws_account),
        defaults={
            "principal": principal,
            "action": request.action,
            "resource": request.resource,
            "keys": sorted(request.context),
            "ours": found.ours,
            "alike": found.alike,
            "theirs": found.theirs.decision,
            "missing": list(found.theirs.missing),
            "reasons": list(found.reasons),
            "is_explained": found.comparison == "explained",
            "at": timezone.now(),
        },
    )
    kept = AccessDisagreement.objects.filter(aws_account=aws_account).order_by("-at", "-pk")
    AccessDisagreement.objects.filter(pk__in=list(kept.values_list("pk", flat=True)[MOST : MOST + 100])).delete()
    return row
