"""Asking Cognito as an app does: by the app client's id, and by its secret where it has one.

What the next step needs goes to the browser and back, sealed, for a while. No password and no client secret is in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.utils import timezone

from accounts.models import Operator
from cognito.models import AppClient, UserPool
from cognito.permissions import IDP
from iamconsole.sealing import CannotUnseal, SealingPurpose, seal, unseal
from sync.aws.client import visitor
from sync.aws.errors import AwsError
from sync.aws.secrets import Secret


class TrialEnded(Exception):
    """Why it can't go on, in a sentence."""


@dataclass(frozen=True)
class TrialState:
    """What the next step needs. `secret_hash`: for this username by this client; "" of a client without a secret."""

    operator: int
    pool: str
    client: str
    username: str
    secret_hash: str
    at: str

    def sealed(self) -> str:
        return seal(json.dumps(asdict(self)), SealingPurpose.FORM_STATE)

    @classmethod
    def opened(cls, text: str, operator: Operator, pool: UserPool, lasts: timedelta) -> Self:
        """Raises TrialEnded for what this operator wasn't given for this pool lately."""
        try:
            state = cls(**json.loads(unseal(text, SealingPurpose.FORM_STATE)))
        except (CannotUnseal, ValueError, TypeError):
            raise TrialEnded("This form isn’t one that was given out here: begin again.") from None
        if state.operator != operator.pk or state.pool != pool.aws_id:
            raise TrialEnded("This form was given to somebody else: begin again.")
        if timezone.now() - datetime.fromisoformat(state.at) > lasts:
            minutes = int(lasts.total_seconds() // 60)
            raise TrialEnded(f"This took longer than {minutes} minutes: begin again.")
        return state


class AppClientCalls:
    """The calls of one app client, which raise an AwsError where Cognito refuses. TrialEnded: it is gone."""

    def __init__(self, pool: UserPool, client_id: str, secret: Secret | None = None) -> None:
        self._door = visitor(pool.aws_account, region=pool.region)
        self._secret = secret
        client = AppClient.objects.live().filter(pool=pool, aws_id=client_id).first()
        if client is None:
            raise TrialEnded("This pool no longer has that app client: begin again.")
        self.client: AppClient = client

    def call(self, operation: str, **params: Any) -> Mapping[str, Any]:
        return self._door.call(IDP, operation, **params)

    def hash_of(self, username: str) -> str:
        """ "Computing secret hash values" in the Developer Guide. Raises TrialEnded without the secret."""
        if not self.client.has_secret:
            return ""
        if self._secret is None:
            raise TrialEnded("This app client has a secret: type it.")
        message = f"{username}{self.client.aws_id}".encode()
        made = hmac.new(self._secret.open().encode(), message, hashlib.sha256)
        return base64.b64encode(made.digest()).decode()


def hashed(member: str, secret_hash: str) -> dict[str, Any]:
    """As a parameter: AWS calls it SECRET_HASH or SecretHash."""
    return {member: Secret(secret_hash)} if secret_hash else {}


def opened(value: Any) -> str:
    return value.open() if isinstance(value, Secret) else str(value)


# ---- What Cognito answers instead, in words for whoever tries: there is no change to propose again -----------------
# The codes: the errors of SignUp, ConfirmSignUp, ResendConfirmationCode, InitiateAuth, RespondToAuthChallenge and
# VerifySoftwareToken in the API reference.
_READS = "s3:GetObject"
_NO_CODE = "This isn’t the code that Cognito expects. Look again, and type the newest one."
_OFTEN = "Cognito counts how often this is tried for one person, and it was too often. Wait an hour at most."
_TAKEN = "Somebody in this pool has that username or address already: choose another one."
_SENTENCES = {
    "AliasExistsException": _TAKEN,
    "CodeMismatchException": _NO_CODE,
    "EnableSoftwareTokenMFAException": _NO_CODE,
    "ExpiredCodeException": "This code is no longer good: it is too old, used up, or a newer one was sent since.",
    "LimitExceededException": _OFTEN,
    "PasswordResetRequiredException": "Their password was reset: they set a new one by “forgot password” first.",
    "TooManyFailedAttemptsException": _OFTEN,
    "TooManyRequestsException": "AWS is asked too much at the moment. Try again in a minute.",
    "UserNotConfirmedException": "They never finished signing up: a code, or an operator, confirms them.",
    "UsernameExistsException": _TAKEN,
    "UserNotFoundException": "This pool has nobody of that username.",
}
# "GetObject" in the Amazon S3 API Reference.
_OF_S3 = {
    "AccessDenied": "The role may not read it, or it isn’t there: who may not list the bucket isn’t told which.",
    "NoSuchBucket": "There is no bucket of that name.",
    "NoSuchKey": "The bucket has nothing under that key.",
}
# Of these AWS's own words say what is wrong.
_BEFORE_ITS_WORDS = {
    "InvalidParameterException": "Cognito doesn’t take what was typed.",
    "InvalidPasswordException": "The pool doesn’t take this password.",
    "NotAuthorizedException": "Cognito refused.",
}
# By AWS's words, which are not documented: what isn't recognised is told as it is.
_BY_WORDS = (
    ("secret was not received", "This app client has a secret: type it."),
    ("secret_hash was not received", "This app client has a secret: type it."),
    ("verify secret hash", "That isn’t the secret of this app client."),
    ("secrethash does not match", "That isn’t the secret of this app client."),
    ("signup is not permitted", "In this pool only administrators make users: nobody can sign up."),
    ("cannot be confirmed. current status is confirmed", "They are confirmed already: try to sign in."),
    ("already confirmed", "They are confirmed already: no code is sent."),
)


def sentence_of(error: AwsError) -> str:
    said = error.message.casefold()
    for words, sentence in _BY_WORDS:
        if words in said:
            return sentence
    if error.operation == _READS and error.code in _OF_S3:
        return f"{_OF_S3[error.code]} {_quoted(error)}"
    if error.code in _SENTENCES and "email limit" not in said:
        return _SENTENCES[error.code]
    if error.code in _BEFORE_ITS_WORDS:
        return f"{_BEFORE_ITS_WORDS[error.code]} {_quoted(error)}"
    return error.sentence()


def _quoted(error: AwsError) -> str:
    return f"AWS says: “{error.message.rstrip()}”"


def ends_the_session(error: AwsError) -> bool:
    """Whether nothing can be typed any more in this sign-in."""
    return error.code == "NotAuthorizedException" and "session" in error.message.casefold()
