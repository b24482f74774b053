"""What became of these contents, in words (sync/mirror/differences.py). What isn't here is told by AWS's own names."""

from __future__ import annotations

from sync.mirror.differences import ContentPart


def _set(label: str) -> ContentPart:
    """Settings that have parts: each is told by AWS's name."""
    return ContentPart(
        label,
        "{label}: {name} set to {new}",
        "{label}: {name} removed, before {old}",
        "{label}: {name} {new} instead of {old}",
    )


def _list(label: str) -> ContentPart:
    return ContentPart(label, "{label}: {name} added", "{label}: {name} removed")


_TAGS = ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}")
_NAME = ContentPart("Name", changed="renamed from {old} to {new}")
POOL = {
    "Name": _NAME,
    "UserPoolTier": ContentPart("Plan"),
    "DeletionProtection": ContentPart("Deletion protection"),
    "MfaConfiguration": ContentPart("MFA"),
    "Policies": _set("Password and sign-in policy"),
    "AdminCreateUserConfig": _set("Sign-up"),
    "LambdaConfig": _set("Triggers"),
    "SchemaAttributes": ContentPart(
        "Attributes", "attribute {name} added", "attribute {name} removed", describe=lambda each: str(each["Name"])
    ),
    "AutoVerifiedAttributes": _list("Verified at sign-up"),
    "AccountRecoverySetting": _set("Account recovery"),
    "UserPoolAddOns": _set("Threat protection"),
    "DeviceConfiguration": _set("Devices"),
    "EmailConfiguration": _set("E-mail"),
    "SmsConfiguration": _set("Text messages"),
    "VerificationMessageTemplate": _set("Verification messages"),
    "UserAttributeUpdateSettings": _set("Changes of addresses"),
    "Domain": ContentPart("Domain"),
    "CustomDomain": ContentPart("Own domain"),
    "UserPoolTags": _TAGS,
}
MFA = {
    "MfaConfiguration": ContentPart("MFA"),
    "SmsMfaConfiguration": _set("MFA by text message"),
    "SoftwareTokenMfaConfiguration": _set("MFA by app"),
    "EmailMfaConfiguration": _set("MFA by e-mail"),
    "WebAuthnConfiguration": _set("Passkeys"),
}
RISK = {
    "CompromisedCredentialsRiskConfiguration": _set("Compromised passwords"),
    "AccountTakeoverRiskConfiguration": _set("Account takeover"),
    "RiskExceptionConfiguration": _set("Exceptions"),
}
SESSIONS = {
    "UserSessionTracking": ContentPart("Tracking of sessions"),
    "TokenSession": _set("Sessions"),
}
CLIENT_SESSIONS = {"SSOSession": _set("Sessions of other apps")}
DOMAINS: dict[str, ContentPart] = {}
CLIENT = {
    "ClientName": _NAME,
    "HasSecret": ContentPart("Client secret", changed="{label}: {new}"),
    "CallbackURLs": _list("Callback addresses"),
    "LogoutURLs": _list("Sign-out addresses"),
    "AllowedOAuthFlows": _list("OAuth flows"),
    "AllowedOAuthScopes": _list("OAuth scopes"),
    "AllowedOAuthFlowsUserPoolClient": ContentPart("OAuth"),
    "ExplicitAuthFlows": _list("Ways to sign in"),
    "SupportedIdentityProviders": _list("Identity providers"),
    "ReadAttributes": _list("Attributes it may read"),
    "WriteAttributes": _list("Attributes it may write"),
    "AccessTokenValidity": ContentPart("Life of access tokens"),
    "IdTokenValidity": ContentPart("Life of ID tokens"),
    "RefreshTokenValidity": ContentPart("Life of refresh tokens"),
    "TokenValidityUnits": _set("Units of token lives"),
    "RefreshTokenRotation": _set("Rotation of refresh tokens"),
    "EnableTokenRevocation": ContentPart("Revoking tokens"),
    "PreventUserExistenceErrors": ContentPart("Hides whether somebody exists"),
}
GROUP = {
    "Description": ContentPart("Description"),
    "RoleArn": ContentPart(
        "Role", "gives the role {new}", "gives no role, before {old}", "gives {new} instead of {old}"
    ),
    "Precedence": ContentPart("Precedence"),
}
PROVIDER = {
    "ProviderType": ContentPart("Type"),
    "ProviderDetails": _set("Provider"),
    "AttributeMapping": _set("Attribute mapping"),
    "IdpIdentifiers": _list("Identifiers"),
    "HasSecret": ContentPart("Client secret", changed="{label}: {new}"),
}
RESOURCE_SERVER = {
    "Name": _NAME,
    "Scopes": ContentPart("Scopes", "scope {name} added", "scope {name} removed", "scope {name} described as {new}"),
}
IDENTITY_POOL = {
    "IdentityPoolName": _NAME,
    "AllowUnauthenticatedIdentities": ContentPart("Guests", changed="guests: {new}"),
    "AllowClassicFlow": ContentPart("Classic flow", changed="classic flow: {new}"),
    "CognitoIdentityProviders": ContentPart(
        "User pools",
        "takes people of {name}",
        "no longer takes people of {name}",
        describe=lambda each: f"{each['ProviderName']} ({each.get('ClientId', 'any client')})",
    ),
    "SupportedLoginProviders": _set("Social providers"),
    "OpenIdConnectProviderARNs": _list("OIDC providers"),
    "SamlProviderARNs": _list("SAML providers"),
    "DeveloperProviderName": ContentPart("Developer provider"),
    "IdentityPoolTags": _TAGS,
}
ROLES = {
    "Roles": ContentPart(
        "Roles",
        "{name} people get {new}",
        "{name} people get no role, before {old}",
        "{name} people get {new} instead of {old}",
    ),
    "RoleMappings": ContentPart(
        "Role mapping",
        "role mapping of {name} added",
        "role mapping of {name} removed",
        "role mapping of {name} changed",
    ),
}
PRINCIPAL_TAGS: dict[str, ContentPart] = {}
