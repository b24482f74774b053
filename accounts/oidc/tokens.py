"""Validates ID tokens (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt

from accounts.identity_provider import LEEWAY_S

# With a public key only: by HS256 whoever knows the client's secret could sign, by "none" anybody.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


class BadToken(Exception):
    """The text says why, for the log; operators only learn that the answer isn't to be trusted."""


def read(token: str, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of a token that `issuer` signed for this console, as the answer to the very request of `nonce`.

    `keys`: the provider's JSON Web Key Set. Raises BadToken.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(token, keys),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY_S,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error
    if claims.get("nonce") != nonce:
        raise BadToken("The nonce isn't that of the request.")
    if claims.get("azp", client_id) != client_id:
        raise BadToken("It was made for another client (azp).")
    if not isinstance(claims["sub"], str) or not claims["sub"] or "\x00" in claims["sub"]:
        raise BadToken("It names nobody (sub).")
    return claims


def _key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The provider's key that the token names; where it names none, the only one that there is."""
    name = jwt.get_unverified_header(token).get("kid")
    found = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if name is None or key.key_id == name]
    if len(found) != 1:
        raise BadToken(f"The provider has no single key {name!r}.")
    return found[0]
