"""Service and action last accessed data of several principals, for questions about all of them at once.

IAM User Guide, "Refine permissions in AWS using last accessed information".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import AwsAccount
from iamconsole.web.words import day
from identities.account.last_accessed import FACET, LastAccessed
from identities.models import IamRole, IamUser, ServiceLastAccessed
from policies.engine.tighten import Usage
from policies.models import ManagedPolicy
from sync.mirror import bulk
from sync.models import Facet
from sync.selectors import coverage_of

TRACKED = timedelta(days=400)
MOST_BY_ACTION = 100  # who have a policy, for its single actions to be looked at: of each there may be thousands

Judge = IamUser | IamRole
_FACET = ("object_id", "read_at", "coverage", "coverage_why")
_SERVICE = ("object_id", "service", "at")
_ACTIONS = (*_SERVICE, "tracked_actions")


@dataclass(frozen=True)
class Evidence:
    """What several principals used. `until`: no attempt after it counts; None where it proves nothing: `why_not`."""

    usage: Usage = field(default_factory=lambda: Usage({}))
    until: datetime | None = None
    why_not: str = ""


@dataclass(frozen=True)
class PolicyLastUse:
    use: ManagedPolicy.Use
    at: datetime | None = None


class Reports:
    """Of some users and roles: read at once, however many there are; asked of some of them at a time.

    `by_action`: those of them whose single actions are read, too.
    """

    def __init__(self, aws_account: AwsAccount, judges: Iterable[Judge], by_action: Iterable[Judge] = ()) -> None:
        self._aws_account = aws_account
        self._facets: dict[str, dict[str, Any]] = {}  # by unique id
        self._attempted: defaultdict[str, dict[str, datetime | None]] = defaultdict(dict)
        self._tracked: dict[tuple[str, str], dict[str, bool]] = {}
        few = _by_kind(by_action)
        for kind, of_kind in _by_kind(judges).items():
            of = {"aws_account_id": aws_account.pk, "kind": kind}
            of_facet = {**of, "source": FACET, "region": "", "gone_at": None}
            self._facets |= {
                row["object_id"]: row for row in bulk.select(Facet, _FACET, "object_id", of_kind, of_facet)
            }
            self._read_services(of_kind, few[kind], of)

    def _read_services(self, ids: Collection[str], few: Collection[str], of: bulk.Columns) -> None:
        """`few`: those of `ids` whose actions are read, too; at once, where these are all."""
        at_once = set(ids) == set(few)
        for row in bulk.select(ServiceLastAccessed, _ACTIONS if at_once else _SERVICE, "object_id", ids, of):
            self._attempted[row["object_id"]][row["service"].lower()] = row["at"]
            self._keep_actions(row)
        for row in () if at_once else bulk.select(ServiceLastAccessed, _ACTIONS, "object_id", few, of):
            self._keep_actions(row)

    def _keep_actions(self, row: bulk.Columns) -> None:
        """By unique id and service: whether each action that AWS tracks, in lower case, was tried."""
        listed = {str(name).lower(): at is not None for name, at, _ in row.get("tracked_actions") or ()}
        self._tracked[row["object_id"], row["service"].lower()] = listed

    def evidence(self, judges: Sequence[Judge]) -> Evidence:
        """It counts as unused what AWS tracks for each of them and none of them tried."""
        why_not = [why for judge in judges if (why := self._why_not(judge))]
        if not judges:
            return Evidence(why_not="No user or role has it, so nothing tells what is needed of it.")
        if why_not:
            others = f" {len(why_not) - 1} more who have it tell too little." if len(why_not) > 1 else ""
            return Evidence(why_not=why_not[0] + others)
        until = min(self._facets[judge.aws_id]["read_at"] for judge in judges)
        services = self._services(judges)
        return Evidence(Usage(services, self._actions(judges, services)), until)

    def last_use(self, judges: Sequence[Judge], services: Collection[str]) -> PolicyLastUse:
        """Of any of `services`, by any of them. Unknown unless the reports of all are read."""
        if not judges:
            return PolicyLastUse(ManagedPolicy.Use.NOBODY)
        if not all(self._is_read(judge) for judge in judges):
            return PolicyLastUse(ManagedPolicy.Use.UNKNOWN)
        reports = [self._attempted[judge.aws_id] for judge in judges]
        tracked = [report[service] for report in reports for service in services if service in report]
        if not tracked:
            return PolicyLastUse(ManagedPolicy.Use.UNTRACKED)
        at = max((at for at in tracked if at), default=None)
        return PolicyLastUse(ManagedPolicy.Use.USED if at else ManagedPolicy.Use.NEVER, at)

    def _is_read(self, judge: Judge) -> bool:
        facet = self._facets.get(judge.aws_id)
        return facet is not None and facet["coverage"] == Facet.Coverage.READ

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
        attempted = {service for report in reports for service, at in report.items() if at}
        for_all = set(reports[0]).intersection(*reports[1:])
        return {service: service in attempted for service in attempted | for_all}

    def _actions(self, judges: Sequence[Judge], services: Iterable[str]) -> dict[str, bool]:
        """Whether one of them tried, by the full name in lower case.

        Unused is what AWS tracks for each who used the service and none of them tried. Who didn't use the service
        tried none of its actions; who has no report on it may have tried any.
        """
        found: dict[str, bool] = {}
        for service in services:
            lists = {judge.aws_id: self._tracked.get((judge.aws_id, service), {}) for judge in judges}
            used = {name for listed in lists.values() for name, tried in listed.items() if tried}
            of_users = [set(listed) for judge, listed in lists.items() if self._attempted[judge].get(service)]
            unused: set[str] = set.intersection(*of_users) - used if of_users else set()
            if not all(service in self._attempted[judge.aws_id] for judge in judges):
                unused = set()
            found |= {f"{service}:{name}": name in used for name in used | unused}
        return found


def _by_kind(judges: Iterable[Judge]) -> dict[str, list[str]]:
    """Their unique ids."""
    found: dict[str, list[str]] = {IamUser.kind: [], IamRole.kind: []}
    for judge in judges:
        found[judge.kind].append(judge.aws_id)
    return found
