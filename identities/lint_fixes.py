"""What puts a finding of lint right: the editor's own fix where it is safe, else the editor at the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from findings import fixes
from findings.fixes import FindingFix
from findings.models import Finding
from identities.kinds import kind_of
from identities.lint_source import CONTROL_POLICIES, LintSource
from identities.models import IamRole, InlinePolicy
from objects.finding_fixes import action_fix
from policies.engine.lint import lint
from policies.engine.structure import DocumentType
from policies.fixes import is_safe, key_of
from policies.models import ManagedPolicy, OrgPolicy, PolicyVersion


@dataclass(frozen=True)
class _Edited:
    """Where a document is edited: the action at `place` on `row`, with `asked`."""

    place: str
    row: Any
    action: str
    text: str
    type: DocumentType
    asked: Mapping[str, str]


def _policy(finding: Finding) -> _Edited | None:
    row = _live(ManagedPolicy, finding)
    versions = PolicyVersion.objects.filter(policy=row, version_id=F("policy__default_version"))
    version = versions.select_related("document").first() if row else None
    if version is None or version.document is None:
        return None
    return _Edited("policy", row, "edit", version.document.text, DocumentType.IDENTITY, {})


def _inline(finding: Finding) -> _Edited | None:
    row = _live(InlinePolicy, finding, "document", "user__aws_account", "group__aws_account", "role__aws_account")
    owner = (row.user or row.group or row.role) if row else None
    if owner is None:
        return None
    return _Edited(kind_of(owner).name, owner, "inline", row.document.text, DocumentType.IDENTITY, {"policy": row.name})


def _trust(finding: Finding) -> _Edited | None:
    row = _live(IamRole, finding, "trust")
    return _Edited("role", row, "trust", row.trust.text, DocumentType.TRUST, {}) if row and row.trust else None


def _control_policy(finding: Finding) -> _Edited | None:
    row = _live(OrgPolicy, finding, "document")
    if row is None or row.document is None:
        return None
    type_ = CONTROL_POLICIES[row.type]
    action = "edit-scp" if type_ is DocumentType.SCP else "edit-rcp"
    return _Edited("control_policy", row, action, row.document.text, type_, {})


_EDITED = {"iam.policy": _policy, "iam.inline": _inline, "iam.role": _trust, "org.policy": _control_policy}


def _live(model: Any, finding: Finding, *related: str) -> Any:
    rows = model.objects.live().filter(aws_account=finding.aws_account_id, aws_id=finding.object_id)
    return rows.select_related("aws_account", *related).first()


def _fix_of(finding: Finding) -> FindingFix | None:
    edited = _EDITED[finding.kind](finding) if finding.kind in _EDITED else None
    if edited is None:
        return None
    code, path = finding.rule.removeprefix("lint."), finding.evidence.get("path")
    found = lint(edited.text, edited.type, finding.aws_account.account_id)
    fitting = (each for each in found if (each.code, each.path) == (code, path))
    safe = next((each for each in fitting if is_safe(edited.text, each)), None)
    mended = {"mend": key_of(safe)} if safe else {}
    fix = action_fix(edited.place, edited.row, edited.action, {**edited.asked, **mended}, label="Edit the document…")
    if fix is None or safe is None or safe.fix is None:
        return FindingFix(fix.label, fix.url) if fix else None
    return FindingFix(f"{safe.fix.title}…", fix.url, fix.steps)


def register() -> None:
    fixes.register(*LintSource().rules, fix_of=_fix_of)
