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
from cognito.pools.mirrors.pool import IDP
from iamconsole.sealing import CannotUnseal, SealingPurpose, seal, unseal
from sync.aws.client import visitor
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
