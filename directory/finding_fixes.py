"""What puts right what is found of permission sets and assignments, in the AWS account that has Identity Center."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import Operator
from directory import finding_source, selectors, unused_finding_source
from directory.finding_source import LONGEST_S
from directory.models import AccountAssignment, PermissionSet, PrincipalType
from directory.operations import withdraw
from directory.unused_finding_source import sets_of_role
from findings import fixes
from findings.fixes import FindingFix
from findings.models import Finding
from identities.models import IamRole
from objects.finding_fixes import action_fix
from sync.operations import Refusal, StepSpec

_WITHDRAW = "Take the assignments away…"


def _set(finding: Finding) -> PermissionSet | None:
    rows = PermissionSet.objects.live().filter(aws_account=finding.aws_account_id, aws_id=finding.object_id)
    return rows.select_related("aws_account", "inline").first()


def _session(finding: Finding) -> FindingFix | None:
    return action_fix(
        "permission_set", _set(finding), "settings", {"session": str(LONGEST_S)}, label="Shorten its sessions…"
    )


def _broad(finding: Finding) -> FindingFix | None:
    """What its people need, people know: the editor of the inline policy."""
    found = action_fix("permission_set", _set(finding), "inline")
    return FindingFix(found.label, found.url) if found else None


def _provision(finding: Finding) -> FindingFix | None:
    return action_fix("permission_set", _set(finding), "provision")


def _directly(finding: Finding) -> FindingFix | None:
    """Whoever loses it has to be in a group that has it first: people see to that, then take the first one away."""
    row = _set(finding)
    found = _withdrawal(row, _assigned(row).filter(principal_type=PrincipalType.USER)) if row else None
    return FindingFix("Take the assignment away…", found.url) if found else None


def _deleted(finding: Finding) -> FindingFix | None:
    row = _set(finding)
    return _withdrawal(row, finding_source.to_deleted(_assigned(row))) if row else None


def _unused(finding: Finding) -> FindingFix | None:
    """The assignments that the role in this AWS account comes of."""
    roles = IamRole.objects.live().filter(aws_account=finding.aws_account_id, aws_id=finding.object_id)
    role = roles.select_related("aws_account").first()
    row = next(iter(sets_of_role(role)), None) if role else None
    if row is None or role is None:
        return None
    return _withdrawal(row, _assigned(row).filter(target_id=role.aws_account.account_id))


def _assigned(row: PermissionSet) -> QuerySet[AccountAssignment]:
    return selectors.assignments_of(row).order_by("target_id", "pk")


def _withdrawal(row: PermissionSet, assignments: QuerySet[AccountAssignment]) -> FindingFix | None:
    """Of all of them; the form offers the first. None where there are none any more."""
    first = assignments.first()
    found = action_fix("permission_set", row, "withdraw", {"assignment": first.aws_id}) if first else None
    if found is None:
        return None

    def steps(operator: Operator) -> Sequence[StepSpec]:
        there = list(assignments.select_related("aws_account"))
        if not there:
            raise Refusal("They were taken away meanwhile.")
        return withdraw(*there)

    return FindingFix(_WITHDRAW, found.url, steps, row.aws_account)


def register() -> None:
    fixes.register(finding_source.LONG_SESSION, fix_of=_session)
    fixes.register(finding_source.WILDCARD, fix_of=_broad)
    fixes.register(finding_source.NOT_PROVISIONED, fix_of=_provision)
    fixes.register(finding_source.ADMIN_DIRECTLY, fix_of=_directly)
    fixes.register(finding_source.TO_DELETED, fix_of=_deleted)
    fixes.register(unused_finding_source.UNUSED, fix_of=_unused)
