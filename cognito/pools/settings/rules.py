"""What AWS refuses of settings that its model of the call lets through: what they ask of each other, and of the plan.

The sources are pages of the API reference of Amazon Cognito user pools, named at each rule. A rule gets what a call
sends and what the pool has by then, by UpdateUserPool's names, and has a sentence for each thing that AWS refuses; it
stands in the entry of the setting that is refused (`Setting.refuses`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cognito.plans import has_choice_of_factors

Settings = Mapping[str, Any]
_LINK = re.compile(r"\{##.+?##\}", re.DOTALL)
_LITE = "needs the plan Essentials or Plus, and this pool has Lite"
_BY_SES = "needs e-mail that is sent by Amazon SES (EmailSendingAccount DEVELOPER)"


def refuse_templates(sent: Settings, pool: Settings) -> Iterator[str]:
    """VerificationMessageTemplateType and MessageTemplateType: own texts of e-mails "only if the value of
    EmailSendingAccount is DEVELOPER"; a code or a link has its place in each.
    """
    template = sent.get("VerificationMessageTemplate") or {}
    invitation = (sent.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
    own = [f"VerificationMessageTemplate.{name}" for name in template if name.startswith("Email")]
    own += [f"InviteMessageTemplate.{name}" for name in invitation if name.startswith("Email")]
    if own and not _sends_by_ses(sent):
        yield f"{own[0]} {_BY_SES}"
    code, link = template.get("EmailMessage"), template.get("EmailMessageByLink")
    if code and link:
        yield "VerificationMessageTemplate has the text of a code or that of a link, not both"
    if code and "{####}" not in code:
        yield "VerificationMessageTemplate.EmailMessage lacks {####}, where the code stands"
    if link and not _LINK.search(link):
        yield "VerificationMessageTemplate.EmailMessageByLink lacks {##Click here##}, where the link stands"


def refuse_first_factors(sent: Settings, pool: Settings) -> Iterator[str]:
    """SignInPolicyType: other first factors than the password come with choice-based sign-in."""
    factors = ((sent.get("Policies") or {}).get("SignInPolicy") or {}).get("AllowedFirstAuthFactors") or ["PASSWORD"]
    if set(factors) != {"PASSWORD"} and not has_choice_of_factors(sent):
        yield f"Another first factor than the password {_LITE}"


def refuse_mfa(sent: Settings, pool: Settings) -> Iterator[str]:
    """EmailMfaConfigType ("your user pool must have email configuration with your own Amazon SES resources", and a
    plan that has it) and WebAuthnConfigurationType.
    """
    for member, called in (("EmailMfaConfiguration", "MFA by e-mail"), ("WebAuthnConfiguration", "Sign-in by passkey")):
        if sent.get(member) and not has_choice_of_factors(pool):
            yield f"{called} {_LITE}"
    if sent.get("EmailMfaConfiguration") and not _sends_by_ses(pool):
        yield f"MFA by e-mail {_BY_SES}"


def refuse_flows(sent: Settings, pool: Settings) -> Iterator[str]:
    """UserPoolClientType: ALLOW_USER_AUTH is choice-based sign-in."""
    if "ALLOW_USER_AUTH" in (sent.get("ExplicitAuthFlows") or ()) and not has_choice_of_factors(pool):
        yield f"The choice of the first factor (ALLOW_USER_AUTH) {_LITE}"


def _sends_by_ses(settings: Settings) -> bool:
    return bool((settings.get("EmailConfiguration") or {}).get("EmailSendingAccount") == "DEVELOPER")
