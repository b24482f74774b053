"""What an app and its tokens have, for tests of signing in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import jwt

from emulator.process import Emulator

PASSWORD, ANOTHER = "Correct-Horse-7", "Battery-Staple-8"
ADA = "ada@acme.example"
TOTP = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
REGION = "eu-west-1"

SignIn = Callable[..., dict[str, Any]]


def make_client(pools: Any, pool: str, **settings: Any) -> str:
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    settings = {"ClientName": "shop", "ExplicitAuthFlows": flows} | settings
    return str(pools.create_user_pool_client(UserPoolId=pool, **settings)["UserPoolClient"]["ClientId"])


def keys_of(emulator: Emulator, pool: str) -> dict[str, Any]:
    with urlopen(f"{emulator.url}/{pool}/.well-known/jwks.json", timeout=5) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def checked(emulator: Emulator, pool: str, token: str, **expected: Any) -> dict[str, Any]:
    """The claims of a token that any JWT library accepts by the pool's published keys."""
    keys = {key["kid"]: jwt.PyJWK(key) for key in keys_of(emulator, pool)["keys"]}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, **expected)
    return claims
