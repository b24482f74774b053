"""Signing in to a user pool with a test user, step by step, as the app would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from accounts.models import Operator
from cognito.models import AppClient, UserPool
from cognito.trying import tokens
from cognito.trying.as_app import AppClientCalls, TrialEnded, TrialState, ends_the_session, hashed, opened
from sync.aws.errors import AwsError
from sync.aws.secrets import Secret
from sync.aws.visiting import published_keys

LASTS = timedelta(minutes=5)
NEW_PASSWORD, CHOICE, SET_UP, TOTP = "NEW_PASSWORD_REQUIRED", "SELECT_MFA_TYPE", "MFA_SETUP", "SOFTWARE_TOKEN_MFA"
_CODES = (TOTP, "SMS_MFA", "EMAIL_OTP", "SMS_OTP")
FACTORS = {TOTP: "The authenticator app", "SMS_MFA": "A text message", "EMAIL_OTP": "An e-mail"}
# What the next form asks for.
LABELS = {
    NEW_PASSWORD: ("New password", "The password is a temporary one: Cognito asks for a new one."),
    TOTP: ("Code of the app", "Six digits of the authenticator app."),
    "SMS_MFA": ("Code of the message", "Cognito sent a text message with a code{to}."),
    "SMS_OTP": ("Code of the message", "Cognito sent a text message with a code{to}."),
    "EMAIL_OTP": ("Code of the message", "Cognito sent an e-mail with a code{to}."),
    CHOICE: ("Second factor", "They have several second factors, and none that is asked for first."),
    SET_UP: ("Code of the app", "The pool asks for a second factor. Add this key to an authenticator app first."),
}
_NOTHING_TO_SET_UP = (
    "The pool asks everybody for a second factor, and this user has none. An authenticator app isn’t among those that "
    "can be set up here ({offered}): give the user a number or an address first, or let the pool take apps."
)
_OVER = "Cognito’s session for this sign-in has ended: begin again."
_NO_FLOW = "No app client of this pool allows ALLOW_USER_PASSWORD_AUTH, which it takes to try a password here."


@dataclass(frozen=True)
class SignInState(TrialState):
    """`session` is Cognito's own, good for minutes. `asks`: factors to choose from, or attributes to fill in.

    `to`: where a code went, masked; "" where none did. `key`: of an authenticator app that is being set up.
    """

    challenge: str
    session: str
    asks: tuple[str, ...] = ()
    to: str = ""
    key: str = ""


@dataclass(frozen=True)
class SignInChallenge:
    """Cognito asks for more."""

    state: SignInState

    @property
    def label(self) -> str:
        return LABELS[self.state.challenge][0]

    @property
    def words(self) -> str:
        return LABELS[self.state.challenge][1].format(to=f" to {self.state.to}" if self.state.to else "")


@dataclass(frozen=True)
class SignInTokens:
    """`told` is for the page to hand on to whoever tried, and is kept nowhere."""

    checked_tokens: tuple[tokens.DecodedToken, ...]
    username: str


Outcome = SignInChallenge | SignInTokens


def no_flow(pool: UserPool) -> str:
    """A sentence where no app client lets a password in; "" where one does."""
    clients = AppClient.objects.live().filter(pool=pool)
    return "" if any(takes_passwords(client) for client in clients) else _NO_FLOW


def takes_passwords(client: AppClient) -> bool:
    """ALLOW_USER_PASSWORD_AUTH, or its old name."""
    flows = client.settings.get("ExplicitAuthFlows", [])
    return any(flow.removeprefix("ALLOW_") == "USER_PASSWORD_AUTH" for flow in flows)


class SignInTrial:
    """A sign-in by one operator. Raises an AwsError where Cognito refuses, and TrialEnded."""

    def __init__(self, operator: Operator, pool: UserPool, client_id: str, secret: Secret | None = None) -> None:
        self._operator, self._pool = operator, pool
        self._app = AppClientCalls(pool, client_id, secret)

    def begin(self, username: str, password: Secret) -> Outcome:
        secret_hash = hashed("SECRET_HASH", self._app.hash_of(username))
        asked = {"USERNAME": username, "PASSWORD": password, **secret_hash}
        answer = self._app.call(
            "InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", ClientId=self._app.client.aws_id, AuthParameters=asked
        )
        if answer.get("AuthenticationResult"):
            return self._signed_in(answer, username)
        # From here on Cognito knows them by their username, and not by what they signed in with.
        named = str(answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username))
        state = SignInState(
            self._operator.pk,
            self._pool.aws_id,
            self._app.client.aws_id,
            named,
            self._app.hash_of(named),
            timezone.now().isoformat(),
            challenge="",
            session="",
        )
        return self._asked(answer, state)

    def go_on(self, state: SignInState, typed: Secret, attributes: Mapping[str, str] | None = None) -> Outcome:
        """`attributes`: those that a new password has to come with. Raises TrialEnded where the session has ended."""
        try:
            return self._answered(state, typed, attributes or {})
        except AwsError as error:
            if ends_the_session(error):
                raise TrialEnded(_OVER) from error
            raise

    def _answered(self, state: SignInState, typed: Secret, attributes: Mapping[str, str]) -> Outcome:
        session = Secret(state.session)
        if state.challenge == SET_UP:
            session = self._app.call("VerifySoftwareToken", Session=session, UserCode=typed)["Session"]
        answers = {
            "USERNAME": state.username,
            **hashed("SECRET_HASH", state.secret_hash),
            **_answers(state.challenge, typed),
            **{f"userAttributes.{name}": value for name, value in attributes.items()},
        }
        answer = self._app.call(
            "RespondToAuthChallenge",
            ClientId=self._app.client.aws_id,
            ChallengeName=state.challenge,
            Session=session,
            ChallengeResponses=answers,
        )
        if answer.get("AuthenticationResult"):
            return self._signed_in(answer, state.username)
        return self._asked(answer, state)

    def _signed_in(self, answer: Mapping[str, Any], username: str) -> SignInTokens:
        result = answer["AuthenticationResult"]
        given = ((tokens.ID, "IdToken"), (tokens.ACCESS, "AccessToken"))
        checked_tokens = tuple(self.check(opened(result[member]), use) for use, member in given if member in result)
        return SignInTokens(checked_tokens, username)

    def _asked(self, answer: Mapping[str, Any], before: SignInState) -> SignInChallenge:
        challenge = str(answer["ChallengeName"])
        if challenge not in LABELS:
            raise TrialEnded(f"Cognito asks for {challenge}, which can’t be answered here.")
        said = answer.get("ChallengeParameters", {})
        state = replace(
            before,
            challenge=challenge,
            session=opened(answer["Session"]),
            at=timezone.now().isoformat(),
            asks=_asks(challenge, said),
            to=str(said.get("CODE_DELIVERY_DESTINATION", "")),
            key="",
        )
        if challenge != SET_UP:
            return SignInChallenge(state)
        if TOTP not in state.asks:
            offered = ", ".join(FACTORS.get(each, each).lower() for each in state.asks) or "none"
            raise TrialEnded(_NOTHING_TO_SET_UP.format(offered=offered))
        setting_up = self._app.call("AssociateSoftwareToken", Session=answer["Session"])
        return SignInChallenge(
            replace(state, session=opened(setting_up["Session"]), key=opened(setting_up["SecretCode"]))
        )

    def check(self, token: str, use: str) -> tokens.DecodedToken:
        """A token, by the keys that the pool publishes now."""
        pool = self._pool
        return tokens.check_token(
            token,
            use=use,
            keys=published_keys(pool.aws_account, pool.region, pool.aws_id),
            issuer=tokens.issuer_of(pool.region, pool.aws_id),
            client_id=self._app.client.aws_id,
            now=timezone.now(),
        )


def scanned(state: SignInState, pool: UserPool) -> str:
    """What an authenticator app reads ("Google Authenticator: Key Uri Format", which Cognito's guide follows)."""
    issuer, who = quote(pool.name, safe=""), quote(state.username, safe="")
    return f"otpauth://totp/{issuer}:{who}?secret={state.key}&issuer={issuer}"


def _asks(challenge: str, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Cognito tells lists as JSON within a text."""
    member = {CHOICE: "MFAS_CAN_CHOOSE", SET_UP: "MFAS_CAN_SETUP", NEW_PASSWORD: "requiredAttributes"}.get(challenge)
    checked_tokens = json.loads(opened(said[member])) if member and said.get(member) else []
    return tuple(str(each).removeprefix("userAttributes.") for each in checked_tokens)


def _answers(challenge: str, typed: Secret) -> dict[str, Any]:
    if challenge == NEW_PASSWORD:
        return {"NEW_PASSWORD": typed}
    if challenge == CHOICE:
        return {"ANSWER": typed.open().strip()}
    return {f"{challenge}_CODE": typed} if challenge in _CODES else {}
