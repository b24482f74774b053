"""What became of these contents, in words (sync/mirror/differences.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aws_constraints.arn import name_of
from iamconsole.web.words import day, duration
from sync.mirror.differences import ContentPart


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
    "name": ContentPart("Name", changed="renamed from {old} to {new}"),
    "path": ContentPart("Path"),
    "arn": ContentPart("ARN", follows="name"),
}
TAGS = {
    "tags": ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}")
}
DESCRIPTION = {
    "description": ContentPart(
        "Description", "described: {new}", "description taken away", "described as “{new}” instead of “{old}”"
    )
}
ROLE_SETTINGS = {
    **DESCRIPTION,
    "max_session_s": ContentPart("Longest session", changed="longest session {new} instead of {old}", named=_span),
}
INSTANCE_PROFILE = {
    **NAMED,
    "role": ContentPart(
        "Role", "has the role {new}", "has no role, before {old}", "has the role {new} instead of {old}"
    ),
    "role_id": ContentPart("Role’s unique id", follows="role"),
}
CERTIFICATE = {**NAMED, "expires_at": ContentPart("Expiry", changed="expires {new} instead of {old}", named=_day)}
CERTIFICATE_BODY = {**TAGS, "domains": ContentPart("Names", "is for {name}, too", "is no longer for {name}")}
OIDC = {
    **NAMED,
    **TAGS,
    "client_ids": ContentPart("Audiences", "takes tokens for {name}", "no longer takes tokens for {name}"),
    "thumbprints": ContentPart(
        "Thumbprints", "trusts the certificate {name}", "no longer trusts the certificate {name}"
    ),
}
SAML = {
    **NAMED,
    **TAGS,
    "metadata": ContentPart("Metadata", changed="new metadata"),
    "entity_id": ContentPart("Entity id"),
    "valid_until": ContentPart("Metadata good until", named=_day),
    "certificates": ContentPart(
        "Certificates", "certificate {name} added", "certificate {name} taken away", describe=_certificate
    ),
    "private_keys": ContentPart("Decryption keys", "decryption key {name} added", "decryption key {name} taken away"),
}
ALIAS = {
    "alias": ContentPart("Account alias", "alias {new} given", "alias {old} taken away", "alias {new} instead of {old}")
}
VIRTUAL_MFA = {
    "of_root": ContentPart(
        "MFA apps of the root user",
        "MFA app {name} of the root user switched on",
        "MFA app {name} of the root user switched off",
        named=name_of,
    ),
    "unassigned": ContentPart(
        "Unassigned MFA devices",
        "MFA device {name} belongs to nobody",
        "MFA device {name} was given to somebody, or deleted",
        named=name_of,
    ),
}
PASSWORD_POLICY = {"rules": ContentPart("Password policy")}
SUMMARY = {
    "AccountMFAEnabled": ContentPart("MFA devices of the root user"),
    "AccountAccessKeysPresent": ContentPart("Access keys of the root user"),
    "AccountPasswordPresent": ContentPart("Passwords of the root user"),
    "AccountSigningCertificatesPresent": ContentPart("Signing certificates of the root user"),
    "GlobalEndpointTokenVersion": ContentPart(
        "Tokens of the global STS endpoint", changed="{label}: version {new}, not {old}"
    ),
}
