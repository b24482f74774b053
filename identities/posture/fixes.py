"""What puts faults of credentials, trust and settings right."""

from __future__ import annotations

from typing import Any

from findings import fixes
from findings.fixes import FindingFix
from findings.models import Finding
from identities.account.password_policy import GOOD_LENGTH, MOST_REMEMBERED
from identities.mfa_policies import holders_of_other_credentials, is_held_to_mfa, with_unread_credentials
from identities.models import AccessKey, Credential, IamAccount, IamRole, IamUser, SamlProvider, ServerCertificate
from identities.posture import account, credential_rules, trust
from identities.posture.credentials import UNUSED_AFTER, keys_told
from objects.finding_fixes import account_fix, action_fix

_DEACTIVATE = "Deactivate the access key…"
_UNREAD = (
    "Unknown: the mirror hasn’t read whether they have access keys, SSH keys or credentials for one service, which "
    "would be denied as well. Decide in its form."
)


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
    if not unused:
        return action_fix("user", user, "key-rotate", {"key": found.aws_id})
    return action_fix("user", user, "key-deactivate", {"key": found.aws_id}, label=_DEACTIVATE)


def _one_of_two(finding: Finding) -> FindingFix | None:
    """The one that was used longest ago, or never. Where both are in use, or that isn't known, people say which."""
    user = _row(IamUser, finding)
    active = AccessKey.objects.live().filter(user=user, status=Credential.Status.ACTIVE) if user else ()
    if user is None or len(active) < 2:
        return None
    oldest = min(active, key=lambda key: (key.last_used_at is not None, key.last_used_at or key.created_at, key.pk))
    is_told = user.aws_id in keys_told(finding.aws_account)
    asked = {"key": oldest.aws_id} if is_told else {}
    found = action_fix("user", user, "key-deactivate", asked, label=_DEACTIVATE)
    is_sure = is_told and oldest.is_idle(UNUSED_AFTER.days)
    return found if found is None or is_sure else FindingFix(found.label, found.url)


def _mfa(finding: Finding) -> FindingFix | None:
    """A policy that denies everything but enrolment: whose keys or other credentials would be denied with it, people
    decide, also where it isn't known whether there are any. None where there is such a policy already: then the user
    has to register a device."""
    user = _row(IamUser, finding)
    if user is None or is_held_to_mfa(user):
        return None
    found = action_fix("user", user, "demand-mfa")
    if found and with_unread_credentials([user]):
        return FindingFix(found.label, found.url, why_form=_UNREAD)
    is_denied = user.active_key_count or holders_of_other_credentials([user])
    return FindingFix(found.label, found.url) if found and is_denied else found


def _password(finding: Finding) -> FindingFix | None:
    return action_fix("user", _row(IamUser, finding), "password-delete", label="Delete the password…")


def _trust(finding: Finding) -> FindingFix | None:
    """Who is meant, nobody knows but people: the editor of the trust policy."""
    found = action_fix("role", _row(IamRole, finding), "trust")
    return FindingFix(found.label, found.url) if found else None


def _metadata(finding: Finding) -> FindingFix | None:
    found = action_fix("saml_provider", _row(SamlProvider, finding), "metadata")
    return FindingFix(found.label, found.url) if found else None


def _certificate(finding: Finding) -> FindingFix | None:
    """What uses it, IAM doesn't say: people look before it goes."""
    found = action_fix("server_certificate", _row(ServerCertificate, finding), "delete")
    return FindingFix(found.label, found.url) if found else None


def _passwords(finding: Finding) -> FindingFix | None:
    """What it asks for beside that stays."""
    row = IamAccount.objects.live().filter(aws_account=finding.aws_account, password_policy__isnull=False).first()
    length = int((row.password_policy if row else {}).get("MinimumPasswordLength", 0))
    asked = {"minimum_length": str(max(length, GOOD_LENGTH)), "remembered": str(MOST_REMEMBERED)}
    return account_fix(finding.aws_account, "set-password-policy", asked, label="Change the password policy…")


def register() -> None:
    fixes.register(credential_rules.OLD_KEY, credential_rules.UNUSED_KEY, fix_of=_key)
    fixes.register(credential_rules.TWO_KEYS, fix_of=_one_of_two)
    fixes.register(credential_rules.NO_MFA, fix_of=_mfa)
    fixes.register(credential_rules.UNUSED_PASSWORD, fix_of=_password)
    fixes.register(trust.OUTSIDE, trust.DELETED, fix_of=_trust)
    fixes.register(account.WEAK_PASSWORDS, fix_of=_passwords)
    fixes.register(account.SAML_ENDS, fix_of=_metadata)
    fixes.register(account.CERTIFICATE_ENDS, fix_of=_certificate)
