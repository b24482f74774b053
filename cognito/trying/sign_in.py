"""Signing in to a user pool with a test user, step by step, as the app would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import jwt
from django.utils import timezone

from accounts.models import Operator
from cognito.models import AppClient, UserPool
from cognito.trying.as_app import AppClientCalls, TrialEnded, TrialState, ends_the_session, hashed, opened
from iamconsole.web.words import full_time
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

    checked_tokens: tuple[DecodedToken, ...]
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
        given = ((ID, "IdToken"), (ACCESS, "AccessToken"))
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

    def check(self, token: str, use: str) -> DecodedToken:
        """A token, by the keys that the pool publishes now."""
        pool = self._pool
        return check_token(
            token,
            use=use,
            keys=published_keys(pool.aws_account, pool.region, pool.aws_id),
            issuer=issuer_of(pool.region, pool.aws_id),
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


# ---- Whether a token of a user pool is valid, claim by claim -------------------------------------------------------
# "Verifying JSON web tokens" in the Amazon Cognito Developer Guide.
ALGORITHM = "RS256"
LEEWAY_S = 30  # by which the clocks of AWS and console may differ
ID, ACCESS = "id", "access"
_MOMENTS = ("auth_time", "exp", "iat", "nbf")


@dataclass(frozen=True)
class TokenCheck:
    """`words`: what is so."""

    name: str
    ok: bool
    words: str


@dataclass(frozen=True)
class DecodedToken:
    """A token, taken apart. `claims` and `header` are empty where it is none."""

    text: str
    use: str  # what it should be: id, access
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    checks: tuple[TokenCheck, ...]

    @property
    def title(self) -> str:
        return "ID token" if self.use == ID else "Access token"

    @property
    def is_good(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """Each claim as it is written, and when that is: "" of one that is no moment."""
        return [(name, _written(value), _when(name, value)) for name, value in self.claims.items()]


def issuer_of(region: str, pool_id: str) -> str:
    host = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://cognito-idp.{region}.{host}/{pool_id}"


def check_token(
    token: str, *, use: str, keys: Mapping[str, Any], issuer: str, client_id: str, now: datetime
) -> DecodedToken:
    """`keys`: the pool's JSON Web Key Set. Takes any text; never raises."""
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        return DecodedToken(token, use, {}, {}, (TokenCheck("Form", False, f"It is no token: {error}"),))
    audience = "aud" if use == ID else "client_id"
    checks = (
        _signature(token, header, keys),
        _equals("Issuer", "iss", claims, issuer),
        _equals("Made for this client", audience, claims, client_id),
        _equals("Kind", "token_use", claims, use),
        _expiry(claims, now),
    )
    return DecodedToken(token, use, header, claims, checks)


def _signature(token: str, header: Mapping[str, Any], keys: Mapping[str, Any]) -> TokenCheck:
    name = "Signature"
    if header.get("alg") != ALGORITHM:
        return TokenCheck(
            name, False, f"It says it is signed by {header.get('alg')!s:.20}; Cognito signs by {ALGORITHM} only"
        )
    try:
        known = {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys}
        key = known.get(header.get("kid"))
        if key is None:
            return TokenCheck(name, False, "The pool publishes no key of the id that it names")
        off = dict.fromkeys(("verify_aud", "verify_iss", "verify_exp", "verify_iat", "verify_nbf"), False)
        jwt.decode(token, key, algorithms=[ALGORITHM], options=off)  # type: ignore[arg-type]  # a TypedDict
    except jwt.PyJWTError:
        return TokenCheck(name, False, "It isn’t that of the pool: the token was changed, or somebody else signed it")
    return TokenCheck(name, True, f"By the pool’s key {header['kid'][:12]}…")


def _equals(name: str, claim: str, claims: Mapping[str, Any], wanted: str) -> TokenCheck:
    found = claims.get(claim)
    if found == wanted:
        return TokenCheck(name, True, f"{claim} is {wanted}")
    return TokenCheck(
        name, False, f"{claim} is {found!s:.200} and not {wanted}" if claim in claims else f"It has no {claim}"
    )


def _expiry(claims: Mapping[str, Any], now: datetime) -> TokenCheck:
    name = "Time"
    expires = _moment(claims.get("exp"))
    if expires is None:
        return TokenCheck(name, False, "It doesn’t say when it ends")
    left = (expires - now).total_seconds()
    if left + LEEWAY_S <= 0:
        return TokenCheck(name, False, f"It ended on {full_time(expires)}")
    return TokenCheck(name, True, f"Good for {max(1, round(left / 60))} more minutes")


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _when(name: str, value: Any) -> str:
    at = _moment(value) if name in _MOMENTS else None
    return full_time(at) if at else ""


def _moment(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
