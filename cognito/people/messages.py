"""Which message an action on a person sends, said before the click: from the settings of the pool, as mirrored.

"Email settings", "Customizing user verification messages" and "Recovering user accounts" in the Amazon Cognito
Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from cognito.models import AppClient, CognitoUser, UserPool
from cognito.people.person_record import names_kept_of
from iamconsole.web.words import duration

EMAIL, SMS = "EMAIL", "SMS"
NO_MESSAGE = "No message is sent."
# "Quotas in Amazon Cognito": e-mails a day that Cognito sends itself, for an AWS account.
MOST_MAILS = 50
_FACTORS = {
    "SmsMfaConfiguration": "phone_number",
    "EmailMfaConfiguration": "email",
    "SoftwareTokenMfaConfiguration": "",
}
_CODE_SUBJECT, _INVITATION_SUBJECT = "Your verification code", "Your temporary password"
_HOUR = 3600
_COOKIE = (
    "Their session on the sign-in pages stays in the browser for up to an hour: until then they get in again there "
    "without a password, unless the app sends them to the logout endpoint."
)
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def sends_own_mail(pool: UserPool) -> bool:
    """Whether the pool's e-mails go out by Cognito itself, which sends few a day."""
    sending = pool.settings.get("EmailConfiguration", {}).get("EmailSendingAccount", "COGNITO_DEFAULT")
    return bool(sending == "COGNITO_DEFAULT")


def invitation(pool: UserPool, channel: str) -> str:
    said = pool.settings.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
    what = "the temporary password"
    return _text(what) if channel == SMS else _mail(pool, what, said.get("EmailSubject") or _INVITATION_SUBJECT)


def recovery(pool: UserPool, person: CognitoUser) -> str:
    """Of a reset: the code goes to the first verified address that the pool recovers accounts by.

    By text message nobody is recovered who has MFA by text message, and so with e-mail, where the pool has that set
    (AccountRecoverySetting, "CreateUserPool" in the API reference).
    """
    ways = [(name, _is_verified(pool, person, name)) for name in recovery_ways(pool)]
    doubted = _second_factors(pool)
    ways = [(name, known) for name, known in ways if known is not False and doubted.get(name) is not True]
    possible = [name for name, _ in ways]
    for name, known in ways:
        if known is None and len(possible) > 1:
            return (
                f"A code to set a new one goes out {_by(possible)}, whichever is verified.{_unless(doubted, possible)}"
            )
        unkept = " Whether that is verified isn’t kept here: if it isn’t, AWS refuses it." if known is None else ""
        return f"{_code(pool, name)}{unkept}{_unless(doubted, possible)}"
    if any(doubted.values()):
        return "AWS will refuse it: nobody gets a code by what is their second factor, and nothing else is verified."
    return "AWS will refuse it: no e-mail address or phone number is verified to send a code to."


def _second_factors(pool: UserPool) -> dict[str, bool | None]:
    """Ways to recover by which people have MFA, too. True: all of them. None: perhaps, as factors aren't mirrored."""
    if pool.mfa == "OFF" or not pool.settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms"):
        return {}
    held = pool.mfa_config
    if held is None:
        return {"phone_number": None, "email": None}
    factors = [name for name in _FACTORS if held.get(name) and held[name].get("Enabled", True)]
    is_only = pool.mfa == "ON" and len(factors) == 1
    return {way: is_only or None for name in factors if (way := _FACTORS[name])}


def _unless(doubted: Mapping[str, bool | None], possible: Sequence[str]) -> str:
    if not (maybe := [way for way in possible if way in doubted]):
        return ""
    return f" Not {_by(maybe)} where that is their second factor: AWS takes another way then, or refuses it."


def _is_verified(pool: UserPool, person: CognitoUser, name: str) -> bool | None:
    """AWS leaves out what somebody hasn't got. None: nobody here knows, since it isn't kept of the pool's people."""
    kept = names_kept_of(person, pool)
    if name in kept and not person.attributes.get(name):
        return False
    said = person.attributes.get(f"{name}_verified")
    return None if said is None and f"{name}_verified" not in kept else said == "true"


def sign_up_code(pool: UserPool, person: CognitoUser) -> str:
    """Of the code that confirms a sign-up: it goes to a number before an address, of those that the pool verifies."""
    ways = code_goes_to(pool)
    known = [name for name in ways if person.attributes.get(name)]
    if known or len(ways) == 1:
        return _code(pool, (known or ways)[0], "confirm the sign-up")
    if ways:
        return f"A code to confirm the sign-up goes out {_by(ways)}."
    return "AWS will refuse it: the pool verifies nothing at sign-up, and sends no code."


def code_goes_to(pool: UserPool) -> list[str]:
    """ "phone_number" and "email", of those that the pool verifies at sign-up, the first first."""
    verified = pool.settings.get("AutoVerifiedAttributes", [])
    return [name for name in ("phone_number", "email") if name in verified]


def recovery_ways(pool: UserPool) -> list[str]:
    """ "email" and "phone_number", the first first; none where only administrators reset passwords."""
    said = pool.settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms")
    ways = said or [{"Priority": 1, "Name": "verified_phone_number"}, {"Priority": 2, "Name": "verified_email"}]
    names = [str(way["Name"]) for way in sorted(ways, key=lambda way: int(way["Priority"]))]
    return [] if "admin_only" in names else [name.removeprefix("verified_") for name in names]


def of_attributes(pool: UserPool, names: Mapping[str, str]) -> str:
    """Of new values: AWS has a new address verified by a code where the pool says so."""
    verified = set(pool.settings.get("AutoVerifiedAttributes", []))
    waiting = waiting_for_code(pool)
    sent = [
        name
        for name in ("email", "phone_number")
        if name in names and names.get(f"{name}_verified") != "true" and name in verified | waiting
    ]
    unverified = [name for name in ("email", "phone_number") if name in names and f"{name}_verified" not in names]
    said = " ".join(_code(pool, name, "verify it") for name in sent) or NO_MESSAGE
    if waiting & set(unverified):
        return f"{said} The new address counts when they have typed the code; until then the old one stays."
    return f"{said} The new address counts as unverified." if unverified else said


def waiting_for_code(pool: UserPool) -> set[str]:
    """Attributes of which a new value only counts when it is verified."""
    said = pool.settings.get("UserAttributeUpdateSettings", {})
    return set(said.get("AttributesRequireVerificationBeforeUpdate", []))


def goes_on(pool: UserPool) -> str:
    """What a disabled or signed-out person may still do, and for how long at most, by the pool's app clients."""
    clients = list(AppClient.objects.live().filter(pool=pool))
    longest = max((_validity(client.settings) for client in clients), default=timedelta(hours=1))
    return (
        "Access tokens that apps check at Cognito stop at once. ID tokens, and access tokens that apps check offline, "
        f"go on until they expire, here {duration(longest)} at most, and AWS credentials of an identity pool until "
        "theirs."
    )


def signed_out(pool: UserPool) -> str:
    """What a sign-out leaves: "AdminUserGlobalSignOut" in the API reference; the cookie lasts an hour."""
    return f"{goes_on(pool)} {_COOKIE}" if pool.domain or pool.custom_domain else goes_on(pool)


def _validity(settings: Mapping[str, Any]) -> timedelta:
    """Of ID and access tokens, whichever is longer; an hour where the client doesn't say."""
    units = settings.get("TokenValidityUnits", {})
    said = {kind: int(settings.get(f"{kind}Validity") or 0) for kind in ("AccessToken", "IdToken")}
    seconds = (number * _UNITS[units.get(kind, "hours")] if number else _HOUR for kind, number in said.items())
    return timedelta(seconds=max(seconds))


def after_lost_token(pool: UserPool) -> str:
    """What happens at the next sign-in of somebody whose authenticator app was removed."""
    if pool.mfa == "ON":
        return (
            "The pool asks everybody for a second factor: at the next sign-in they set up a new app, if they have no "
            "other factor left."
        )
    if pool.mfa == "OPTIONAL":
        return "The pool leaves it to its people: they sign in with the password alone, until they set up a factor."
    return "The pool asks for no second factor: they sign in with the password alone."


def _code(pool: UserPool, attribute: str, purpose: str = "set a new one") -> str:
    what = f"a code to {purpose}"
    said = pool.settings.get("VerificationMessageTemplate", {})
    subject = said.get("EmailSubject") or pool.settings.get("EmailVerificationSubject") or _CODE_SUBJECT
    return _mail(pool, what, subject) if attribute == "email" else _text(what)


def _mail(pool: UserPool, what: str, subject: str) -> str:
    few = f" Cognito sends it itself: {MOST_MAILS} a day at most." if sends_own_mail(pool) else ""
    return f"An e-mail with {what} is sent, subject “{subject}”.{few}"


def _text(what: str) -> str:
    return f"A text message with {what} is sent."


def _by(ways: list[str]) -> str:
    words = {"email": "by e-mail", "phone_number": "by text message"}
    return " or ".join(words[way] for way in ways)
