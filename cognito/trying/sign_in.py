"""Signing in to a user pool with a test user, step by step, as the app would.

Between the steps nothing is kept here: what the next one needs goes to the browser and back, sealed, for a few minutes.
No password is in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Operator
from cognito.mirrors.pools import IDP
from cognito.models import AppClient, UserPool
from cognito.trying import tokens
from sync.aws.client import reader, visitor
from sync.aws.secrets import CannotUnseal, Secret, seal, unseal
from sync.aws.visiting import published_keys

LASTS = timedelta(minutes=5)
_CODES = ("SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP", "SMS_OTP")
# What the next form asks for.
LABELS = {
    "NEW_PASSWORD_REQUIRED": ("New password", "The password is a temporary one: Cognito asks for a new one."),
    "SOFTWARE_TOKEN_MFA": ("Code of the app", "Six digits of the authenticator app."),
    "SMS_MFA": ("Code of the message", "Cognito sent a text message with a code."),
    "SMS_OTP": ("Code of the message", "Cognito sent a text message with a code."),
    "EMAIL_OTP": ("Code of the message", "Cognito sent an e-mail with a code."),
    "SELECT_MFA_TYPE": ("Second factor", "Type SOFTWARE_TOKEN_MFA, SMS_MFA or EMAIL_OTP."),
    "MFA_SETUP": ("Code of the app", "The pool asks for a second factor. Add this key to an authenticator app first."),
}


class NotGoingOn(Exception):
    """Why the sign-in can't go on, in a sentence."""


@dataclass(frozen=True)
class State:
    """What the next step needs. `session` is Cognito's own, good for minutes."""

    operator: int
    pool: str
    client: str
    username: str
    challenge: str
    session: str
    at: str

    def sealed(self) -> str:
        return seal(json.dumps(asdict(self))).decode()


@dataclass(frozen=True)
class Asked:
    """Cognito asks for more. `secret`: the key of an authenticator app that is being set up."""

    state: State
    secret: Secret | None = None

    @property
    def label(self) -> str:
        return LABELS[self.state.challenge][0]

    @property
    def words(self) -> str:
        return LABELS[self.state.challenge][1]


@dataclass(frozen=True)
class SignedIn:
    """`id_token` is for the page to hand on to whoever tried, and is kept nowhere."""

    told: tuple[tokens.Told, ...]
    username: str


Outcome = Asked | SignedIn


def state_of(text: str, operator: Operator, pool: UserPool) -> State:
    """Raises NotGoingOn for what this operator wasn't given for this pool a moment ago."""
    try:
        state = State(**json.loads(unseal(text.encode()).open()))
    except (CannotUnseal, ValueError, TypeError):
        raise NotGoingOn("This form isn’t one that was given out here: begin again.") from None
    if state.operator != operator.pk or state.pool != pool.aws_id:
        raise NotGoingOn("This form was given to somebody else: begin again.")
    if timezone.now() - datetime.fromisoformat(state.at) > LASTS:
        raise NotGoingOn("This took longer than five minutes: begin again.")
    return state


class Trial:
    """A sign-in by one operator. Raises an AwsError where Cognito refuses, and NotGoingOn."""

    def __init__(self, operator: Operator, pool: UserPool, client_id: str) -> None:
        self._operator, self._pool = operator, pool
        self._door = visitor(pool.aws_account, region=pool.region)
        self._client: AppClient = AppClient.objects.live().get(pool=pool, aws_id=client_id)

    def begin(self, username: str, password: Secret) -> Outcome:
        asked = {"USERNAME": username, "PASSWORD": password, **self._hash(username)}
        answer = self._door.call(
            IDP, "InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", ClientId=self._client.aws_id, AuthParameters=asked
        )
        return self._outcome(answer, username)

    def go_on(self, state: State, typed: Secret) -> Outcome:
        session = Secret(state.session)
        if state.challenge == "MFA_SETUP":
            verified = self._door.call(IDP, "VerifySoftwareToken", Session=session, UserCode=typed)
            session = verified["Session"]
        answers = {"USERNAME": state.username, **self._hash(state.username), **_answers(state.challenge, typed)}
        answer = self._door.call(
            IDP, "RespondToAuthChallenge", ClientId=self._client.aws_id, ChallengeName=state.challenge,
            Session=session, ChallengeResponses=answers,
        )  # fmt: skip
        return self._outcome(answer, state.username)

    def _outcome(self, answer: Mapping[str, Any], username: str) -> Outcome:
        if result := answer.get("AuthenticationResult"):
            return SignedIn(self._told(result), username)
        challenge = str(answer["ChallengeName"])
        if challenge not in LABELS:
            raise NotGoingOn(f"Cognito asks for {challenge}, which can’t be answered here.")
        named = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username)
        state = State(
            self._operator.pk, self._pool.aws_id, self._client.aws_id, str(named), challenge,
            _open(answer["Session"]), timezone.now().isoformat(),
        )  # fmt: skip
        if challenge != "MFA_SETUP":
            return Asked(state)
        setting_up = self._door.call(IDP, "AssociateSoftwareToken", Session=answer["Session"])
        return Asked(replace(state, session=_open(setting_up["Session"])), setting_up["SecretCode"])

    def _told(self, result: Mapping[str, Any]) -> tuple[tokens.Told, ...]:
        given = ((tokens.ID, "IdToken"), (tokens.ACCESS, "AccessToken"))
        return tuple(self.check(_open(result[member]), use) for use, member in given if member in result)

    def check(self, token: str, use: str) -> tokens.Told:
        """A token, by the keys that the pool publishes now."""
        pool = self._pool
        return tokens.told(
            token,
            use=use,
            keys=published_keys(pool.aws_account, pool.region, pool.aws_id),
            issuer=tokens.issuer_of(pool.region, pool.aws_id),
            client_id=self._client.aws_id,
            now=timezone.now(),
        )

    def _hash(self, username: str) -> dict[str, Any]:
        """ "Computing secret hash values" in the Developer Guide; of a client with a secret, which AWS tells anew."""
        if not self._client.has_secret:
            return {}
        door = reader(self._pool.aws_account, region=self._pool.region, urgent=True)
        asked = {"UserPoolId": self._pool.aws_id, "ClientId": self._client.aws_id}
        secret = door.call(IDP, "DescribeUserPoolClient", **asked)["UserPoolClient"]["ClientSecret"]
        made = hmac.new(_open(secret).encode(), f"{username}{self._client.aws_id}".encode(), hashlib.sha256)
        return {"SECRET_HASH": Secret(base64.b64encode(made.digest()).decode())}


def _answers(challenge: str, typed: Secret) -> dict[str, Any]:
    if challenge == "NEW_PASSWORD_REQUIRED":
        return {"NEW_PASSWORD": typed}
    if challenge == "SELECT_MFA_TYPE":
        return {"ANSWER": typed.open().strip()}
    return {f"{challenge}_CODE": typed} if challenge in _CODES else {}


def _open(value: Any) -> str:
    return value.open() if isinstance(value, Secret) else str(value)
