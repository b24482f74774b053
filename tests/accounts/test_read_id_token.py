"""Which key an ID token is checked with, and by which algorithm. What else it must say: test_sign_in_oidc.py."""

from __future__ import annotations

import base64
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from accounts.oidc.tokens import BadToken, read

ISSUER, CLIENT, NONCE = "https://sso.example.org", "console", "n-1"
ONE, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
SHARED = b"a secret of thirty-two bytes....."


def claims() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "sub": "u-1", "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": NONCE}


def public(key: ec.EllipticCurvePrivateKey, **more: str) -> dict[str, Any]:
    described: dict[str, Any] = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**described, "alg": "ES256", **more}


def seen(token: str, *keys: dict[str, Any]) -> str:
    found = read(token, keys={"keys": list(keys)}, issuer=ISSUER, client_id=CLIENT, nonce=NONCE)
    return str(found["sub"])


def signed(key: Any, algorithm: str = "ES256", **headers: str) -> str:
    return jwt.encode(claims(), key, algorithm=algorithm, headers=headers)


def test_the_key_that_it_names_is_taken() -> None:
    assert seen(signed(ONE, kid="1"), public(OTHER, kid="2"), public(ONE, kid="1")) == "u-1"


def test_a_single_key_needs_no_name() -> None:
    assert seen(signed(ONE), public(ONE)) == "u-1"


def test_among_several_one_has_to_be_named() -> None:
    with pytest.raises(BadToken, match="no single key"):
        seen(signed(ONE), public(ONE, kid="1"), public(OTHER, kid="2"))


def test_a_key_that_is_not_there_is_none() -> None:
    with pytest.raises(BadToken, match="no single key"):
        seen(signed(ONE, kid="3"), public(ONE, kid="1"))


def test_a_secret_is_no_key_even_when_the_provider_shows_one() -> None:
    shown = {"kty": "oct", "kid": "1", "alg": "HS256", "k": base64.urlsafe_b64encode(SHARED).decode().rstrip("=")}
    with pytest.raises(BadToken, match="InvalidAlgorithm"):
        seen(signed(SHARED, "HS256", kid="1"), shown)


def test_no_keys_at_all_are_a_bad_answer() -> None:
    with pytest.raises(BadToken):
        seen(signed(ONE))
