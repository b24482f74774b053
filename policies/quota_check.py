"""Whether there is room in the AWS account for what a plan makes: one finding a kind, and not one a step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import AwsAccount
from iamconsole.web.words import counted
from policies import quotas
from policies.quotas import SUMMARY, AppliedQuota, Quota, Quotas, quotas_of
from sync.checks import PlanCheck, PlanFinding
from sync.mirror.base import mirror_of
from sync.models import Facet
from sync.operations import PlannedStep

_SERVICE_LINKED = ":role/aws-service-role/"  # made however full an AWS account is ("IAM and AWS STS quotas")


@dataclass(frozen=True)
class QuotaCount:
    """Objects that AWS counts. `counter`: its name in AWS's account summary; `only`: which of the mirror's rows."""

    quota: Quota
    counter: str
    word: str
    only: Mapping[str, Any] = field(default_factory=dict)


COUNTED = {
    "iam.user": QuotaCount(quotas.USERS, "Users", "user"),
    "iam.group": QuotaCount(quotas.GROUPS, "Groups", "group"),
    "iam.role": QuotaCount(quotas.ROLES, "Roles", "role"),
    "iam.policy": QuotaCount(quotas.POLICIES, "Policies", "policy", {"is_aws": False}),
    "iam.instance_profile": QuotaCount(quotas.INSTANCE_PROFILES, "InstanceProfiles", "instance profile"),
    "iam.server_certificate": QuotaCount(quotas.SERVER_CERTIFICATES, "ServerCertificates", "server certificate"),
}


class QuotaCheck(PlanCheck):
    name = "quotas"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        most_more = _most_more(steps)
        if not most_more:
            return []
        held = quotas_of(aws_account)
        return [
            finding
            for kind, more in most_more.items()
            for finding in _findings(COUNTED[kind], held, used(aws_account, kind, held), more)
        ]


def used(aws_account: AwsAccount, kind: str, held: Quotas) -> int:
    """How many count by now: as AWS counted them at the last pull, with what the mirror saw come and go since then."""
    rows = mirror_of(kind).model.objects.filter(aws_account=aws_account, **COUNTED[kind].only)
    at_pull = held.summary.get(COUNTED[kind].counter)
    summary = Facet.objects.filter(aws_account=aws_account, kind=SUMMARY[0], source=SUMMARY[1])
    read_at = summary.values_list("read_at", flat=True).first()
    if at_pull is None or read_at is None:
        return rows.live().count()
    since = Q(created_at__gt=read_at)
    return at_pull + rows.live().filter(since).count() - rows.filter(~since, gone_at__gt=read_at).count()


def _most_more(steps: Iterable[PlannedStep]) -> dict[str, int]:
    """How many more there are at once, at the most, while the plan is carried out: by kind, where it makes any."""
    more: defaultdict[str, int] = defaultdict(int)
    most: dict[str, int] = {}
    for step in steps:
        made, deleted = step.makes, step.deletes
        for key, by in ((deleted, -1), (made, 1)):
            kind = key.partition(":")[0]
            if kind in COUNTED and _SERVICE_LINKED not in key:
                more[kind] += by
                if more[kind] > most.get(kind, 0):
                    most[kind] = more[kind]
    return most


def _findings(of: QuotaCount, held: Quotas, in_use: int, more: int) -> list[PlanFinding]:
    limit = held[of.quota]
    room = max(0, limit.value - in_use)
    words = f"The plan needs room for {counted(more, f'more {of.word}')}, and {room:,} fit: {in_use:,} are there"
    return limit.findings(in_use + more, "QUOTA_USED_UP", words, _fix(limit))


def _fix(limit: AppliedQuota) -> str:
    if limit.quota.is_fixed:
        return "delete some first, as AWS doesn't raise it"
    return "delete some first, or ask AWS to raise it, and pull"
