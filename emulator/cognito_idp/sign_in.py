"""How somebody signs in: the password, then the challenges that the pool and her factors ask for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from emulator import clock
from emulator.cognito_idp import passwords, totp
from emulator.cognito_idp.clients import AppClient
from emulator.cognito_idp.errors import invalid, no_such_user, not_authorized
from emulator.cognito_idp.finding import find
from emulator.cognito_idp.outbox import EMAIL, SMS, send_code, use_code
from emulator.cognito_idp.person import (
    CONFIRMED,
    EMAIL_FACTOR,
    FORCE_CHANGE_PASSWORD,
    RESET_REQUIRED,
    SMS_FACTOR,
    TOTP,
    UNCONFIRMED,
    Person,
)
from emulator.cognito_idp.pool import UserPool
from emulator.cognito_idp.schema import check_mutable, check_values
from emulator.cognito_idp.tokens import begin_session, tokens_of
from emulator.wire import AwsError

Answer = dict[str, Any]

PASSWORD_FLOWS = {
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
}
REFRESH_FLOWS = ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN")
_MOST_WRONG = 5
_WRONG = "Incorrect username or password."
_MEDIUMS = {SMS_FACTOR: SMS, EMAIL_FACTOR: EMAIL}
_CODE_LASTS = timedelta(minutes=3)
# What MFA_SETUP offers, and which block of the pool's MFA configuration allows it.
_BLOCKS = {
    TOTP: "SoftwareTokenMfaConfiguration",
    SMS_FACTOR: "SmsMfaConfiguration",
    EMAIL_FACTOR: "EmailMfaConfiguration",
}


@dataclass(frozen=True)
class Attempt:
    """A sign-in that has come as far as `challenge`. `secret`: of an app that is being set up."""

    username: str
    client_id: str
    challenge: str
    until: datetime
    secret: str = ""
    is_set_up: bool = False


def check_secret_hash(client: AppClient, username: str, given: str | None) -> None:
    if not client.has_secret:
        return
    if given is None:
        raise not_authorized(f"Client {client.id} is configured with secret but SECRET_HASH was not received")
    if not any(hmac.compare_digest(secret_hash(one.value, client.id, username), given) for one in client.secrets):
        raise not_authorized(f"Unable to verify secret hash for client {client.id}")


def secret_hash(secret: str, client_id: str, username: str) -> str:
    digest = hmac.new(secret.encode(), f"{username}{client_id}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def begin(pool: UserPool, client: AppClient, flow: str, params: dict[str, str]) -> Answer:
    """The first step, with a password."""
    if PASSWORD_FLOWS[flow] not in client.flows:
        raise invalid(f"{flow} flow not enabled for this client")
    if not params.get("USERNAME"):
        raise invalid("Missing required parameter USERNAME")
    if not params.get("PASSWORD"):
        raise invalid("Missing required parameter PASSWORD")
    check_secret_hash(client, params["USERNAME"], params.get("SECRET_HASH"))
    person = find(pool, params["USERNAME"])
    if person is None:
        raise no_such_user() if tells_who_exists(client) else not_authorized(_WRONG)
    _check_password(person, params["PASSWORD"])
    if person.status == FORCE_CHANGE_PASSWORD:
        missing = [n for n, one in pool.schema.items() if one["Required"] and n not in person.attributes]
        described = {name: value for name, value in person.attributes.items() if name != "sub"}
        return _challenge(
            pool,
            client,
            person,
            "NEW_PASSWORD_REQUIRED",
            requiredAttributes=json.dumps([f"userAttributes.{name}" for name in missing]),
            userAttributes=json.dumps(described),
        )
    return _second_step(pool, client, person)


def tells_who_exists(client: AppClient) -> bool:
    return bool(client.settings.get("PreventUserExistenceErrors") != "ENABLED")


def check_client_secret(client: AppClient, given: str | None) -> None:
    """Where the secret itself is asked for: "GetTokensFromRefreshToken" in the API reference."""
    said = (given or "").encode()
    if client.has_secret and not any(hmac.compare_digest(one.value.encode(), said) for one in client.secrets):
        raise not_authorized(f"Unable to verify secret for client {client.id}")


def refresh(pool: UserPool, client: AppClient, token: str, check: Callable[[Person], None]) -> Answer:
    """`check`: whether the app proves who it is, of this person; it raises what AWS refuses."""
    for person in pool.people:
        for origin, session in person.sessions.items():
            if hmac.compare_digest(session.refresh_token.encode(), token.encode()) and session.client_id == client.id:
                check(person)
                if session.until <= clock.utcnow():
                    raise not_authorized("Refresh Token has expired")
                if not person.enabled:
                    raise not_authorized("User is disabled.")
                person.sessions[origin] = person.sessions.pop(origin)  # the last one used
                return {"AuthenticationResult": tokens_of(pool, client, person, origin)}
    raise not_authorized("Refresh Token has been revoked")


def respond(pool: UserPool, client: AppClient, asked: dict[str, Any]) -> Answer:
    """The next step."""
    attempt, person = attempt_of(pool, asked.get("Session", ""))
    answers = asked.get("ChallengeResponses", {})
    if attempt.client_id != client.id or asked["ChallengeName"] != attempt.challenge:
        raise not_authorized("Invalid session for the user.")
    username = answers.get("USERNAME", "")
    if find(pool, username) is not person:
        raise not_authorized("Invalid session for the user.")
    check_secret_hash(client, username, answers.get("SECRET_HASH"))
    if attempt.challenge == "NEW_PASSWORD_REQUIRED":
        _take_new_password(pool, person, answers)
    elif attempt.challenge == "SELECT_MFA_TYPE":
        return _ask_factor(pool, client, person, _choice(person, answers))
    elif attempt.challenge == "MFA_SETUP":
        if not attempt.is_set_up:
            raise invalid("No software token has been verified in this session.")
        del pool.attempts[asked["Session"]]
        return _signed_in(pool, client, person)
    else:
        _check_code(person, attempt.challenge, answers)
        del pool.attempts[asked["Session"]]
        return _signed_in(pool, client, person)
    del pool.attempts[asked["Session"]]
    return _second_step(pool, client, person)


def attempt_of(pool: UserPool, session: str) -> tuple[Attempt, Person]:
    attempt = pool.attempts.get(session)
    person = pool.people.get(attempt.username) if attempt is not None else None
    if attempt is None or person is None:
        raise not_authorized("Invalid session for the user.")
    if attempt.until <= clock.utcnow():
        raise not_authorized("Invalid session for the user, session is expired.")
    return attempt, person


def go_on(pool: UserPool, session: str, **changed: Any) -> str:
    """A new session in the place of that one."""
    following = secrets.token_urlsafe(96)
    pool.attempts[following] = replace(pool.attempts.pop(session), **changed)
    return following


def _check_password(person: Person, password: str) -> None:
    if person.status == RESET_REQUIRED:
        raise AwsError("PasswordResetRequiredException", "Password reset required for the user")
    if person.wrong_passwords >= _MOST_WRONG:
        raise not_authorized("Password attempts exceeded")
    if not person.has_password(password):
        person.wrong_passwords += 1
        raise not_authorized(_WRONG)
    person.wrong_passwords = 0
    if not person.enabled:
        raise not_authorized("User is disabled.")
    if person.status == UNCONFIRMED:
        raise AwsError("UserNotConfirmedException", "User is not confirmed.")
    if person.temporary_until is not None and person.temporary_until <= clock.utcnow():
        raise not_authorized("Temporary password has expired and must be reset by an administrator.")


def _take_new_password(pool: UserPool, person: Person, answers: dict[str, str]) -> None:
    if not answers.get("NEW_PASSWORD"):
        raise invalid("Missing required parameter NEW_PASSWORD")
    prefix = "userAttributes."
    attributes = {name.removeprefix(prefix): value for name, value in answers.items() if name.startswith(prefix)}
    check_mutable(pool.schema, attributes)
    check_values(pool.schema, attributes)
    together = person.attributes | attributes
    missing = [name for name, one in pool.schema.items() if one["Required"] and not together.get(name)]
    if missing:
        raise invalid(f"Invalid attributes given, {missing[0]} is missing")
    passwords.give(pool, person, answers["NEW_PASSWORD"])
    pool.people.set_attributes(person, together)
    person.status = CONFIRMED


def _second_step(pool: UserPool, client: AppClient, person: Person) -> Answer:
    mode = pool.mfa.mode
    factors = _factors(pool, person) if mode != "OFF" else []
    if factors and person.preferred_factor in factors:
        return _ask_factor(pool, client, person, person.preferred_factor)
    if len(factors) > 1:
        return _challenge(pool, client, person, "SELECT_MFA_TYPE", MFAS_CAN_CHOOSE=json.dumps(factors))
    if factors:
        return _ask_factor(pool, client, person, factors[0])
    if mode == "ON":
        offered = [factor for factor, block in _BLOCKS.items() if pool.mfa.knows(block)]
        return _challenge(pool, client, person, "MFA_SETUP", MFAS_CAN_SETUP=json.dumps(offered))
    return _signed_in(pool, client, person)


def _factors(pool: UserPool, person: Person) -> list[str]:
    """Those that the pool allows. Where it asks everybody for one, a text is sent to whoever has a number."""
    held = set(person.factors)
    if pool.mfa.mode == "ON" and not held and person.attributes.get("phone_number"):
        held.add(SMS_FACTOR)
    return [factor for factor, block in _BLOCKS.items() if factor in held and pool.mfa.knows(block)]


def _ask_factor(pool: UserPool, client: AppClient, person: Person, factor: str) -> Answer:
    if factor == TOTP:
        return _challenge(pool, client, person, factor)
    details = send_code(pool, person, factor, _MEDIUMS[factor], lasts=_CODE_LASTS)
    where = {f"CODE_DELIVERY_{name}": details[key] for name, key in _DELIVERY.items()}
    return _challenge(pool, client, person, factor, **where)


_DELIVERY = {"DESTINATION": "Destination", "DELIVERY_MEDIUM": "DeliveryMedium"}


def _choice(person: Person, answers: dict[str, str]) -> str:
    chosen = answers.get("ANSWER", "")
    if chosen not in person.factors:
        raise invalid("The chosen MFA type is not set up.")
    return chosen


def _check_code(person: Person, factor: str, answers: dict[str, str]) -> None:
    typed = answers.get(f"{factor}_CODE")
    if not typed:
        raise invalid(f"Missing required parameter {factor}_CODE")
    if factor != TOTP:
        use_code(person, factor, typed)
    elif not totp.is_code(person.totp_secret, typed):
        raise AwsError("CodeMismatchException", "Invalid code received for user")


def _challenge(pool: UserPool, client: AppClient, person: Person, name: str, **parameters: str) -> Answer:
    session = secrets.token_urlsafe(96)
    until = clock.utcnow() + timedelta(minutes=client.settings["AuthSessionValidity"])
    pool.attempts[session] = Attempt(person.username, client.id, name, until)
    who = {"USER_ID_FOR_SRP": person.username}
    return {"ChallengeName": name, "Session": session, "ChallengeParameters": who | parameters}


def _signed_in(pool: UserPool, client: AppClient, person: Person) -> Answer:
    return {"ChallengeParameters": {}, "AuthenticationResult": begin_session(pool, client, person)}
