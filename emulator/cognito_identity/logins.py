"""Who somebody is: the tokens that she brings from a user pool, and the one that the classic flow gives her."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from emulator import clock
from emulator.cognito_identity.backend import Identity, IdentityPool
from emulator.cognito_identity.roles import PROVIDER
from emulator.cognito_idp.backend import pool_anywhere as user_pool_anywhere
from emulator.cognito_idp.errors import not_authorized
from emulator.cognito_idp.tokens import verified
from emulator.wire import AwsError

ISSUER = f"https://{PROVIDER}"
_ALGORITHM = "RS512"
_LASTS_S = 600


def claims_of(pool: IdentityPool, logins: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The claims of each token, by provider; NotAuthorizedException for one that the pool doesn't take."""
    return {provider: _claims(pool, provider, token) for provider, token in logins.items()}


def _claims(pool: IdentityPool, provider: str, token: str) -> dict[str, Any]:
    taken = [one for one in pool.settings.get("CognitoIdentityProviders", []) if one["ProviderName"] == provider]
    user_pool = user_pool_anywhere(provider.rpartition("/")[2])
    if not taken or user_pool is None:
        raise not_authorized("Token is not from a supported provider of this identity pool.")
    try:
        claims = verified(user_pool, token)
    except AwsError as problem:
        raise not_authorized(f"Invalid login token. {problem.message}.") from None
    entry = next((one for one in taken if one.get("ClientId") == claims.get("aud")), None)
    if entry is None:
        raise not_authorized("Invalid login token. Incorrect token audience.")
    if entry.get("ServerSideTokenCheck"):
        person = user_pool.people.by_sub(claims["sub"])
        if person is None or not person.enabled or claims["origin_jti"] not in person.sessions:
            raise not_authorized("Invalid login token. The user is disabled, deleted or signed out.")
    return claims


def open_id_token(pool: IdentityPool, identity: Identity, amr: list[str]) -> str:
    """For AssumeRoleWithWebIdentity, within ten minutes."""
    now = int(clock.utcnow().replace(tzinfo=UTC).timestamp())
    claims = {
        "iss": ISSUER,
        "aud": pool.id,
        "sub": identity.id,
        "amr": amr,
        "iat": now,
        "exp": now + _LASTS_S,
    }
    return jwt.encode(claims, _key(), algorithm=_ALGORITHM)


def read_open_id_token(token: str) -> dict[str, Any] | None:
    """Its claims; None where another provider made it. InvalidIdentityToken if it is ours and no good."""
    try:
        if jwt.decode(token, options={"verify_signature": False}).get("iss") != ISSUER:
            return None
    except jwt.PyJWTError:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key().public_key(),
            algorithms=[_ALGORITHM],
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        raise AwsError(
            "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"
        ) from None
    if claims["exp"] <= int(clock.utcnow().replace(tzinfo=UTC).timestamp()):
        raise AwsError("ExpiredTokenException", "Token expired: the web identity token has expired")
    return claims


@cache
def _key() -> rsa.RSAPrivateKey:
    """Cognito's own, for as long as the emulator runs."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)
