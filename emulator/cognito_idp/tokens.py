"""The tokens of a pool: signed with its own key, which anybody may check by the keys that it publishes.

"Understanding user pool JSON web tokens (JWTs)" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from emulator import clock
from emulator.cognito_idp.backend import pool_anywhere
from emulator.cognito_idp.clients import AppClient
from emulator.cognito_idp.errors import not_authorized
from emulator.cognito_idp.person import Person, Session
from emulator.cognito_idp.pool import UserPool
from emulator.ids import word

ALGORITHM = "RS256"
_SCOPE = "aws.cognito.signin.user.admin"
_BOOLEANS = ("email_verified", "phone_number_verified")


def begin_session(pool: UserPool, client: AppClient, person: Person) -> dict[str, Any]:
    """What a sign-in gives: three tokens, which last as the client says."""
    origin = str(uuid4())
    now = clock.utcnow()
    until = now + timedelta(seconds=client.validity_s("RefreshToken"))
    session = Session(f"tkn{word(25, origin)}", client.id, secrets.token_urlsafe(64), now, until)
    while pool.tracks_sessions and len(person.sessions) >= pool.sessions["TokenSession"]["MaxPerUser"]:
        person.sessions.pop(next(iter(person.sessions)))  # the one used longest ago
    person.sessions[origin] = session
    return tokens_of(pool, client, person, origin) | {"RefreshToken": session.refresh_token}


def tokens_of(pool: UserPool, client: AppClient, person: Person, origin: str) -> dict[str, Any]:
    began = _seconds(person.sessions[origin].created)
    common = {"sub": person.sub, "iss": pool.issuer, "origin_jti": origin, "event_id": str(uuid4()), "auth_time": began}
    if person.groups:
        common["cognito:groups"] = _by_precedence(pool, person)
    access = {"client_id": client.id, "token_use": "access", "scope": _SCOPE, "username": person.username}
    identity = {"aud": client.id, "token_use": "id", "cognito:username": person.username}
    return {
        "AccessToken": _signed(pool, common | access, client.validity_s("AccessToken")),
        "IdToken": _signed(
            pool, _readable(client, person) | _roles(pool, person) | common | identity, client.validity_s("IdToken")
        ),
        "ExpiresIn": client.validity_s("AccessToken"),
        "TokenType": "Bearer",
    }


def bearer_of(access_token: str) -> tuple[UserPool, Person, dict[str, Any]]:
    """Whose access token that is. NotAuthorizedException for one that isn't good, or no longer."""
    try:
        unchecked = jwt.decode(access_token, options={"verify_signature": False})
        pool = pool_anywhere(str(unchecked.get("iss", "")).rpartition("/")[2])
    except jwt.PyJWTError:
        pool = None
    if pool is None:
        raise not_authorized("Invalid Access Token")
    claims = verified(pool, access_token)
    if "username" not in claims:  # an ID token names her otherwise
        raise not_authorized("Invalid Access Token")
    person = pool.people.by_sub(claims["sub"])
    if person is None or claims["origin_jti"] not in person.sessions:
        raise not_authorized("Access Token has been revoked")
    return pool, person, claims


def verified(pool: UserPool, token: str) -> dict[str, Any]:
    """The claims of any token of the pool; NotAuthorizedException if it was tampered with or has expired."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(pool).public_key(),
            algorithms=[ALGORITHM],
            issuer=pool.issuer,
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        raise not_authorized("Invalid Access Token") from None
    if claims["exp"] <= _seconds(clock.utcnow()):
        raise not_authorized("Access Token has expired")
    return claims


def published_keys(pool: UserPool) -> dict[str, Any]:
    """The JWKS document."""
    numbers = _key(pool).public_key().public_numbers()
    return {
        "keys": [
            {
                "alg": ALGORITHM,
                "e": _encoded(numbers.e),
                "kid": _key_id(pool),
                "kty": "RSA",
                "n": _encoded(numbers.n),
                "use": "sig",
            }
        ]
    }


def configuration(pool: UserPool) -> dict[str, Any]:
    """The OpenID Connect discovery document."""
    return {
        "issuer": pool.issuer,
        "jwks_uri": f"{pool.issuer}/.well-known/jwks.json",
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
    }


def page(path: str) -> bytes | None:
    """What is at `/POOL_ID/.well-known/…`."""
    pool_id, _, document = path.strip("/").partition("/.well-known/")
    documents = {"jwks.json": published_keys, "openid-configuration": configuration}
    pool = pool_anywhere(pool_id)
    if pool is None or document not in documents:
        return None
    return json.dumps(documents[document](pool)).encode()


def _signed(pool: UserPool, claims: dict[str, Any], lasts_s: int) -> str:
    now = _seconds(clock.utcnow())
    return jwt.encode(
        claims | {"iat": now, "exp": now + lasts_s, "jti": str(uuid4())},
        _key(pool),
        algorithm=ALGORITHM,
        headers={"kid": _key_id(pool)},
    )


def _readable(client: AppClient, person: Person) -> dict[str, Any]:
    """The attributes that the client may read: all, unless it says which."""
    allowed = client.settings.get("ReadAttributes")
    return {
        name: value == "true" if name in _BOOLEANS else value
        for name, value in person.attributes.items()
        if name != "sub" and (not allowed or name in allowed)
    }


def _roles(pool: UserPool, person: Person) -> dict[str, Any]:
    """The roles of her groups; the preferred one is that of the lowest precedence, if that is one role only."""
    groups = [pool.groups[name] for name in _by_precedence(pool, person) if pool.groups[name].role_arn]
    if not groups:
        return {}
    best = groups[0].precedence
    first = {group.role_arn for group in groups if group.precedence == best and best is not None}
    preferred = {"cognito:preferred_role": first.pop()} if len(first) == 1 else {}
    return {"cognito:roles": [group.role_arn for group in groups]} | preferred


def _by_precedence(pool: UserPool, person: Person) -> list[str]:
    def order(name: str) -> tuple[bool, int, str]:
        precedence = pool.groups[name].precedence
        return precedence is None, precedence or 0, name

    return sorted(person.groups, key=order)


def _key(pool: UserPool) -> rsa.RSAPrivateKey:
    if not pool.signing_key:
        made = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        pool.signing_key = made.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    key = serialization.load_der_private_key(pool.signing_key, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The pool's key is no RSA key.")
    return key


def _key_id(pool: UserPool) -> str:
    return f"{word(43, 'key', pool.id)}="


def _encoded(number: int) -> str:
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
