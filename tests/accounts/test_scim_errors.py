"""What is wrong with a request of a directory: in plain words, and as RFC 7644, 3.12 has it, wherever it is found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.scim_client import ScimDirectory

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"count": "x"}, "count: It must be a whole number."),
        ({"filter": 5}, "filter: Expected str or ScimFilter, got int."),
        ({"attributes": ["id"], "excludedAttributes": ["id"]}, "'attributes' and"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(directory: ScimDirectory, asked: Any, sentence: str) -> None:
    answer = directory.ask("POST", "Users/.search", {"schemas": [SEARCH], **asked})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(sentence)


def test_what_comes_to_no_endpoint_is_answered_as_scim_has_it(directory: ScimDirectory) -> None:
    for answer in (directory.ask("GET", "Users?filter=%00"), directory.ask("GET", "")):
        assert answer.headers["Content-Type"] == "application/scim+json"
        assert answer.json()["status"] == str(answer.status_code)


def test_a_value_that_an_attribute_cant_have_is_said(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    answer = directory.patch(f"Users/{uid}", {"op": "replace", "path": "active", "value": "perhaps"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "active: It must be true or false.")
