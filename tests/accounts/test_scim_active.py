"""`active` of a user that the directory takes away (RFC 7644, 3.5.2.2): who has no word for them isn't let in."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, Operator
from accounts.services import scim_operators
from tests.accounts.scim import named
from tests.services.scim_client import USER, ScimDirectory

REMOVE: dict[str, Any] = {"op": "remove", "path": "active"}
WAYS = [REMOVE, {"op": "replace", "path": "active", "value": None}, {"op": "replace", "value": {"active": None}}]


@pytest.fixture
def dana(directory: ScimDirectory) -> str:
    return directory.make_user("dana")


def active(directory: ScimDirectory, uid: str) -> Any:
    return directory.ask("GET", f"Users/{uid}").json().get("active", "unassigned")


@pytest.mark.parametrize("way", WAYS)
def test_it_keeps_them_out_until_it_is_said_again(directory: ScimDirectory, dana: str, way: dict[str, Any]) -> None:
    answer = directory.patch(f"Users/{dana}", way)
    assert (answer.status_code, "active" in answer.json()) == (200, False)
    assert named("dana").is_active is False
    assert AuditEntry.objects.filter(verb="operator.deactivated").count() == 1
    directory.patch(f"Users/{dana}", {"op": "replace", "path": "active", "value": True})
    assert (named("dana").is_active, active(directory, dana)) == (True, True)
    changes = [each.data["changes"]["active"] for each in AuditEntry.objects.filter(verb="scim.user_changed")]
    assert sorted(changes) == [["", "null"], ["null", ""]]


def test_it_lets_in_nobody_whom_an_owner_deactivated(directory: ScimDirectory, dana: str) -> None:
    Operator.objects.filter(email="dana@example.org").update(is_active=False)
    directory.patch(f"Users/{dana}", REMOVE)
    assert (named("dana").is_active, active(directory, dana)) == (False, "unassigned")
    directory.patch(f"Users/{dana}", {"op": "replace", "path": "active", "value": True})
    assert named("dana").is_active is False, "an owner decided that"


def test_who_replaces_the_user_without_it_changes_nothing_of_it(directory: ScimDirectory, dana: str) -> None:
    user = {"schemas": [USER], "userName": "dana@example.org"}
    directory.ask("PUT", f"Users/{dana}", user)
    assert active(directory, dana) is True
    directory.patch(f"Users/{dana}", REMOVE)
    directory.ask("PUT", f"Users/{dana}", {**user, "displayName": "Dana"})
    assert active(directory, dana) == "unassigned"


def test_no_filter_by_it_finds_them(directory: ScimDirectory, dana: str) -> None:
    directory.patch(f"Users/{dana}", REMOVE)
    for asked, found in (("active eq true", 0), ("active eq false", 0), ("active pr", 0), ("not (active pr)", 1)):
        assert directory.ask("GET", "Users", params={"filter": asked}).json()["totalResults"] == found, asked


def test_the_last_owner_stays(directory: ScimDirectory, olga: Operator) -> None:
    row = scim_operators.hand_over(actor=olga, operator=olga)
    assert directory.patch(f"Users/{row.uid}", REMOVE).status_code == 403
    assert (named("olga").is_active, active(directory, row.uid)) == (True, True)


def test_the_schema_says_so_and_that_a_user_needs_an_address(directory: ScimDirectory) -> None:
    attributes = {each["name"]: each for each in directory.ask("GET", f"Schemas/{USER}").json()["attributes"]}
    assert "kept out" in attributes["active"]["description"]
    assert "e-mail address" in attributes["userName"]["description"]
    (value,) = [each for each in attributes["emails"]["subAttributes"] if each["name"] == "value"]
    assert "e-mail address" in value["description"]
