"""Signing up for a user pool with a test user, step by step, as the app would.

The password goes to Cognito with the first step and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Operator
from cognito.models import AppClient, CognitoUser, UserPool
from cognito.people import schema
from cognito.people.live_lookup import look
from cognito.people.person_record import people_settings_of
from cognito.trying.as_app import AppClientCalls, TrialState, hashed
from sync.aws.errors import AwsError
from sync.aws.secrets import Secret

# Cognito's code is good for 24 hours; an operator who tries sits at it.
LASTS = timedelta(hours=1)
_BY = {"EMAIL": "by e-mail", "SMS": "by text message"}
_ADMINISTRATORS_ONLY = (
    "In this pool only administrators make users: Cognito refuses every sign-up. Invite a test user instead."
)
_READ_ONLY = "This AWS account is read-only in this console, and a sign-up makes somebody in the pool."
_NO_CLIENT = "No app client of this pool can sign anybody up: {why}."


@dataclass(frozen=True)
class SignUpState(TrialState):
    """`sent`: which code went where, in a sentence; "" of none. `is_confirmed`: nothing is left to type."""

    sub: str
    sent: str
    is_confirmed: bool


def why_not(pool: UserPool) -> str:
    """A sentence why nobody can be signed up, known before the click; "" where they can."""
    if not pool.self_signup:
        return _ADMINISTRATORS_ONLY
    if not pool.aws_account.writes_enabled:
        return _READ_ONLY
    if clients_for(pool):
        return ""
    has_any = AppClient.objects.live().filter(pool=pool).exists()
    why = "none may write every attribute that the pool requires" if has_any else "it has none"
    return _NO_CLIENT.format(why=why)


def clients_for(pool: UserPool) -> list[AppClient]:
    """Those that may write what the pool requires."""
    required = set(schema.required(pool))
    clients = AppClient.objects.live().filter(pool=pool).order_by("name_key")
    return [client for client in clients if _writes(client, required)]


def asked_for(pool: UserPool) -> dict[str, bool]:
    """The attributes that a sign-up says besides the username, and whether they are required.

    What the pool requires, and what a code can go to.
    """
    required, verified = schema.required(pool), pool.settings.get("AutoVerifiedAttributes", [])
    names = dict.fromkeys((*required, *verified))
    return {name: name in required for name in names if name not in pool.username_attributes}


def kept(pool: UserPool, sub: str) -> CognitoUser | None:
    """The test user, asked for at AWS and kept; None where the pool keeps nobody, or AWS doesn't find them yet."""
    if not people_settings_of(pool).mirrors_people:
        return None
    try:
        return look(pool, sub)
    except AwsError:  # what matters is that they signed up; their page can be looked for later
        return CognitoUser.objects.live().filter(pool=pool, aws_id=sub).first()


def _writes(client: AppClient, names: set[str]) -> bool:
    allowed = client.settings.get("WriteAttributes")
    return not allowed or names <= set(allowed)


class SignUpTrial:
    """A sign-up by one operator. Raises an AwsError where Cognito refuses, and TrialEnded."""

    def __init__(self, operator: Operator, pool: UserPool) -> None:
        self._operator, self._pool = operator, pool

    def begin(
        self, client_id: str, username: str, password: Secret, attributes: Mapping[str, str], secret: Secret | None
    ) -> SignUpState:
        app = AppClientCalls(self._pool, client_id, secret)
        secret_hash = app.hash_of(username)
        described = [{"Name": name, "Value": value} for name, value in attributes.items() if value]
        answer = app.call(
            "SignUp",
            ClientId=client_id,
            Username=username,
            Password=password,
            UserAttributes=described,
            **hashed("SecretHash", secret_hash),
        )
        return SignUpState(
            self._operator.pk,
            self._pool.aws_id,
            client_id,
            username,
            secret_hash,
            timezone.now().isoformat(),
            sub=str(answer["UserSub"]),
            sent=_sent(answer),
            is_confirmed=bool(answer["UserConfirmed"]),
        )

    def confirm(self, state: SignUpState, code: Secret) -> SignUpState:
        self._call("ConfirmSignUp", state, ConfirmationCode=code)
        return replace(state, is_confirmed=True)

    def resend(self, state: SignUpState) -> SignUpState:
        return replace(state, sent=_sent(self._call("ResendConfirmationCode", state)))

    def _call(self, operation: str, state: SignUpState, **params: Any) -> Mapping[str, Any]:
        secret_hash = hashed("SecretHash", state.secret_hash)
        app = AppClientCalls(self._pool, state.client)
        return app.call(operation, ClientId=state.client, Username=state.username, **secret_hash, **params)


def _sent(answer: Mapping[str, Any]) -> str:
    """ "A code went by e-mail to a***@e***, for the attribute email."."""
    details = answer.get("CodeDeliveryDetails")
    if not details or not details.get("Destination"):
        return ""
    by = _BY.get(details.get("DeliveryMedium", ""), "out")
    attribute = details.get("AttributeName")
    return f"A code went {by} to {details['Destination']}{f', the attribute {attribute}' if attribute else ''}."
