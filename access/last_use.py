"""Service and action last accessed data of several principals, for questions about all of them at once.

IAM User Guide, "Refine permissions in AWS using last accessed information".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import AwsAccount
from iamconsole.web.words import day, number
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


@dataclass(frozen=True)
class ServiceReport:
    """What AWS tells of one principal and one service. `at`: the last attempt, None where it tracked none.

    `actions`: of those that it tracks, in lower case without the service, whether each was tried; where it tells of
    none, it tracks none, or none of them was tried, or they weren't read.
    """

    at: datetime | None
    actions: Mapping[str, bool] = field(default_factory=dict)


class Reports:
    """Of some users and roles: read at once, however many there are; asked of some of them at a time.

    `by_action`: those of them whose single actions are read, too.
    """

    def __init__(self, aws_account: AwsAccount, judges: Iterable[Judge], by_action: Iterable[Judge] = ()) -> None:
        self._aws_account = aws_account
        self._facets: dict[str, dict[str, Any]] = {}  # by unique id
        self._reports: defaultdict[str, dict[str, ServiceReport]] = defaultdict(dict)  # by unique id, then by service
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
            self._keep(row)
        for row in () if at_once else bulk.select(ServiceLastAccessed, _ACTIONS, "object_id", few, of):
            self._keep(row)

    def _keep(self, row: bulk.Columns) -> None:
        actions = {str(name).lower(): at is not None for name, at, _ in row.get("tracked_actions") or ()}
        self._reports[row["object_id"]][row["service"].lower()] = ServiceReport(row["at"], actions)

    def evidence(self, judges: Sequence[Judge]) -> Evidence:
        """It counts as unused what AWS tracks for each of them and none of them tried."""
        why_not = [why for judge in judges if (why := self._why_not(judge))]
        if not judges:
            return Evidence(why_not="No user or role has it, so nothing tells what is needed of it.")
        if why_not:
            others = f" Not enough is known of {number(len(why_not) - 1)} more, either." if len(why_not) > 1 else ""
            return Evidence(why_not=why_not[0] + others)
        until = min(self._facets[judge.aws_id]["read_at"] for judge in judges)
        return Evidence(usage_of([self._reports[judge.aws_id] for judge in judges]), until)

    def last_use(self, judges: Sequence[Judge], services: Collection[str]) -> PolicyLastUse:
        """Of any of `services`, by any of them. Unknown unless the reports of all are read."""
        if not judges:
            return PolicyLastUse(ManagedPolicy.Use.NOBODY)
        if not all(self._is_read(judge) for judge in judges):
            return PolicyLastUse(ManagedPolicy.Use.UNKNOWN)
        reports = [self._reports[judge.aws_id] for judge in judges]
        tracked = [report[service].at for report in reports for service in services if service in report]
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


def usage_of(reports: Sequence[Mapping[str, ServiceReport]]) -> Usage:
    """What all of some principals used, by their reports, each by service in lower case.

    A service counts as unused where each report has it and none of them tried; one that is missing in a report AWS
    doesn't track there. An action does where each who used its service has it in the list, and none of them tried: who
    didn't use the service tried none of its actions, and who has no report on it may have tried any.
    """
    attempted = {service for report in reports for service, told in report.items() if told.at}
    for_all = set(reports[0]).intersection(*reports[1:])
    actions: dict[str, bool] = {}
    for service in attempted | for_all:
        told = [report[service] for report in reports if service in report]
        tried = {name for each in told for name, is_tried in each.actions.items() if is_tried}
        of_users = [set(each.actions) for each in told if each.at]
        unused = set.intersection(*of_users) - tried if of_users and service in for_all else set()
        actions |= {f"{service}:{name}": name in tried for name in tried | unused}
    return Usage({service: service in attempted for service in attempted | for_all}, actions)


def _by_kind(judges: Iterable[Judge]) -> dict[str, list[str]]:
    """Their unique ids."""
    found: dict[str, list[str]] = {IamUser.kind: [], IamRole.kind: []}
    for judge in judges:
        found[judge.kind].append(judge.aws_id)
    return found
