"""Sessions in the database: sealed, and ending for good a while after the sign-in.

What a session holds (a form that waits for a fresh sign-in, the secret of an authenticator app that is being set up,
the key of a password-reset link) is nothing for whoever reads the database or a backup, so the row has it encrypted
under SECRET_KEY. A session ends SESSION_COOKIE_AGE after the operator signed in, however often they have proved who
they are since: its row says so from the first save on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

SIGNED_IN_AT = "signed_in_at"  # seconds since 1970


def remember_sign_in(request: HttpRequest, **kwargs: Any) -> None:
    """Django's signal `user_logged_in`: a sign-in, not a step-up."""
    request.session[SIGNED_IN_AT] = time.time()


class SessionStore(db.SessionStore):
    def encode(self, session_dict: dict[str, Any]) -> str:
        return _ring(_keys()).encrypt(self.serializer().dumps(session_dict)).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Nothing, where it was sealed under a key that is no longer there: the operator signs in again."""
        try:
            said: dict[str, Any] = self.serializer().loads(_ring(_keys()).decrypt(session_data))
        except (InvalidToken, ValueError):
            return {}
        return said

    def get_expiry_age(self, **kwargs: Any) -> int:
        left = super().get_expiry_age(**kwargs)
        signed_in_at = self.get(SIGNED_IN_AT)
        return left if signed_in_at is None else max(0, min(left, int(signed_in_at + _longest() - time.time())))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        ends = super().get_expiry_date(**kwargs)
        signed_in_at = self.get(SIGNED_IN_AT)
        return ends if signed_in_at is None else min(ends, datetime.fromtimestamp(signed_in_at + _longest(), UTC))


def _longest() -> int:
    return int(settings.SESSION_COOKIE_AGE)


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@cache
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    """The first seals, all of them open."""
    derived = (hmac.new(key.encode(), b"the data of a session", hashlib.sha256).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def under_fallbacks() -> int:
    """How many sessions that haven't ended are encrypted under one of SECRET_KEY_FALLBACKS."""
    newest, *older = (_ring((key,)) for key in _keys())
    rows = Session.objects.filter(expire_date__gt=timezone.now()).values_list("session_data", flat=True)
    return sum(not _opens(newest, data) and any(_opens(each, data) for each in older) for data in rows.iterator())


def _opens(ring: MultiFernet, data: str) -> bool:
    try:
        ring.decrypt(data)
    except InvalidToken:
        return False
    return True


def forget_ended() -> int:
    """Deletes sessions past their end, and the lines of “My account” about sessions that are no longer there."""
    ended, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return ended
