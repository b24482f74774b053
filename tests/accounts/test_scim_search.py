"""`POST /.search` at the root, over users and groups (RFC 7644, 3.4.3)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ScimUser
from accounts.scim import lists
from tests.services.scim_client import ScimDirectory

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def everything(directory: ScimDirectory) -> list[str]:
    """Names, in their order: of users, then of groups."""
    uids = [directory.make_user(name) for name in ("ada", "bea", "cleo")]
    directory.make_group("Auditors", *uids[:2])
    directory.make_group("Cleo")
    return ["ada@example.org", "bea@example.org", "cleo@example.org", "Auditors", "Cleo"]


def search(directory: ScimDirectory, **asked: Any) -> Any:
    answer = directory.ask("POST", ".search", {"schemas": [SEARCH], **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(found: Any) -> list[str]:
    return [each.get("userName") or each["displayName"] for each in found["Resources"]]


def test_it_finds_all_that_there_is(directory: ScimDirectory, everything: list[str]) -> None:
    found = search(directory)
    assert (names(found), found["totalResults"]) == (everything, 5)
    assert [each["meta"]["resourceType"] for each in found["Resources"]] == ["User"] * 3 + ["Group"] * 2
    assert len(found["Resources"][3]["members"]) == 2


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ('userName eq "bea@example.org"', ["bea@example.org"]),
        ('displayName eq "cleo"', ["cleo@example.org", "Cleo"]),
        ('userName sw "a" or displayName sw "A"', ["ada@example.org", "Auditors"]),
        ("not (userName pr)", ["Auditors", "Cleo"]),
        ('meta.resourceType eq "Group"', ["Auditors", "Cleo"]),
        ('members.value eq "{ada}"', ["Auditors"]),
    ],
)
def test_an_attribute_that_a_type_lacks_fits_none_of_it(
    directory: ScimDirectory, everything: list[str], asked: str, expected: list[str]
) -> None:
    ada = ScimUser.objects.get(user_name="ada@example.org").uid
    assert names(search(directory, filter=asked.replace("{ada}", ada))) == expected


@pytest.mark.parametrize("asked", [{}, {"filter": "id pr"}])
def test_pages_go_on_from_users_to_groups(directory: ScimDirectory, everything: list[str], asked: Any) -> None:
    pages = [search(directory, startIndex=start, count=2, **asked) for start in (1, 3, 5, 7)]
    assert [name for page in pages for name in names(page)] == everything
    assert {page["totalResults"] for page in pages} == {5}


def test_what_isnt_wanted_isnt_told(directory: ScimDirectory, everything: list[str]) -> None:
    found = search(directory, attributes=["userName", "displayName"])
    assert all(set(each) <= {"schemas", "id", "userName", "displayName"} for each in found["Resources"])
    assert not any("members" in each for each in search(directory, excludedAttributes=["members"])["Resources"])


def test_an_attribute_that_no_type_has_is_refused(directory: ScimDirectory) -> None:
    answer = directory.ask("POST", ".search", {"schemas": [SEARCH], "filter": 'colour eq "red"'})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")
    assert directory.ask("GET", ".search").status_code == 405


def test_rows_of_the_other_type_are_not_compared(
    directory: ScimDirectory, everything: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COMPARED", 1)
    assert names(search(directory, filter='userName eq "bea@example.org"')) == ["bea@example.org"]


def test_without_a_token_nothing_is_told(live_server: Any, everything: list[str]) -> None:
    assert ScimDirectory(live_server.url, "iamconsole-scim-x").ask("POST", ".search", {}).status_code == 401
