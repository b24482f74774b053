"""The checks of plans: whether there is room for what a plan makes, and what lint finds in what it writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import AwsAccount
from iamconsole.web.words import counted
from policies import quotas
from policies.engine import lint
from policies.engine.lint import Severity
from policies.engine.lint.sizes import CODES as SIZE_CODES
from policies.engine.structure import DocumentType
from policies.quotas import SUMMARY, AppliedQuota, Quota, Quotas, quotas_of
from sync import checks
from sync.checks import Measurement, PlanCheck, PlanFinding
from sync.mirror.base import mirror_of
from sync.models import Facet
from sync.operation_mixins import WritesDocument
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


# ---- What lint finds in the documents that a plan writes, to be read above its steps -------------------------
MOST = 20
# AWS takes documents with such errors, which then allow less than they seem to: nothing to refuse a plan for.
_AS: Mapping[Severity, checks.Severity] = {
    Severity.SECURITY_WARNING: "security_warning",
    Severity.ERROR: "warning",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "suggestion",
}
_ORDER = list(_AS)
_HIDES = "INVISIBLE_CHARACTER"  # what is read differs from what is sent: a reviewer must know


class LintPlanCheck(PlanCheck):
    """Of the same text once, at the first step that writes it. It can't get worse: the texts are those of the plan."""

    name = "lint"

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        first: dict[tuple[str, str], int] = {}
        for step in steps:
            operation = step.operation
            if not isinstance(operation, WritesDocument):
                continue
            text, kind = operation.writes(aws_account, step.params), operation.writes_type
            if text is not None and kind is not None:
                first.setdefault((text, kind), step.position)
        if not first:
            return None
        found = [
            (step, each)
            for (text, kind), step in first.items()
            for each in lint.lint(text, DocumentType(kind), aws_account.account_id)
            if each.code not in SIZE_CODES  # the operation says it, by the quota of what holds the document
        ]
        found.sort(key=lambda each: (_ORDER.index(each[1].severity), each[0], each[1].start))
        described = [_finding(step, each) for step, each in found[:MOST]]
        if more := sum(each.stands_for for _, each in found[MOST:]):
            described.append(PlanFinding("MORE_FINDINGS", "suggestion", f"{counted(more, 'more finding')}."))
        return Measurement(None, described) if described else None


def _finding(step: int, found: lint.LintFinding) -> PlanFinding:
    return PlanFinding(
        found.code,
        "security_warning" if found.code == _HIDES else _AS[found.severity],
        found.message,
        step,
        found.line,
        found.column,
        about=(found.path, found.message),
    )
