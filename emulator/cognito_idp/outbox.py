"""The messages that Cognito would send: kept for tests and for the demo to read, as nobody gets any."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from emulator import clock
from emulator.cognito_idp.errors import invalid, too_often
from emulator.cognito_idp.person import EMAIL_FACTOR, SMS_FACTOR, Person
from emulator.cognito_idp.pool import UserPool
from emulator.wire import AwsError

KEPT = 2000
EMAIL, SMS = "EMAIL", "SMS"
_SECOND_FACTORS = {"verified_phone_number": SMS_FACTOR, "verified_email": EMAIL_FACTOR}
_ATTRIBUTES = {EMAIL: "email", SMS: "phone_number"}
# "Quotas in Amazon Cognito": e-mail that Cognito sends itself, for each AWS account and day.
_MOST_EMAILS_A_DAY = 50
_MOST_WRONG_CODES = 5
_INVITATION = "Your username is {username} and temporary password is {####}."
_CODE = "Your confirmation code is {####}"


@dataclass(frozen=True)
class Message:
    """`kind` is invitation or what the code is for; `secret` is the code or the password that is in the text."""

    n: int
    at: str
    account_id: str
    pool_id: str
    username: str
    kind: str
    medium: str
    to: str
    subject: str
    text: str
    secret: str
    by_cognito: bool


class Outbox:
    def __init__(self) -> None:
        self._numbers = count(1)
        self._messages: deque[Message] = deque(maxlen=KEPT)

    def since(self, number: int) -> list[dict[str, Any]]:
        return [asdict(message) for message in self._messages if message.n > number]

    def clear(self) -> None:
        self._messages.clear()

    def check_quota(self, pool: UserPool) -> None:
        """LimitExceededException where Cognito sends no more e-mail of its own today."""
        yesterday = (clock.utcnow() - timedelta(days=1)).isoformat()
        sent = sum(
            m.by_cognito and m.medium == EMAIL and m.account_id == pool.account_id and m.at > yesterday
            for m in self._messages
        )
        if _is_cognitos(pool) and sent >= _MOST_EMAILS_A_DAY:
            raise AwsError(
                "LimitExceededException",
                "Exceeded daily email limit for the operation or the account. If a higher limit is required, please "
                "configure your user pool to use your own Amazon SES configuration for sending email.",
            )

    def put(self, pool: UserPool, person: Person, kind: str, medium: str, secret: str) -> dict[str, str]:
        """Sends, and says where to: the address is masked, as AWS tells it."""
        if medium == EMAIL:
            self.check_quota(pool)
        to = person.attributes[_ATTRIBUTES[medium]]
        subject, text = _template(pool, kind, medium)
        name = person.attributes.get("email", person.username) if pool.username_attributes else person.username
        self._messages.append(
            Message(
                n=next(self._numbers),
                at=clock.utcnow().isoformat(),
                account_id=pool.account_id,
                pool_id=pool.id,
                username=person.username,
                kind=kind,
                medium=medium,
                to=to,
                subject=subject if medium == EMAIL else "",
                text=text.replace("{username}", name).replace("{####}", secret),
                secret=secret,
                by_cognito=_is_cognitos(pool),
            )
        )
        return {"Destination": _masked(to), "DeliveryMedium": medium, "AttributeName": _ATTRIBUTES[medium]}


outbox = Outbox()


def send_code(pool: UserPool, person: Person, purpose: str, medium: str, *, lasts: timedelta) -> dict[str, str]:
    """A new code for that purpose; the one before is good no longer."""
    code = f"{secrets.randbelow(10**6):06}"
    details = outbox.put(pool, person, purpose, medium, code)
    person.codes[purpose] = (code, clock.utcnow() + lasts)
    person.wrong_codes.pop(purpose, None)
    return details


def use_code(person: Person, purpose: str, typed: str) -> None:
    """Raises AwsError for a code that is wrong or too old, and for any after too many wrong ones."""
    code, until = person.codes.get(purpose, ("", datetime.min))
    if not code or clock.utcnow() > until:
        raise AwsError("ExpiredCodeException", "Invalid code provided, please request a code again.")
    if person.wrong_codes.get(purpose, 0) >= _MOST_WRONG_CODES:
        raise too_often()
    if not secrets.compare_digest(code.encode(), typed.encode()):
        person.wrong_codes[purpose] = person.wrong_codes.get(purpose, 0) + 1
        raise AwsError("CodeMismatchException", "Invalid verification code provided, please try again.")
    del person.codes[purpose]


def recovery_medium(pool: UserPool, person: Person) -> str:
    """How a code to set a new password reaches them, by the pool's AccountRecoverySetting.

    With that set, text messages don't recover who has MFA by text message, nor e-mail who has it by e-mail
    ("CreateUserPool" in the API reference, AccountRecoverySetting). Without it, a number goes before an address.
    """
    is_set = bool(pool.settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms"))
    ways = pool.settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms")
    ways = ways or [{"Priority": 1, "Name": "verified_phone_number"}, {"Priority": 2, "Name": "verified_email"}]
    for way in sorted(ways, key=lambda way: way["Priority"]):
        if way["Name"] == "admin_only":
            raise AwsError("NotAuthorizedException", "Contact administrator to reset password.")
        if is_set and _SECOND_FACTORS[way["Name"]] in person.factors:
            continue
        if person.is_verified(way["Name"].removeprefix("verified_")):
            return SMS if way["Name"] == "verified_phone_number" else EMAIL
    raise invalid("Cannot reset password for the user as there is no registered/verified email or phone_number")


def _is_cognitos(pool: UserPool) -> bool:
    return bool(pool.settings["EmailConfiguration"].get("EmailSendingAccount", "COGNITO_DEFAULT") == "COGNITO_DEFAULT")


def _template(pool: UserPool, kind: str, medium: str) -> tuple[str, str]:
    if kind == "invitation":
        said = pool.settings["AdminCreateUserConfig"].get("InviteMessageTemplate", {})
        text = said.get("EmailMessage" if medium == EMAIL else "SMSMessage", _INVITATION)
        return said.get("EmailSubject", "Your temporary password"), text
    said = pool.settings["VerificationMessageTemplate"]
    text = said.get("EmailMessage" if medium == EMAIL else "SmsMessage", _CODE)
    return said.get("EmailSubject", "Your verification code"), text


def _masked(to: str) -> str:
    name, at, domain = to.partition("@")
    return f"{name[:1]}***@{domain[:1]}***" if at else f"+*******{to[-4:]}"
