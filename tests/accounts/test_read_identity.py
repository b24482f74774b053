"""Which e-mail address of an identity provider's two answers is believed."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.oidc.identity import identity_of

MINE, OTHER = "dora@example.org", "olga@example.org"
YES: dict[str, Any] = {"email_verified": True}
NO: dict[str, Any] = {"email_verified": False}


@pytest.mark.parametrize(
    ("token", "userinfo", "email"),
    [
        ({"email": MINE, **YES}, {}, MINE),
        ({}, {"email": MINE, **YES}, MINE),
        ({}, {"email": MINE, "email_verified": "true"}, MINE),
        ({"email": MINE}, {"email": MINE, **YES}, MINE),
        # The pair is of one source: what the other says of itself is about another address.
        ({"email": OTHER}, {"email": MINE, **YES}, MINE),
        ({"email": OTHER}, YES, ""),
        (YES, {"email": OTHER}, ""),
        (YES, {"email": OTHER, **NO}, ""),
        ({"email": OTHER, **NO}, {"email": MINE, **YES}, ""),
        ({"email": OTHER, **NO}, {}, ""),
        ({"email": MINE}, {}, ""),
        ({"email": MINE, "email_verified": 1}, {}, ""),
        ({"email": MINE, "email_verified": "1"}, {}, ""),
        ({}, YES, ""),
    ],
)
def test_address_and_verified_come_from_one_answer(token: dict[str, Any], userinfo: dict[str, Any], email: str) -> None:
    assert identity_of({"iss": "i", "sub": "s", **token}, userinfo).email == email


@pytest.mark.parametrize(
    ("token", "userinfo", "email"),
    [
        ({"email": MINE}, {}, MINE),
        ({"email": MINE}, {"email": OTHER}, MINE),
        ({}, {"email": MINE}, MINE),
        ({"email": MINE}, NO, ""),
        ({"email": MINE, **NO}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_a_provider_that_never_says_so_is_trusted_where_told(
    settings: Any, token: dict[str, Any], userinfo: dict[str, Any], email: str
) -> None:
    settings.OIDC_TRUST_EMAIL = True
    assert identity_of({"iss": "i", "sub": "s", **token}, userinfo).email == email


def test_a_name_comes_to_one_line_of_what_is_seen() -> None:
    said = {"iss": "i", "sub": "s", "name": " Dora\u00a0\r\nBcc:\u202e x\u00ad\x00 "}
    assert identity_of(said, {}).name == "Dora Bcc: x"
