"""Makes, finds and ends the tokens by which a directory uses SCIM; owners of all AWS accounts make and end them."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Operator, ScimToken
from accounts.services.operators import require_owner_of_all
from iamconsole.networks import is_within
from iamconsole.web import words

PREFIX = "iamconsole-scim-"  # so that scanners of leaked secrets, and people, know one
LONGEST_DAYS = 730
NOTED_EVERY = timedelta(minutes=1)

audit.register(
    {
        "scim.token_made": "made the SCIM token {object}, which works until {ends}",
        "scim.token_ended": "ended the SCIM token {object}",
    }
)


class ScimTokenRefused(Exception):
    """The text is a sentence. `is_known`: there is such a token, but it may not be used so."""

    def __init__(self, sentence: str, *, is_known: bool = False) -> None:
        super().__init__(sentence)
        self.is_known = is_known


def said_by(token: ScimToken) -> str:
    """Who did something, for the audit trail."""
    return f"The directory ({token})"


def networks_of(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """One a line. Raises ValidationError."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            found.append(ipaddress.ip_network(line))
        except ValueError as error:
            words = f"“{line}” is no network: write 192.0.2.0/24, 2001:db8::/32 or one address, one a line."
            raise ValidationError(words) from error
    return found


@transaction.atomic
def make(*, actor: Operator, name: str, networks: str, days: int, request: HttpRequest | None = None) -> str:
    """The token itself, which nobody can see again. Raises PermissionDenied, ValidationError."""
    require_owner_of_all(actor)
    text = PREFIX + secrets.token_urlsafe(32)
    ends_at = timezone.now() + timedelta(days=min(days, LONGEST_DAYS))
    lines = "\n".join(map(str, networks_of(networks)))
    token = ScimToken(name=name, digest=_digest(text), networks=lines, made_by=actor, ends_at=ends_at)
    token.full_clean()
    token.save()
    data = {"ends": words.machine_time(ends_at), "networks": ", ".join(lines.split())}
    audit.record("scim.token_made", actor=actor, obj=_named(token), data=data, request=request)
    return text


@transaction.atomic
def end(*, actor: Operator, token: ScimToken, request: HttpRequest | None = None) -> None:
    require_owner_of_all(actor)
    if ScimToken.objects.filter(pk=token.pk, ends_at__gt=timezone.now()).update(ends_at=timezone.now()):
        audit.record("scim.token_ended", actor=actor, obj=_named(token), request=request)


def find(text: str, address: str | None) -> ScimToken:
    """The token that somebody at a network address showed, and which may be used now. Raises ScimTokenRefused.

    It is looked up by its digest, so how long that takes tells nothing of tokens that there are.
    """
    digest = _digest(text)
    token = ScimToken.objects.filter(digest=digest).first()
    if token is None or not hmac.compare_digest(token.digest, digest) or token.has_ended:
        raise ScimTokenRefused("Send a token of this console that hasn’t ended, as “Authorization: Bearer …”.")
    if not is_within(token.networks.splitlines(), address):
        raise ScimTokenRefused("This token can’t be used from your network address.", is_known=True)
    now = timezone.now()
    if token.used_at is None or token.used_at < now - NOTED_EVERY:
        ScimToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _named(token: ScimToken) -> tuple[str, object, str]:
    return ("scim_token", token.pk, token.name)
