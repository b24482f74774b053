"""The settings of an identity pool that UpdateIdentityPool takes, and who gets which role, as entries."""

from __future__ import annotations

import re

from cognito.setting import NAME, TAGS, Setting, SettingsGroup, of_list, of_parts
from cognito.setting_kinds import TextSetting, TickSetting
from sync.mirror.differences import ContentPart

# Cognito Federated Identities API Reference, "CreateIdentityPool".
_NAME = re.compile(r"[\w\s+=,.@-]{1,128}")


def refuse_name(name: str) -> str:
    """A sentence why AWS would refuse it; "" where it wouldn't."""
    wrong = "The name of an identity pool has 1 to 128 letters, digits, spaces and +=,.@_- only."
    return "" if _NAME.fullmatch(name) else wrong


POOL_NAME = TextSetting(
    "IdentityPoolName",
    "name",
    "Name",
    "Letters, digits, spaces and +=,.@_- only.",
    called="name",
    history=NAME,
    most=128,
    required=True,
    check=refuse_name,
)
GUEST_ACCESS = TickSetting(
    "AllowUnauthenticatedIdentities",
    label="Guest access",
    called="guest access",
    history=ContentPart("Guests", changed="guests: {new}"),
    default=False,
)
CLASSIC_FLOW = TickSetting(
    "AllowClassicFlow",
    "classic",
    "Classic flow",
    "Apps choose the role themselves, and Cognito’s own limit on guests doesn’t apply. Few need it.",
    called="classic flow",
    history=ContentPart("Classic flow", changed="classic flow: {new}"),
    default=False,
)
IDENTITY_POOL = (
    POOL_NAME,
    GUEST_ACCESS,
    CLASSIC_FLOW,
    Setting(
        "CognitoIdentityProviders",
        called="user pools",
        history=ContentPart(
            "User pools",
            "takes people of {name}",
            "no longer takes people of {name}",
            describe=lambda each: f"{each['ProviderName']} ({each.get('ClientId', 'any client')})",
        ),
    ),
    Setting("SupportedLoginProviders", called="social providers", history=of_parts("Social providers")),
    Setting("OpenIdConnectProviderARNs", called="OIDC providers", history=of_list("OIDC providers")),
    Setting("SamlProviderARNs", called="SAML providers", history=of_list("SAML providers")),
    Setting("DeveloperProviderName", called="developer provider", history=ContentPart("Developer provider")),
    Setting("IdentityPoolTags", called="tags", history=TAGS),
)
POOL_SETTINGS = SettingsGroup(
    "settings",
    "Name, classic flow…",
    "Settings of {names}",
    "AWS replaces all settings at once: what isn’t here is sent as it is now.",
    (POOL_NAME, CLASSIC_FLOW),
)
ROLES = (
    Setting(
        "Roles",
        history=ContentPart(
            "Roles",
            "{name} people get {new}",
            "{name} people get no role, before {old}",
            "{name} people get {new} instead of {old}",
        ),
    ),
    Setting(
        "RoleMappings",
        history=ContentPart(
            "Role mapping",
            "role mapping of {name} added",
            "role mapping of {name} removed",
            "role mapping of {name} changed",
        ),
    ),
)
