"""Tokens of the cast, and programs that ask the API with them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, AwsAccount, Operator
from accounts.tokens.secrets import TokenSecret
from accounts.tokens.services import TokenWanted, make, scopes_of


def make_token(
    operator: Operator,
    *scopes: str,
    aws_accounts: Sequence[AwsAccount] | None = None,
    networks: Sequence[str] = (),
    service: str = "",
) -> tuple[ApiToken, str]:
    """The token and what the program sends; without `scopes` with all that the operator can give it."""
    wanted = TokenWanted(
        name="CI",
        service=service,
        scopes=scopes or [scope.value for scope in scopes_of(operator)],
        aws_accounts=aws_accounts,
        networks=networks,
        expires_at=timezone.now() + timedelta(days=7),
        form_key=secrets.token_hex(16),
    )
    token, secret = make(actor=operator, wanted=wanted)
    assert secret is not None
    return token, secret.text


def token_of(operator: Operator) -> str:
    """One with all scopes, also of who could make none: as after the grants were taken."""
    secret = TokenSecret.new()
    ApiToken.objects.create(
        operator=operator,
        name="CI",
        prefix=secret.prefix,
        digest=secret.digest,
        scopes=list(ApiToken.Scope.values),
        form_key=secrets.token_hex(16),
        expires_at=timezone.now() + timedelta(days=7),
    )
    return secret.text


def post_nothing(client: Client, address: str) -> Any:
    """An empty form; to the API an object as empty as it takes it."""
    if not address.startswith("/api/"):
        return client.post(address)
    bodies = {"apply": {"digest": "0" * 64}, "imports": {"table": "name"}}
    return client.post(address, bodies.get(address.rpartition("/")[2], {}), "application/json")


class Program(Client):
    """Asks `/api/v1…` with a token."""

    def __init__(self, token: str, **defaults: Any) -> None:
        super().__init__(headers={"Authorization": f"Bearer {token}"} if token else {}, **defaults)

    def ask(self, path: str, **query: Any) -> Any:
        return self.get(f"/api/v1{path}", query)

    def send(self, path: str, body: Any, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post(f"/api/v1{path}", body, "application/json", headers=named)


def program_of(operator: Operator, *scopes: str) -> Program:
    return Program(make_token(operator, *scopes)[1])
