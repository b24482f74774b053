"""Tokens that nobody should believe: made up here, against the keys of a pool that is made up, too. No AWS is asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from cognito.trying.sign_in import DecodedToken, check_token, issuer_of

ISSUER, CLIENT = issuer_of("eu-west-1", "eu-west-1_abc"), "4h57kanq0c3pvgmlk5v1"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
POOLS, SOMEBODYS = (rsa.generate_private_key(public_exponent=65_537, key_size=2048) for _ in range(2))
CLAIMS = {"iss": ISSUER, "aud": CLIENT, "token_use": "id", "exp": int(NOW.timestamp()) + 60, "sub": "ada"}


def key_of(private: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(private.public_key(), as_dict=True), "kid": kid, "alg": "RS256", "use": "sig"}


KEYS = {"keys": [key_of(POOLS, "one"), key_of(SOMEBODYS, "two")]}


def checked(token: str, **changed: Any) -> DecodedToken:
    asked = {"use": "id", "keys": KEYS, "issuer": ISSUER, "client_id": CLIENT, "now": NOW}
    return check_token(token, **{**asked, **changed})


def wrong(found: DecodedToken) -> list[str]:
    return [check.name for check in found.checks if not check.ok]


def signed(claims: dict[str, Any] | None = None, *, by: Any = POOLS, alg: str = "RS256", **header: Any) -> str:
    return jwt.encode(CLAIMS if claims is None else claims, by, alg, headers={"kid": "one", **header})


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def with_the_public_key_as_a_password() -> str:
    pem = POOLS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(CLAIMS)}"
    seal = hmac.new(pem, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def test_a_right_one_is_believed() -> None:
    assert checked(signed()).is_good


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (f"{part({'alg': 'none', 'kid': 'one'})}.{part(CLAIMS)}.", "signed by none"),
        (with_the_public_key_as_a_password(), "signed by HS256"),
        (signed(alg="RS512"), "signed by RS512"),
        (signed(by=SOMEBODYS), "somebody else signed it"),
        (signed(kid="two"), "somebody else signed it"),  # by another key of the pool than it names
        (signed(kid="three"), "no key of the id"),
        (jwt.encode(CLAIMS, POOLS, "RS256"), "no key of the id"),
        # What it says of keys of its own is nobody's business.
        (
            signed(by=SOMEBODYS, kid="x", jku="http://127.0.0.1/jwks.json", jwk=key_of(SOMEBODYS, "x")),
            "no key of the id",
        ),
    ],
)
def test_who_signed_it(token: str, said: str) -> None:
    found = checked(token)
    assert wrong(found) == ["Signature"]
    assert said in found.checks[0].words


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"iss": issuer_of("eu-west-1", "eu-west-1_other")}, "Issuer"),
        ({"aud": "another"}, "Made for this client"),
        ({"aud": [CLIENT, "another"]}, "Made for this client"),
        ({"token_use": "access"}, "Kind"),
        ({"exp": int(NOW.timestamp()) - 31}, "Time"),
        ({"exp": None}, "Time"),
        ({"exp": "soon"}, "Time"),
    ],
)
def test_what_it_says(changed: dict[str, Any], name: str) -> None:
    assert wrong(checked(signed({**CLAIMS, **changed}))) == [name]


def test_an_access_token_names_its_client_elsewhere() -> None:
    """It has no `aud`: one that has it was made by somebody else."""
    access = {name: value for name, value in CLAIMS.items() if name != "aud"} | {"token_use": "access"}
    assert checked(signed({**access, "client_id": CLIENT}), use="access").is_good
    assert wrong(checked(signed({**access, "aud": CLIENT}), use="access")) == ["Made for this client"]


def test_clocks_may_differ_by_half_a_minute() -> None:
    assert checked(signed(), now=NOW + timedelta(seconds=89)).is_good
    assert wrong(checked(signed(), now=NOW + timedelta(seconds=91))) == ["Time"]


@pytest.mark.parametrize(
    "keys", [{}, {"keys": "x"}, {"keys": [{}]}, {"keys": [1]}, {"keys": [{"kty": "oct", "k": "AAAA", "kid": "one"}]}]
)
def test_keys_that_are_none_verify_nothing(keys: dict[str, Any]) -> None:
    assert wrong(checked(signed(), keys=keys)) == ["Signature"]


@pytest.mark.parametrize(
    "token", ["", "...", "\0.\0.\0", f"{part({'alg': 'RS256'})}.{'[' * 5000}.x", f"{part(['RS256'])}.{part({})}.x"]
)
def test_what_is_no_token_is_said(token: str) -> None:
    assert wrong(checked(token)) == ["Form"]


CLAIM = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)


@given(claims=st.dictionaries(st.sampled_from(["iss", "aud", "token_use", "exp", "sub", "x"]), CLAIM))
def test_no_claims_break_it(claims: dict[str, Any]) -> None:
    token = f"{part({'alg': 'RS256', 'kid': 'one'})}.{part(claims)}.{'A' * 342}"
    assert "Signature" in wrong(checked(token))


def test_claims_are_shown_as_they_are_written_and_moments_as_moments() -> None:
    claims = {**CLAIMS, "email_verified": True, "cognito:groups": ["gold", "ü"], "auth_time": "soon", "at": 1}
    said = checked(signed(claims)).said
    assert ("email_verified", "true", "") in said
    assert ("cognito:groups", '["gold", "ü"]', "") in said
    assert ("exp", str(CLAIMS["exp"]), "1 May 2026, 12:01:00 UTC") in said
    assert ("auth_time", "soon", "") in said
    assert ("at", "1", "") in said
