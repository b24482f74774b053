"""What became of these contents, in words (sync/mirror/differences.py)."""

from __future__ import annotations

from sync.mirror.differences import Part

NAMED = {
    "name": Part("Name", changed="renamed from {old} to {new}"),
    "path": Part("Path"),
    "arn": Part("ARN", follows="name"),
}
TAGS = {"tags": Part("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}")}
DESCRIPTION = {
    "description": Part(
        "Description", "described: {new}", "description taken away", "described as “{new}” instead of “{old}”"
    )
}
ROLE_SETTINGS = {
    **DESCRIPTION,
    "max_session_s": Part("Longest session", changed="longest session {new} s instead of {old} s"),
}
INSTANCE_PROFILE = {
    **NAMED,
    "role": Part("Role", "role {new} put in", "role {old} taken out", "role {new} put in instead of {old}"),
    "role_id": Part("Role’s unique id", follows="role"),
}
CERTIFICATE = {**NAMED, "expires_at": Part("Expiry", changed="expires {new} instead of {old}")}
CERTIFICATE_BODY = {**TAGS, "domains": Part("Names", "is for {name}, too", "is no longer for {name}")}
OIDC = {
    **NAMED,
    **TAGS,
    "client_ids": Part("Audiences", "takes tokens for {name}", "takes no tokens for {name} any more"),
    "thumbprints": Part("Thumbprints", "trusts the certificate {name}", "trusts the certificate {name} no more"),
}
SAML = {
    **NAMED,
    **TAGS,
    "metadata": Part("Metadata", changed="new metadata"),
    "entity_id": Part("Entity id"),
    "valid_until": Part("Metadata good until"),
    "certificates": Part("Certificates", "certificate {name} added", "certificate {name} taken away"),
    "private_keys": Part("Decryption keys", "decryption key {name} added", "decryption key {name} taken away"),
}
ALIAS = {"alias": Part("Account alias", "alias {new} given", "alias {old} taken away", "alias {new} instead of {old}")}
VIRTUAL_MFA = {
    "of_root": Part(
        "MFA apps of the root user", "MFA app {name} for the root user", "MFA app {name} of the root user off"
    ),
    "unassigned": Part(
        "Unassigned MFA devices", "MFA device {name} is nobody’s", "MFA device {name} is nobody’s no more"
    ),
}
PASSWORD_POLICY = {
    "rules": Part(
        "Password policy", "password policy: {name} {new}", "password policy: {name} no more",
        "password policy: {name} {new} instead of {old}",
    )
}  # fmt: skip
