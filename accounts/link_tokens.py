"""Tokens of links to set a password: hard to guess, for one use, and expiring."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

if TYPE_CHECKING:
    from accounts.models import Operator


def is_invited(operator: AbstractBaseUser) -> bool:
    """Whether they haven't taken their invitation up: no password yet, and never signed in."""
    return not operator.has_usable_password() and operator.last_login is None


def lasts(operator: AbstractBaseUser) -> timedelta:
    """How long a link works: longer for who is invited than for who forgot their password."""
    return timedelta(seconds=settings.INVITATION_TIMEOUT if is_invited(operator) else settings.FORGOTTEN_TIMEOUT)


class LinkTokens(PasswordResetTokenGenerator):
    """Django's, which a new password, a sign-in and another e-mail address end."""

    def check_token(self, user: Operator | None, token: str | None) -> bool:
        if user is None or not token or not super().check_token(user, token):
            return False
        made = base36_to_int(token.partition("-")[0])
        return self._num_seconds(self._now()) - made <= lasts(user).total_seconds()
