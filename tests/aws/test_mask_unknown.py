"""Members that our botocore's models don't have yet are kept, but for what looks like a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.aws.secrets import masked
from sync.snapshot import shapes
from tests.aws.test_read_xml import answer, read

HIDDEN = "<secret>"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE"


def of_user(xml: str) -> dict[str, Any]:
    body = answer("GetUser", f"<User><UserName>jane</UserName>{xml}</User>")
    user: dict[str, Any] = read("GetUser", body)["User"]
    return user


@pytest.mark.parametrize(
    ("xml", "seen"),
    [
        ("<BackupPassword>hunter-22</BackupPassword>", {"BackupPassword": HIDDEN}),
        ("<PrivateKeyBody>MIIE</PrivateKeyBody>", {"PrivateKeyBody": HIDDEN}),
        ("<RefreshToken>12345678</RefreshToken>", {"RefreshToken": HIDDEN}),
        ("<Extra><ClientSecret>s3cr</ClientSecret><Id>7</Id></Extra>", {"Extra": {"ClientSecret": HIDDEN, "Id": "7"}}),
        ("<Secrets><member>a</member><member>b</member></Secrets>", {"Secrets": [HIDDEN, HIDDEN]}),
        ("<Secret><Of><Text>a</Text></Of></Secret>", {"Secret": {"Of": {"Text": HIDDEN}}}),
        (
            "<Extra><member><Key>api_key</Key><Value>a</Value></member></Extra>",
            {"Extra": [{"Key": "api_key", "Value": HIDDEN}]},
        ),
        (f"<Body>{PEM}</Body>", {"Body": HIDDEN}),
    ],
)
def test_what_looks_like_a_secret_is_masked(xml: str, seen: dict[str, Any]) -> None:
    assert of_user(xml) == {"UserName": "jane"} | seen


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PasswordResetNeeded", "true"),
        ("MinimumPasswordAge", "30"),
        ("TokenExpires", "2026-11-20T10:00:00Z"),
        ("SecretNote", ""),
        ("Shade", "blue"),
    ],
)
def test_what_tells_nothing_is_kept(name: str, text: str) -> None:
    assert of_user(f"<{name}>{text}</{name}>") == {"UserName": "jane", name: text}


def test_files_are_masked_alike() -> None:
    user = shapes.members({"UserName": shapes.text(64)}, {"Password": shapes.truth})
    described = {"UserName": "jane", "Password": True, "Passwords": {"Old": "hunter-22"}, "Age": 3}
    assert user(described) == described | {"Passwords": {"Old": HIDDEN}}


@given(
    st.recursive(
        st.text() | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_can_be_masked(value: Any) -> None:
    assert json.dumps(masked("Secret", [value, "hunter-22"])).count("hunter-22") == 0
    masked("Shade", value)
