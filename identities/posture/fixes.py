"""What puts faults of credentials, trust and settings right."""

from __future__ import annotations

from typing import Any

from findings import fixes
from findings.fixes import FindingFix
from findings.models import Finding
from identities.models import AccessKey, IamRole, IamUser
from identities.posture import account, credential_rules, trust
from objects.finding_fixes import account_fix, action_fix


def _row(model: Any, finding: Finding) -> Any:
    rows = model.objects.live().filter(aws_account=finding.aws_account_id, aws_id=finding.object_id)
    return rows.select_related("aws_account").first()


def _key(finding: Finding) -> FindingFix | None:
    """One that nobody used for so long is deactivated; another one is rotated, so that nothing stops."""
    user = _row(IamUser, finding)
    key = finding.evidence.get("key", "")
    keys = AccessKey.objects.live().filter(aws_account=finding.aws_account_id, name=key, user=user)
    if user is None or (found := keys.first()) is None:
        return None
    unused = finding.rule == credential_rules.UNUSED_KEY or bool(finding.evidence.get("unused"))
    return action_fix("user", user, "key-deactivate" if unused else "key-rotate", {"key": found.aws_id})


def _password(finding: Finding) -> FindingFix | None:
    return action_fix("user", _row(IamUser, finding), "password-delete")


def _trust(finding: Finding) -> FindingFix | None:
    """Who is meant, nobody knows but people: the editor of the trust policy."""
    found = action_fix("role", _row(IamRole, finding), "trust")
    return FindingFix(found.label, found.url) if found else None


def _passwords(finding: Finding) -> FindingFix | None:
    return account_fix(finding.aws_account, "set-password-policy", label="Change the password policy…")


def register() -> None:
    fixes.register(credential_rules.OLD_KEY, credential_rules.UNUSED_KEY, fix_of=_key)
    fixes.register(credential_rules.UNUSED_PASSWORD, fix_of=_password)
    fixes.register(trust.OUTSIDE, trust.DELETED, fix_of=_trust)
    fixes.register(account.WEAK_PASSWORDS, fix_of=_passwords)
