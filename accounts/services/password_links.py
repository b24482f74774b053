"""Links by which an operator sets a password: for who forgot theirs, and for who was invited.

A worker finds out whom an address belongs to and sends the mail: the page that asks for one does the same, in the same
time, for every address that is typed, so it tells nobody who the operators are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import base36_to_int

from accounts.models import Operator
from iamconsole import messages


# ---- Tokens --------------------------------------------------------------------------------------------------------
# Hard to guess, for one use, and expiring.
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


FORGOTTEN, INVITED = "accounts.tasks.send_password_link", "accounts.tasks.send_invitation"


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str  # takes link, hours, who


LETTERS = {
    FORGOTTEN: Letter(
        "Set a new password for IAM Console",
        "Somebody, perhaps you, asked for a link to set a new password for IAM Console:\n\n{link}\n\n"
        "It works once, within {hours}. If it wasn’t you, there is nothing to do: your password is as it was.\n",
    ),
    INVITED: Letter(
        "You are invited to IAM Console",
        "{who} invites you to IAM Console, where your organisation manages access to AWS. Set a password "
        "here, then sign in:\n\n{link}\n\n"
        "The link works once, within {hours}. After that, ask for another one.\n",
    ),
}


def home_of(request: HttpRequest) -> str:
    """Where the links in a mail lead: CONSOLE_URL, else where the request came to (one of ALLOWED_HOSTS)."""
    return str(settings.CONSOLE_URL or request.build_absolute_uri("/").rstrip("/"))


def ask(email: str, *, home: str) -> bool:
    """Has a worker look whose address it is, and send a link; False when no worker can be told."""
    return messages.send(FORGOTTEN, email, home)


def send_forgotten(email: str, home: str) -> None:
    """Nothing for strangers, for who was deactivated, and for whom the identity provider signs in."""
    operator = Operator.objects.filter(email__iexact=email, is_active=True).first()
    if operator is not None and not operator.signs_in_elsewhere:
        _send(FORGOTTEN, operator, home)


def send_invitation(operator_id: int, home: str, who: str) -> None:
    operator = Operator.objects.filter(pk=operator_id, is_active=True).first()
    if operator is not None and is_invited(operator) and not operator.signs_in_elsewhere:
        _send(INVITED, operator, home, who=who)


def _send(kind: str, operator: Operator, home: str, *, who: str = "") -> None:
    """Raises OSError or SMTPException: the task tries again."""
    uid, token = user_pk_to_url_str(operator), LinkTokens().make_token(operator)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    letter, hours = LETTERS[kind], int(lasts(operator).total_seconds() // 3600)
    span = "an hour" if hours == 1 else f"{hours} hours"
    text = letter.text.format(link=f"{home}{path}", hours=span, who=who)
    EmailMessage(letter.subject, text, to=[operator.email]).send()
