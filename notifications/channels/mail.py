"""E-mail, by Django's backend. Whether a mail that broke off was accepted nobody knows, so it is not sent again."""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.channels.message import Message, Outcome, Result, ToldEvent

log = logging.getLogger(__name__)

_NO_SERVER = Outcome(Result.NO_SERVER, "The mail server can’t be reached.")
_BROKE_OFF = Outcome(Result.UNKNOWN, "The connection to the mail server broke off while the mail was sent.")


def send(message: Message, address: str) -> Outcome:
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        log.warning("the mail server can’t be reached: %s", type(error).__name__)
        return _NO_SERVER
    try:
        sent = connection.send_messages([_mail(message, address, connection)])
    except smtplib.SMTPException as error:
        return _refused(error)
    except OSError:
        return _BROKE_OFF
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()
    return Outcome(Result.ACCEPTED) if sent else Outcome(Result.REFUSED, "There is no address to send it to.")


def _refused(error: smtplib.SMTPException) -> Outcome:
    """By the code of its answer: 4yz is for now, 5yz for good (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        said = f"The mail server doesn’t take mail for this address (code {code})."
    elif isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        said = f"The mail server refused the mail (code {code})."
    else:
        return _BROKE_OFF
    return Outcome(Result.REFUSED if 500 <= code < 600 else Result.RETRY, said)


def _mail(message: Message, address: str, connection: BaseEmailBackend) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
    headers = {"Message-ID": f"<{message.message_id}@{domain}>", "Auto-Submitted": "auto-generated"}
    subject = " ".join(message.title.split())  # a header is one line
    return EmailMessage(subject, _body(message), to=[address], headers=headers, connection=connection)


def _body(message: Message) -> str:
    several = len(message.events) > 1
    return "\n\n".join([*(_paragraphs(each, several) for each in message.events), message.foot]) + "\n"


def _paragraphs(event: ToldEvent, with_title: bool) -> str:
    parts = [event.title] if with_title else []
    return "\n\n".join([*parts, *event.sentences, event.url or "Its page in IAM Console says more."])
