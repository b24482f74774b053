"""What became of these contents, in words (sync/mirror/differences.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from iamconsole.web.words import day, duration
from policies.operations.arns import name_of
from sync.mirror.differences import Part


def _day(text: str) -> str:
    """ "4 Mar 2019" of an ISO time; other words as they are."""
    try:
        return day(datetime.fromisoformat(text))
    except ValueError:
        return text


def _span(text: str) -> str:
    """ "12 h" of a number of seconds."""
    return duration(int(text)) if text.isdecimal() else text


def _certificate(said: Mapping[str, str]) -> str:
    return f"{said['subject']}, good until {_day(said['expires_at'])},"


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
    "max_session_s": Part("Longest session", changed="longest session {new} instead of {old}", named=_span),
}
INSTANCE_PROFILE = {
    **NAMED,
    "role": Part("Role", "has the role {new}", "has no role, before {old}", "has the role {new} instead of {old}"),
    "role_id": Part("Role’s unique id", follows="role"),
}
CERTIFICATE = {**NAMED, "expires_at": Part("Expiry", changed="expires {new} instead of {old}", named=_day)}
CERTIFICATE_BODY = {**TAGS, "domains": Part("Names", "is for {name}, too", "is no longer for {name}")}
OIDC = {
    **NAMED,
    **TAGS,
    "client_ids": Part("Audiences", "takes tokens for {name}", "no longer takes tokens for {name}"),
    "thumbprints": Part("Thumbprints", "trusts the certificate {name}", "no longer trusts the certificate {name}"),
}
SAML = {
    **NAMED,
    **TAGS,
    "metadata": Part("Metadata", changed="new metadata"),
    "entity_id": Part("Entity id"),
    "valid_until": Part("Metadata good until", named=_day),
    "certificates": Part(
        "Certificates", "certificate {name} added", "certificate {name} taken away", told=_certificate
    ),
    "private_keys": Part("Decryption keys", "decryption key {name} added", "decryption key {name} taken away"),
}
ALIAS = {"alias": Part("Account alias", "alias {new} given", "alias {old} taken away", "alias {new} instead of {old}")}
VIRTUAL_MFA = {
    "of_root": Part(
        "MFA apps of the root user",
        "MFA app {name} of the root user switched on",
        "MFA app {name} of the root user switched off",
        named=name_of,
    ),
    "unassigned": Part(
        "Unassigned MFA devices",
        "MFA device {name} belongs to nobody",
        "MFA device {name} was given to somebody, or deleted",
        named=name_of,
    ),
}
PASSWORD_POLICY = {"rules": Part("Password policy")}
SUMMARY = {
    "AccountMFAEnabled": Part("MFA devices of the root user"),
    "AccountAccessKeysPresent": Part("Access keys of the root user"),
    "AccountPasswordPresent": Part("Passwords of the root user"),
    "AccountSigningCertificatesPresent": Part("Signing certificates of the root user"),
    "GlobalEndpointTokenVersion": Part(
        "Tokens of the global STS endpoint", changed="{label}: version {new}, not {old}"
    ),
}
