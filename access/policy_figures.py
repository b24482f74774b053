"""Writes what the list of managed policies says beyond what AWS does: the figures of each, as columns of its row.

It is a source of findings that finds none: so it is asked after a pull or a change, once an hour, and looks again only
at policies of which something has changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F
from django.utils import timezone

from access.last_use import TRACKED
from access.least_privilege import ManagedPolicyUse, uses_of
from accounts.models import AwsAccount
from findings.models import Finding, ScopeLook
from findings.rules import Rule
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from iamconsole.web.vocabulary import LEVELS
from identities.account.last_accessed import FACET
from identities.lint_source import LintSource
from identities.models import Attachment, IamRole, IamUser, Membership
from policies.figures import SEVERITIES
from policies.models import ManagedPolicy, PolicyVersion
from policies.summaries import DocumentReach, reach_of
from sync.mirror.facets import lock_details
from sync.mirror.paced_writes import paced_write
from sync.models import Facet
from sync.object_ref import ObjectRef

_CODE = ("access", "policies", "aws_constraints")
_RISK = ("worst_finding", "finding_count")
_FIGURES = ("level", "holder_count", "use", "last_used_at", "unused_count", *_RISK)
_SCOPE = f"{ManagedPolicy.kind}:"  # what the scopes of lint begin with that are about managed policies


class PolicyFigures(FindingSource):
    """A scope is a managed policy, by its unique id."""

    name = "policy_figures"
    title = "Figures of policies"
    rules: Mapping[str, Rule] = {}

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        code, holders, risks = stamp_of_code(*_CODE), _holders_by_policy(aws_account), risks_of(aws_account)
        rows = ManagedPolicy.objects.live().filter(aws_account=aws_account)
        hashes = dict(_in_force(aws_account).values_list("policy_id", "document__text_hash"))
        bounding = _boundaries(aws_account)
        return {
            aws_id: stamp_of(code, hashes.get(pk), arn in bounding, sorted(holders[pk]), risks[aws_id])
            for pk, aws_id, arn in rows.order_by().values_list("pk", "aws_id", "arn")
        }

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        rows = list(ManagedPolicy.objects.live().filter(aws_account=aws_account, aws_id__in=list(scopes)))
        texts = dict(_in_force(aws_account).filter(policy__in=rows).values_list("policy_id", "document__text"))
        reaches = {row: reach_of(texts[row.pk]) if row.pk in texts else None for row in rows}
        uses = uses_of(aws_account, {row: reach.services if reach else None for row, reach in reaches.items()})
        risks = risks_of(aws_account, scopes)
        with paced_write():
            _lock(aws_account, rows)
            _write([(row, _figures(reach, uses[row.aws_id], risks[row.aws_id])) for row, reach in reaches.items()])
        return dict.fromkeys(scopes, ())


def _in_force(aws_account: AwsAccount) -> Any:
    rows = PolicyVersion.objects.filter(policy__aws_account=aws_account, policy__gone_at=None)
    return rows.filter(version_id=F("policy__default_version")).order_by()


def _figures(reach: DocumentReach | None, use: ManagedPolicyUse, risk: PolicyRisk) -> dict[str, Any]:
    return {
        "level": LEVELS.index(reach.level) if reach and reach.level else None,
        "holder_count": use.holders,
        "use": use.last.use,
        "last_used_at": use.last.at,
        "unused_count": None if use.unused is None else len(use.unused),
        **risk.columns,
    }


def _lock(aws_account: AwsAccount, rows: Sequence[ManagedPolicy]) -> None:
    """A pull, or another mute, may be about to write the same rows: whoever does locks their facets first."""
    lock_details(aws_account, [ObjectRef(row.kind, row.aws_id, row.name, row.arn, row.region) for row in rows])


def _write(figures: Sequence[tuple[ManagedPolicy, Mapping[str, Any]]], columns: Sequence[str] = _FIGURES) -> None:
    """Of what differs only."""
    changed = []
    for row, values in figures:
        if any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        ManagedPolicy.objects.bulk_update(changed, columns)


# ---- Who has each ----------------------------------------------------------------------------------------------
def _holders_by_policy(aws_account: AwsAccount) -> Mapping[int, set[str]]:
    """By pk: of each user and role that has it what its figures hang on, in one text."""
    users, roles = _said_of(aws_account, IamUser), _said_of(aws_account, IamRole)
    members: dict[int, list[int]] = defaultdict(list)
    rows = Membership.objects.live().filter(aws_account=aws_account).order_by()
    for group, user in rows.values_list("group_id", "user_id"):
        members[group].append(user)
    found: dict[int, set[str]] = defaultdict(set)
    attached = Attachment.objects.live().filter(aws_account=aws_account, policy__isnull=False).order_by()
    for policy, user, group, role in attached.values_list("policy_id", "user_id", "group_id", "role_id"):
        if role in roles:
            found[policy].add(roles[role])
        found[policy].update(users[pk] for pk in members.get(group, [user]) if pk in users)
    return found


def _said_of(aws_account: AwsAccount, model: type[IamUser | IamRole]) -> dict[int, str]:
    of = {"aws_account": aws_account, "kind": model.kind, "source": FACET, "region": "", "gone_at": None}
    facets = {
        object_id: (raw_hash, coverage, read_at)
        for object_id, raw_hash, coverage, read_at in Facet.objects.filter(**of).values_list(
            "object_id", "raw_hash", "coverage", "read_at"
        )
    }
    said = {}
    rows = model.objects.live().filter(aws_account=aws_account).order_by()
    for pk, aws_id, created_at in rows.values_list("pk", "aws_id", "created_at"):
        raw_hash, coverage, read_at = facets.get(aws_id, ("", "", None))
        is_old = bool(created_at and read_at and created_at <= read_at - TRACKED)
        said[pk] = f"{aws_id} {raw_hash} {coverage} {is_old}"
    return said


def _boundaries(aws_account: AwsAccount) -> set[str]:
    """The ARNs of policies that are somebody's permissions boundary."""
    return {
        arn
        for model in (IamUser, IamRole)
        for arn in model.objects.live()
        .filter(aws_account=aws_account)
        .values_list("boundary_arn", flat=True)
        .distinct()
    }


# ---- What is wrong with each -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class PolicyRisk:
    """`worst`: its number in policies.figures.SEVERITIES. None: lint doesn't look at it, or didn't yet."""

    worst: int | None = None
    count: int | None = None

    @property
    def columns(self) -> dict[str, int | None]:
        return {"worst_finding": self.worst, "finding_count": self.count}


def risks_of(aws_account: AwsAccount, ids: Collection[str] | None = None) -> Mapping[str, PolicyRisk]:
    """By unique id, of all policies or of these: what is open. A mute that has ended counts no more."""
    looks = ScopeLook.objects.filter(aws_account=aws_account, source=LintSource.name)
    rows = Finding.objects.filter(aws_account=aws_account, kind=ManagedPolicy.kind).counted_at(timezone.now())
    if ids is None:
        looks = looks.filter(scope__startswith=_SCOPE)
    else:
        looks, rows = looks.filter(scope__in=[_SCOPE + each for each in ids]), rows.filter(object_id__in=list(ids))
    found = {scope.removeprefix(_SCOPE): PolicyRisk(0, 0) for scope in looks.values_list("scope", flat=True)}
    counts = rows.order_by().values_list("object_id", "severity").annotate(Count("pk"))
    for object_id, severity, count in counts:
        so_far = found.get(object_id, PolicyRisk())
        worst = max(so_far.worst or 0, SEVERITIES.index(severity))
        found[object_id] = PolicyRisk(worst, (so_far.count or 0) + count)
    return defaultdict(PolicyRisk, found)


def follow_mutes(findings: Sequence[Finding]) -> None:
    """In the caller's transaction: a finding that is muted counts no more, and one that is open again does."""
    ids: dict[AwsAccount, list[str]] = defaultdict(list)
    for each in findings:
        if each.kind == ManagedPolicy.kind:
            ids[each.aws_account].append(each.object_id)
    for aws_account, of_account in ids.items():
        rows = list(ManagedPolicy.objects.filter(aws_account=aws_account, aws_id__in=of_account))
        _lock(aws_account, rows)
        risks = risks_of(aws_account, of_account)
        _write([(row, risks[row.aws_id].columns) for row in rows], _RISK)
