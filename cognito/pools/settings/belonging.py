"""The settings of what belongs to a pool beside app clients: groups, identity providers, resource servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from cognito.setting import NAME, Setting, SettingsGroup, of_list, of_parts
from cognito.setting_kinds import LinesSetting, NumberSetting, PairsSetting, TextSetting
from cognito.setting_values import canonical
from sync.mirror.differences import ContentPart


# ---- Groups --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RoleSetting(Setting):
    """A role of the AWS account, which the form looks up by its name or ARN: it has a field of its own for that."""

    def field(self) -> forms.Field:
        return forms.CharField(label=self.label, help_text=self.help, required=False)

    def value_of(self, cleaned: Any) -> Any:
        return cleaned.arn if cleaned else ""


ROLE = RoleSetting(
    "RoleArn",
    "role",
    "Role",
    "Name or ARN; members may get its rights through an identity pool. Empty: none.",
    called="role",
    history=ContentPart("Role", "gives the role {new}", "gives no role, before {old}", "gives {new} instead of {old}"),
)
GROUP = (
    TextSetting(
        "Description",
        "description",
        "Description",
        called="description",
        history=ContentPart("Description"),
        most=2048,
    ),
    ROLE,
    NumberSetting(
        "Precedence",
        "precedence",
        "Precedence",
        "Who is in several groups gets the role of the one with the lowest number.",
        called="precedence",
        history=ContentPart("Precedence"),
        least=0,
        most=2_147_483_647,
        required=False,
    ),
)
GROUP_SETTINGS = SettingsGroup(
    "group",
    "Group",
    "Group {one}",
    "A new role is what its members get the next time that they sign in.",
    GROUP,
)
NEW_GROUP = SettingsGroup(
    "group-new",
    "New group",
    "New group of {names}",
    "Groups stand in people’s tokens, and may carry a role.",
    GROUP,
)

# ---- Identity providers --------------------------------------------------------------------------------------
MAPPING = PairsSetting(
    "AttributeMapping",
    "mapping",
    "Attribute mapping",
    "The pool’s attribute and the provider’s: email = email. One a line.",
    called="attribute mapping",
    history=of_parts("Attribute mapping"),
)
IDENTIFIERS = LinesSetting(
    "IdpIdentifiers",
    "identifiers",
    "Identifiers",
    "Such as domains of e-mail addresses, one a line.",
    called="identifiers",
    history=of_list("Identifiers"),
)
PROVIDER = (
    Setting("ProviderType", is_sent=False, history=ContentPart("Type")),
    Setting("ProviderDetails", called="details", history=of_parts("Provider")),
    MAPPING,
    IDENTIFIERS,
    Setting("HasSecret", history=ContentPart("Client secret", changed="{label}: {new}")),
    Setting("AcrMapping", called="mapping of levels (acr)"),
    Setting("ProviderDetails.client_secret", called="client secret"),
    Setting("ProviderDetails.private_key", called="private key"),
)


# ---- Resource servers ----------------------------------------------------------------------------------------
def _check_scopes(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    if bad := [name for name in cleaned.get("scopes", {}) if "/" in name or " " in name]:
        yield "scopes", f"{bad[0][:80]}: a scope’s name has neither / nor spaces."


@dataclass(frozen=True)
class ScopesSetting(PairsSetting):
    """As the call takes them: a list, by their names."""

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return {each["ScopeName"]: each.get("ScopeDescription", "") for each in settings.get("Scopes", [])}

    def value_of(self, cleaned: Any) -> Any:
        scopes = [{"ScopeName": name, "ScopeDescription": words} for name, words in cleaned.items()]
        return canonical({"Scopes": scopes}, ["Scopes"]).get("Scopes")


RESOURCE_SERVER = (
    TextSetting("Name", "title_of_api", "Name", called="name", history=NAME, most=256, required=True),
    ScopesSetting(
        "Scopes",
        "scopes",
        "Scopes",
        "One a line, its name and what it allows: read = Read orders.",
        called="scopes",
        history=ContentPart("Scopes", "scope {name} added", "scope {name} removed", "scope {name} described as {new}"),
    ),
    Setting("ManagedBy", is_sent=False),
)
SERVER_SETTINGS = SettingsGroup(
    "server",
    "Resource server",
    "Resource server {one}",
    "Scopes that are removed can’t be asked for any more; tokens that have them last until they expire.",
    RESOURCE_SERVER,
    check=_check_scopes,
)
NEW_SERVER = SettingsGroup(
    "server-new",
    "New resource server",
    "New resource server of {names}",
    "An API, and the scopes that tokens may carry for it.",
    RESOURCE_SERVER,
    check=_check_scopes,
)
