"""What was found wrong of identity pools, written down for the list and the overview.

It hangs on IAM as well as on the pool, so each is looked at again every few minutes, whatever was pulled or changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cognito.identity_pools.findings import all_findings
from cognito.identity_pools.selectors import FINDINGS
from cognito.models import IdentityPool
from sync.models import Fact

EVERY = timedelta(minutes=5)
_TAKES_S = 1.0  # at a tick; the rest waits for the next one


def look_again() -> int:
    """Those that are due, as many as a second allows. Returns how many."""
    Fact.objects.filter(~Exists(_pool()), kind=IdentityPool.kind, name=FINDINGS).delete()
    until, looked_at = time.monotonic() + _TAKES_S, 0
    for row in _due():
        tell(row)
        looked_at += 1
        if time.monotonic() > until:
            break
    return looked_at


def tell(row: IdentityPool) -> Fact:
    found = all_findings(row)
    told = [{"code": each.code, "severity": each.severity, "title": each.title, "text": each.text} for each in found]
    value: dict[str, Any] = {"count": len(found), "findings": told, "at": timezone.now().isoformat()}
    worst = found[0].severity if found else ""
    fact, _ = Fact.objects.update_or_create(
        aws_account=row.aws_account,
        kind=row.kind,
        object_id=row.aws_id,
        name=FINDINGS,
        defaults={"value": value, "sort_key": worst},
    )
    return fact


def _pool() -> Any:
    return IdentityPool.objects.live().filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("object_id"))


def _due() -> Iterator[IdentityPool]:
    """Those never looked at first, then the ones looked at longest ago."""
    facts = Fact.objects.filter(kind=IdentityPool.kind, name=FINDINGS)
    at = {(fact.aws_account_id, fact.object_id): fact.value.get("at", "") for fact in facts}
    before = (timezone.now() - EVERY).isoformat()
    pools = IdentityPool.objects.live().filter(~Q(aws_id="")).select_related("aws_account")
    due = [(at.get((row.aws_account_id, row.aws_id), ""), row.pk, row) for row in pools]
    yield from (row for looked, _, row in sorted(due, key=lambda each: each[:2]) if looked < before)
