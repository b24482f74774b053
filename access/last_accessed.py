"""Service last accessed data of several principals, for questions about all of them at once.

IAM User Guide, "Refine permissions in AWS using last accessed information".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import AwsAccount
from iamconsole.web.words import day
from identities.account.last_accessed import FACET, LastAccessed
from identities.models import IamRole, IamUser, ServiceLastAccessed
from policies.engine.tighten import Usage
from sync.mirror import bulk
from sync.models import Facet
from sync.selectors import coverage_of

TRACKED = timedelta(days=400)

Judge = IamUser | IamRole
_FACET = ("object_id", "read_at", "coverage", "coverage_why")
_SERVICE = ("object_id", "service", "at")


@dataclass(frozen=True)
class Evidence:
    """What several principals used. `until`: no attempt after it counts; None where it proves nothing: `why_not`."""

    usage: Usage = field(default_factory=lambda: Usage({}))
    until: datetime | None = None
    why_not: str = ""


class Reports:
    """Of some users and roles: read at once, however many there are; asked of some of them at a time."""

    def __init__(self, aws_account: AwsAccount, judges: Iterable[Judge]) -> None:
        self._aws_account = aws_account
        self._facets: dict[str, dict[str, Any]] = {}  # by unique id
        self._attempted: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        ids: dict[str, list[str]] = {IamUser.kind: [], IamRole.kind: []}
        for judge in judges:
            ids[judge.kind].append(judge.aws_id)
        for kind, of_kind in ids.items():
            of = {"aws_account_id": aws_account.pk, "kind": kind}
            of_facet = {**of, "source": FACET, "region": "", "gone_at": None}
            self._facets |= {
                row["object_id"]: row for row in bulk.select(Facet, _FACET, "object_id", of_kind, of_facet)
            }
            for row in bulk.select(ServiceLastAccessed, _SERVICE, "object_id", of_kind, of):
                self._attempted[row["object_id"]][row["service"].lower()] = row["at"] is not None

    def evidence(self, judges: Sequence[Judge]) -> Evidence:
        """It counts as unused what AWS tracks for each of them and none of them tried."""
        why_not = [why for judge in judges if (why := self._why_not(judge))]
        if not judges:
            return Evidence(why_not="No user or role has it, so nothing tells what is needed of it.")
        if why_not:
            others = f" {len(why_not) - 1} more who have it tell too little." if len(why_not) > 1 else ""
            return Evidence(why_not=why_not[0] + others)
        until = min(self._facets[judge.aws_id]["read_at"] for judge in judges)
        return Evidence(Usage(self._services(judges)), until)

    def _why_not(self, judge: Judge) -> str:
        """Why its report tells too little, in a sentence; "" where it tells enough."""
        facet = self._facets.get(judge.aws_id)
        if facet is None or facet["coverage"] != Facet.Coverage.READ:
            why = facet["coverage_why"] if facet else self._why_not_pulled
            return f"Which services {judge.arn} last accessed isn't known. {why}"
        if judge.created_at is None:
            return f"When {judge.arn} was made isn't known, so neither is for how long AWS has tracked it."
        if judge.created_at > facet["read_at"] - TRACKED:
            return (
                f"{judge.arn} was made on {day(judge.created_at)}. What it didn't use tells enough when it is "
                f"{TRACKED.days} days old, on {day(judge.created_at + TRACKED)}."
            )
        return ""

    @cached_property
    def _why_not_pulled(self) -> str:
        source = coverage_of(self._aws_account, LastAccessed.name)
        return source.why if not source.is_read else "It came after the last pull of this, which runs once a day."

    def _services(self, judges: Sequence[Judge]) -> dict[str, bool]:
        """Whether one of them tried; without those that none tried and that AWS doesn't report on of each."""
        reports = [self._attempted[judge.aws_id] for judge in judges]
        attempted = {service for report in reports for service, tried in report.items() if tried}
        for_all = set(reports[0]).intersection(*reports[1:])
        return {service: service in attempted for service in attempted | for_all}
