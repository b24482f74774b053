"""Whether a token of a user pool is valid, claim by claim.

"Verifying JSON web tokens" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from iamconsole.web.words import full_time

ALGORITHM = "RS256"
LEEWAY_S = 30  # by which the clocks of AWS and console may differ
ID, ACCESS = "id", "access"
_MOMENTS = ("auth_time", "exp", "iat", "nbf")


@dataclass(frozen=True)
class TokenCheck:
    """`words`: what is so."""

    name: str
    ok: bool
    words: str


@dataclass(frozen=True)
class DecodedToken:
    """A token, taken apart. `claims` and `header` are empty where it is none."""

    text: str
    use: str  # what it should be: id, access
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    checks: tuple[TokenCheck, ...]

    @property
    def title(self) -> str:
        return "ID token" if self.use == ID else "Access token"

    @property
    def is_good(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """Each claim as it is written, and when that is: "" of one that is no moment."""
        return [(name, _written(value), _when(name, value)) for name, value in self.claims.items()]


def issuer_of(region: str, pool_id: str) -> str:
    host = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://cognito-idp.{region}.{host}/{pool_id}"


def check_token(
    token: str, *, use: str, keys: Mapping[str, Any], issuer: str, client_id: str, now: datetime
) -> DecodedToken:
    """`keys`: the pool's JSON Web Key Set. Takes any text; never raises."""
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        return DecodedToken(token, use, {}, {}, (TokenCheck("Form", False, f"It is no token: {error}"),))
    audience = "aud" if use == ID else "client_id"
    checks = (
        _signature(token, header, keys),
        _equals("Issuer", "iss", claims, issuer),
        _equals("Made for this client", audience, claims, client_id),
        _equals("Kind", "token_use", claims, use),
        _expiry(claims, now),
    )
    return DecodedToken(token, use, header, claims, checks)


def _signature(token: str, header: Mapping[str, Any], keys: Mapping[str, Any]) -> TokenCheck:
    name = "Signature"
    if header.get("alg") != ALGORITHM:
        return TokenCheck(
            name, False, f"It says it is signed by {header.get('alg')!s:.20}; Cognito signs by {ALGORITHM} only"
        )
    try:
        known = {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys}
        key = known.get(header.get("kid"))
        if key is None:
            return TokenCheck(name, False, "The pool publishes no key of the id that it names")
        off = dict.fromkeys(("verify_aud", "verify_iss", "verify_exp", "verify_iat", "verify_nbf"), False)
        jwt.decode(token, key, algorithms=[ALGORITHM], options=off)  # type: ignore[arg-type]  # a TypedDict
    except jwt.PyJWTError:
        return TokenCheck(name, False, "It isn’t that of the pool: the token was changed, or somebody else signed it")
    return TokenCheck(name, True, f"By the pool’s key {header['kid'][:12]}…")


def _equals(name: str, claim: str, claims: Mapping[str, Any], wanted: str) -> TokenCheck:
    found = claims.get(claim)
    if found == wanted:
        return TokenCheck(name, True, f"{claim} is {wanted}")
    return TokenCheck(
        name, False, f"{claim} is {found!s:.200} and not {wanted}" if claim in claims else f"It has no {claim}"
    )


def _expiry(claims: Mapping[str, Any], now: datetime) -> TokenCheck:
    name = "Time"
    expires = _moment(claims.get("exp"))
    if expires is None:
        return TokenCheck(name, False, "It doesn’t say when it ends")
    left = (expires - now).total_seconds()
    if left + LEEWAY_S <= 0:
        return TokenCheck(name, False, f"It ended on {full_time(expires)}")
    return TokenCheck(name, True, f"Good for {max(1, round(left / 60))} more minutes")


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _when(name: str, value: Any) -> str:
    at = _moment(value) if name in _MOMENTS else None
    return full_time(at) if at else ""


def _moment(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
