"""What a directory can't do by SCIM: let in whom an owner keeps out, make owners, or take an owner's address."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from accounts.models import ApiToken, AuditEntry, AwsAccount, Grant, GrantRule, Operator, ScimUser
from accounts.roles import Role
from accounts.services import grant_rules, grants, operators
from tests.accounts.scim import api_token, mapped, named
from tests.conftest import make_operator
from tests.services.scim_client import USER, ScimDirectory

OFF: dict[str, Any] = {"op": "Replace", "path": "active", "value": False}
ON: dict[str, Any] = {"op": "Replace", "path": "active", "value": True}
DIRECTORY = "The directory (Entra ID)"


def set_active(olga: Operator, active: bool) -> None:
    """As an owner does on the admin's page."""
    dana = named("dana")
    before: dict[str, object] = {"is_active": dana.is_active}
    dana.is_active = active
    operators.change(actor=olga, operator=dana, before=before)


# ---- Who is kept out -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["active", "delete"])
def test_the_directory_ends_again_whom_an_owner_had_let_in(
    directory: ScimDirectory, olga: Operator, aws_account: AwsAccount, way: str
) -> None:
    uid = directory.make_user("dana")
    directory.patch(f"Users/{uid}", OFF)
    set_active(olga, True)
    Grant.objects.create(operator=named("dana"), aws_account=aws_account, role=Role.VIEWER)
    answer = directory.patch(f"Users/{uid}", OFF) if way == "active" else directory.ask("DELETE", f"Users/{uid}")
    assert answer.ok
    assert not named("dana").is_active
    assert not Grant.objects.filter(operator=named("dana")).exists()
    assert AuditEntry.objects.filter(verb="operator.deactivated", actor_name=DIRECTORY).count() == 2


def test_whom_an_owner_deactivated_isnt_let_in_by_deactivating_first(directory: ScimDirectory, olga: Operator) -> None:
    uid = directory.make_user("dana")
    set_active(olga, False)
    directory.patch(f"Users/{uid}", OFF, {"op": "Replace", "path": "displayName", "value": "D."})
    directory.patch(f"Users/{uid}", ON)
    assert not named("dana").is_active


def test_whom_an_owner_deactivated_isnt_made_anew(directory: ScimDirectory, olga: Operator) -> None:
    uid = directory.make_user("dana")
    set_active(olga, False)
    assert directory.ask("DELETE", f"Users/{uid}").status_code == 204
    answer = directory.ask("POST", "Users", {"schemas": [USER], "userName": "dana@example.org"})
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert not named("dana").is_active


def test_a_deleted_user_whom_an_owner_let_in_is_nobodys_to_take_over(directory: ScimDirectory, olga: Operator) -> None:
    uid = directory.make_user("dana")
    directory.ask("DELETE", f"Users/{uid}")
    set_active(olga, True)
    answer = directory.ask("POST", "Users", {"schemas": [USER], "userName": "dana@example.org", "active": False})
    assert answer.status_code == 409, answer.text
    assert named("dana").is_active


def test_put_without_active_lets_nobody_in(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    directory.patch(f"Users/{uid}", OFF)
    answer = directory.ask("PUT", f"Users/{uid}", {"schemas": [USER], "userName": "dana@example.org"})
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert not named("dana").is_active


# ---- Owners ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["grant", "rule"])
def test_a_group_that_gets_the_role_owner_later_loses_its_members_of_the_directory(
    directory: ScimDirectory, olga: Operator, aws_account: AwsAccount, way: str
) -> None:
    directory.make_group("Auditors", directory.make_user("dana"))
    group = mapped("Auditors", Role.VIEWER, aws_account, olga)
    assert named("dana").groups.exists()
    if way == "grant":
        given = grants.give(actor=olga, grant=Grant(group=group, role=Role.OWNER))
    else:
        rule = grant_rules.give(actor=olga, rule=unit_rule(group))
    assert not named("dana").groups.exists()
    assert not named("dana").is_staff
    if way == "grant":
        grants.take(actor=olga, grant=given)
    else:
        grant_rules.take(actor=olga, rule=rule)
    assert named("dana").groups.get() == group
    said = AuditEntry.objects.filter(verb="operator.directory_followed", object_name="dana@example.org")
    assert said.filter(actor_name=olga.email).count() == 3


def test_members_stay_where_the_mapping_makes_owners(
    directory: ScimDirectory, olga: Operator, aws_account: AwsAccount
) -> None:
    directory.make_group("Owners", directory.make_user("dana"))
    group = mapped("Owners", Role.VIEWER, aws_account, olga, may_own=True)
    grants.give(actor=olga, grant=Grant(group=group, aws_account=aws_account, role=Role.OWNER))
    assert named("dana").groups.get() == group


def test_the_directory_cant_change_the_address_of_an_owner_whom_no_mapping_made_one(
    directory: ScimDirectory, olga: Operator, aws_account: AwsAccount
) -> None:
    uid = directory.make_user("dana")
    directory.make_group("Auditors", uid)
    group = mapped("Auditors", Role.VIEWER, aws_account, olga)
    Grant.objects.create(group=group, role=Role.OWNER)  # as a worker of the version before gives it
    answer = directory.patch(f"Users/{uid}", {"op": "Replace", "path": "userName", "value": "eve@example.org"}, ADDRESS)
    assert answer.status_code == 400, answer.text
    assert named("dana").is_active


ADDRESS = {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "eve@example.org"}


def unit_rule(group: Group) -> GrantRule:
    unit = {"organization_id": "o-abcdefghij", "unit_id": "ou-abcd-12345678", "unit_name": "A"}
    return GrantRule(group=group, role=Role.OWNER, **unit)


def test_members_stay_when_others_become_owners(
    directory: ScimDirectory, olga: Operator, aws_account: AwsAccount
) -> None:
    directory.make_group("Auditors", directory.make_user("dana"))
    group = mapped("Auditors", Role.VIEWER, aws_account, olga)
    grants.give(actor=olga, grant=Grant(operator=make_operator("oskar", Role.VIEWER, None), role=Role.OWNER))
    grants.give(actor=olga, grant=Grant(group=group, aws_account=aws_account, role=Role.APPROVER))
    assert named("dana").groups.get() == group


# ---- Addresses -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["bo\u212a@example.org", "b\u00f6b@example.org"])
def test_an_address_has_a_local_part_of_ascii(directory: ScimDirectory, address: str) -> None:
    """U+212A, the sign of Kelvin, is “k” in lower case: else it would name somebody else."""
    answer = directory.ask("POST", "Users", {"schemas": [USER], "userName": address})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    assert not ScimUser.objects.exists()


def test_a_domain_in_another_script_is_kept_as_dns_has_it(directory: ScimDirectory) -> None:
    answer = directory.ask("POST", "Users", {"schemas": [USER], "userName": "Dana@B\u00dccher.example"})
    assert answer.status_code == 201, answer.text
    assert Operator.objects.filter(email="dana@xn--bcher-kva.example").exists()


# ---- The audit trail -------------------------------------------------------------------------------------------------
def test_what_the_directory_changes_is_written_down_as_done_by_it(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    assert AuditEntry.objects.get(verb="operator.made").actor_name == DIRECTORY
    directory.patch(
        f"Users/{uid}",
        {"op": "Replace", "path": "displayName", "value": "Dana Roe"},
        {"op": "Replace", "path": "externalId", "value": "42"},
    )
    entry = AuditEntry.objects.get(verb="scim.user_changed")
    assert (entry.actor_name, entry.object_name) == (DIRECTORY, "dana@example.org")
    assert entry.data["changes"] == {
        "displayName": ['"Dana"', '"Dana Roe"'],
        "externalId": ["0a21f0f2-dana", "42"],
        "operator": ["Dana", "Dana Roe"],
    }
    directory.ask("DELETE", f"Users/{uid}")
    assert AuditEntry.objects.get(verb="scim.user_deleted").actor_name == DIRECTORY


def test_tokens_that_end_with_a_leaver_are_ended_by_the_directory(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    token = api_token(named("dana"))
    directory.ask("DELETE", f"Users/{uid}")
    assert not ApiToken.objects.in_force().filter(pk=token.pk).exists()
    assert AuditEntry.objects.get(verb="api_token.ended").actor_name == DIRECTORY
