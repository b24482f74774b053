"""A directory makes, changes and ends operators by SCIM 2.0, over HTTP.

Requests have the shapes that are documented: “Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID”
(learn.microsoft.com), “SCIM 2.0 Protocol Reference” (developer.okta.com).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.access import may
from accounts.models import ApiToken, AuditEntry, AwsAccount, Grant, GrantRule, Operator, ScimGroup, ScimToken, ScimUser
from accounts.roles import APPROVE, SEE_IAM, Role
from accounts.services import scim_groups, scim_operators, scim_tokens
from tests.accounts.scim import api_token, mapped, named
from tests.conftest import make_operator
from tests.services.scim_client import PATCH_OP, USER, ScimDirectory


# ---- Users -----------------------------------------------------------------------------------------------------------
def test_a_user_of_entra_id_becomes_an_operator_without_grants(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    dana = named("dana")
    assert (dana.name, dana.is_active, dana.has_usable_password(), dana.is_stranger) == ("Dana", True, False, True)
    said = directory.ask("GET", f"Users/{uid}").json()
    assert said["userName"] == "dana@example.org"
    assert said["active"] is True
    assert said["meta"]["location"].endswith(f"/scim/v2/Users/{uid}")
    assert "department" not in str(said), "what the console has no use for isn't kept"
    entry = AuditEntry.objects.get(verb="operator.made")
    assert entry.reason == "Made by SCIM: The directory (Entra ID)."


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(
            {"op": "Replace", "path": "active", "value": "False"}, id="Entra ID without the flag aadOptscim062020"
        ),
        pytest.param({"op": "replace", "path": "active", "value": False}, id="Entra ID"),
        pytest.param({"op": "replace", "value": {"active": False}}, id="Okta"),
    ],
)
def test_who_is_deactivated_loses_sessions_and_grants_at_once(
    directory: ScimDirectory,
    operation: dict[str, Any],
    aws_account: AwsAccount,
    olga: Operator,
    client_of: Callable[..., Client],
) -> None:
    uid = directory.make_user("dana")
    directory.make_group("Auditors", uid)
    mapped("Auditors", Role.VIEWER, aws_account, olga)
    dana = named("dana")
    Grant.objects.create(operator=dana, aws_account=aws_account, role=Role.APPROVER)
    signed_in = client_of(dana)
    UserSession.objects.create(
        user=dana, session_key=signed_in.session.session_key, ip="127.0.0.1", user_agent="a browser"
    )
    token = api_token(dana)
    assert may(dana, SEE_IAM, aws_account)
    answer = directory.patch(f"Users/{uid}", operation)
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    dana = named("dana")
    assert not dana.is_active
    assert not Grant.objects.filter(operator=dana).exists()
    assert not dana.groups.exists()
    assert not ApiToken.objects.in_force().filter(pk=token.pk).exists()
    assert not may(dana, APPROVE, aws_account)
    page = signed_in.get("/accounts/")
    assert (page.status_code, page["Location"].startswith("/auth/login/")) == (302, True)
    verbs = set(AuditEntry.objects.filter(actor_name="The directory (Entra ID)").values_list("verb", flat=True))
    assert {"operator.deactivated", "grant.taken", "operator.changed"} <= verbs


def test_who_comes_back_gets_the_groups_of_the_directory_and_no_grant_of_their_own(
    directory: ScimDirectory, aws_account: AwsAccount, olga: Operator
) -> None:
    uid = directory.make_user("dana")
    directory.make_group("Auditors", uid)
    mapped("Auditors", Role.VIEWER, aws_account, olga)
    Grant.objects.create(operator=named("dana"), aws_account=aws_account, role=Role.APPROVER)
    for active in (False, True):
        directory.patch(f"Users/{uid}", {"op": "Replace", "path": "active", "value": active})
    assert may(named("dana"), SEE_IAM, aws_account)
    assert not may(named("dana"), APPROVE, aws_account)


def test_whom_an_owner_deactivated_stays_so(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    Operator.objects.filter(email="dana@example.org").update(is_active=False)
    answer = directory.patch(f"Users/{uid}", {"op": "Replace", "path": "active", "value": True})
    assert answer.json()["active"] is False
    assert not named("dana").is_active


def test_a_deleted_user_is_gone_for_the_directory_and_may_be_made_anew(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    assert directory.ask("DELETE", f"Users/{uid}").status_code == 204
    assert directory.ask("GET", f"Users/{uid}").status_code == 404
    assert directory.ask("DELETE", f"Users/{uid}").status_code == 404
    assert not named("dana").is_active
    assert directory.make_user("dana") != uid
    assert named("dana").is_active


def test_an_operator_who_was_here_is_not_taken_over(directory: ScimDirectory, bob: Operator) -> None:
    answer = directory.ask("POST", "Users", {"schemas": [USER], "userName": "BOB@example.org"})
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    found = directory.ask("GET", "Users", params={"filter": 'userName eq "bob@example.org"'}).json()
    assert found["totalResults"] == 0


def test_an_operator_who_was_handed_over_is_found_by_the_address(
    directory: ScimDirectory, bob: Operator, olga: Operator
) -> None:
    scim_operators.hand_over(actor=olga, operator=bob)
    found = directory.ask("GET", "Users", params={"filter": 'userName eq "Bob@Example.org"'}).json()
    assert [each["userName"] for each in found["Resources"]] == ["bob@example.org"]
    path = f"Users/{found['Resources'][0]['id']}"
    assert directory.patch(path, {"op": "Add", "path": "externalId", "value": "58342554"}).status_code == 200
    assert ScimUser.objects.get(operator=bob).external_id == "58342554"


def test_the_directory_cant_change_the_address_of_who_holds_more_than_it_gave(
    directory: ScimDirectory, bob: Operator, olga: Operator
) -> None:
    scim_operators.hand_over(actor=olga, operator=bob)
    uid = ScimUser.objects.get(operator=bob).uid
    answer = directory.patch(
        f"Users/{uid}", {"op": "Add", "path": 'emails[type eq "work"].value', "value": "mallory@example.org"}
    )
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    assert Operator.objects.get(pk=bob.pk).email == "bob@example.org"


def test_the_directory_renames_whom_it_made(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    answer = directory.patch(
        f"Users/{uid}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "dana.new@example.org"},
        {"op": "Replace", "path": "userName", "value": "dana.new@example.org"},
        {"op": "Replace", "path": "displayName", "value": "Dana New"},
        {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "IT"},
    )
    assert answer.status_code == 200, answer.text
    assert Operator.objects.get(email="dana.new@example.org").name == "Dana New"


def test_okta_replaces_the_whole_user(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    said = directory.ask("GET", f"Users/{uid}").json()
    answer = directory.ask(
        "PUT", f"Users/{uid}", {**said, "displayName": "Dana Okta", "active": True, "locale": "en-US"}
    )
    assert (answer.status_code, answer.json()["displayName"]) == (200, "Dana Okta")
    assert named("dana").name == "Dana Okta"


# ---- Lists -----------------------------------------------------------------------------------------------------------
def test_filters_and_pages(directory: ScimDirectory) -> None:
    for number in range(5):
        directory.make_user(f"u{number}")
    page = directory.ask("GET", "Users", params={"startIndex": 4, "count": 2}).json()
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 4, 2)
    assert [each["userName"] for each in page["Resources"]] == ["u3@example.org", "u4@example.org"]
    for asked, names in {
        'externalId eq "0a21f0f2-u2"': ["u2"],
        'userName sw "u" and not (userName eq "u0@example.org")': ["u1", "u2", "u3", "u4"],
        'emails[type eq "work" and value eq "u1@example.org"]': ["u1"],
        "active eq false": [],
    }.items():
        found = directory.ask("GET", "Users", params={"filter": asked}).json()
        assert [each["userName"].partition("@")[0] for each in found["Resources"]] == names, asked
    assert directory.ask("GET", "Users", params={"count": 0}).json()["Resources"] == []
    for more in ({}, {"filter": "active eq true"}):
        past = directory.ask("GET", "Users", params={"startIndex": 10**30, **more}).json()
        assert (past["totalResults"], past["Resources"]) == (5, [])


@pytest.mark.parametrize(
    "asked", ["userName eq", 'password eq "x"', '"' * 400, "(" * 2000 + 'userName eq "a"', "a" * 5000]
)
def test_a_bad_filter_is_refused(directory: ScimDirectory, asked: str) -> None:
    answer = directory.ask("GET", "Users", params={"filter": asked})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")


# ---- Groups ----------------------------------------------------------------------------------------------------------
def test_a_group_of_the_directory_gives_what_an_owner_maps_it_to(
    directory: ScimDirectory, aws_account: AwsAccount, olga: Operator
) -> None:
    uid = directory.make_user("dana")
    group = directory.make_group("Auditors")
    mapped("Auditors", Role.VIEWER, aws_account, olga)
    assert not may(named("dana"), SEE_IAM, aws_account)
    answer = directory.patch(
        f"Groups/{group}", {"op": "Add", "path": "members", "value": [{"$ref": None, "value": uid}]}
    )
    assert answer.status_code == 200, answer.text
    assert may(named("dana"), SEE_IAM, aws_account)
    directory.patch(f"Groups/{group}", {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": uid}]})
    assert not may(named("dana"), SEE_IAM, aws_account)


def test_okta_removes_a_member_by_a_filter_and_renames_by_a_value(
    directory: ScimDirectory, aws_account: AwsAccount, olga: Operator
) -> None:
    dana, eve = directory.make_user("dana"), directory.make_user("eve")
    group = directory.make_group("Auditors", dana, eve)
    mapped("Auditors", Role.VIEWER, aws_account, olga)
    answer = directory.patch(
        f"Groups/{group}",
        {"op": "remove", "path": f'members[value eq "{dana}"]'},
        {"op": "replace", "value": {"id": group, "displayName": "Audit"}},
    )
    assert answer.status_code == 200, answer.text
    assert not may(named("dana"), SEE_IAM, aws_account)
    assert may(named("eve"), SEE_IAM, aws_account)
    assert ScimGroup.objects.get().display_name == "Audit"


def test_what_an_owner_gave_by_hand_stays_when_the_directory_takes(
    directory: ScimDirectory, aws_account: AwsAccount, olga: Operator
) -> None:
    uid = directory.make_user("dana")
    group = directory.make_group("Auditors")
    there = mapped("Auditors", Role.VIEWER, aws_account, olga)
    named("dana").groups.add(there)
    directory.patch(f"Groups/{group}", {"op": "Add", "path": "members", "value": [{"value": uid}]})
    assert directory.ask("DELETE", f"Groups/{group}").status_code == 204
    assert may(named("dana"), SEE_IAM, aws_account)


def test_the_role_owner_is_given_only_where_the_mapping_says_so(
    directory: ScimDirectory, aws_account: AwsAccount, olga: Operator
) -> None:
    directory.make_group("Owners", directory.make_user("dana"))
    there = mapped("Owners", Role.OWNER, aws_account, olga)
    assert named("dana").is_stranger
    scim_groups.map_group(actor=olga, row=ScimGroup.objects.get(), group=there, may_own=True)
    assert named("dana").is_staff


def test_entra_id_asks_for_a_group_without_its_members(directory: ScimDirectory) -> None:
    group = directory.make_group("Auditors", directory.make_user("dana"))
    said = directory.ask("GET", f"Groups/{group}", params={"excludedAttributes": "members"}).json()
    assert (said["displayName"], "members" in said) == ("Auditors", False)
    found = directory.ask(
        "GET", "Groups", params={"excludedAttributes": "members", "filter": 'displayName eq "Auditors"'}
    ).json()
    assert [(each["id"], "members" in each) for each in found["Resources"]] == [(group, False)]


def test_a_member_whom_nobody_knows_is_refused(directory: ScimDirectory) -> None:
    group = directory.make_group("Auditors")
    answer = directory.patch(f"Groups/{group}", {"op": "Add", "path": "members", "value": [{"value": "nobody"}]})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")


# ---- The last owner --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["active", "delete", "group"])
def test_the_last_owner_cant_be_locked_out(directory: ScimDirectory, olga: Operator, way: str) -> None:
    if way == "group":
        uid = directory.make_user("dana")
        path = f"Groups/{directory.make_group('Owners', uid)}"
        group = Group.objects.create(name="Owners")
        Grant.objects.create(group=group, role=Role.OWNER)
        scim_groups.map_group(actor=olga, row=ScimGroup.objects.get(), group=group, may_own=True)
        Grant.objects.filter(operator=olga).delete()
        answer = directory.patch(path, {"op": "Remove", "path": "members", "value": [{"value": uid}]})
    else:
        uid = scim_operators.hand_over(actor=olga, operator=olga).uid
        off = {"op": "Replace", "path": "active", "value": False}
        answer = directory.ask("DELETE", f"Users/{uid}") if way == "delete" else directory.patch(f"Users/{uid}", off)
    assert answer.status_code == 403, answer.text
    assert "nobody who owns all AWS accounts" in answer.json()["detail"]
    assert any(operator.owns_all() for operator in Operator.objects.all())
    assert AuditEntry.objects.filter(verb="scim.kept_owner").count() == 1


def test_an_owner_who_isnt_the_last_one_may_be_ended(directory: ScimDirectory, olga: Operator) -> None:
    other = make_operator("oskar", Role.OWNER, None)
    uid = scim_operators.hand_over(actor=olga, operator=other).uid
    assert directory.ask("DELETE", f"Users/{uid}").status_code == 204
    assert not Operator.objects.get(pk=other.pk).is_active


def test_grants_by_rules_are_taken_too(directory: ScimDirectory) -> None:
    uid = directory.make_user("dana")
    GrantRule.objects.create(
        operator=named("dana"),
        role=Role.VIEWER,
        organization_id="o-abcdefghij",
        unit_id="ou-abcd-12345678",
        unit_name="A",
    )
    directory.ask("DELETE", f"Users/{uid}")
    assert not GrantRule.objects.exists()
    assert AuditEntry.objects.filter(verb="grant_rule.taken", object_name="dana@example.org").exists()


# ---- Tokens ----------------------------------------------------------------------------------------------------------
def test_without_a_token_that_works_nothing_is_told(directory: ScimDirectory, live_server: Any) -> None:
    for path in ("Users", "Groups", "Schemas", "ServiceProviderConfig", "Users/x", "elsewhere"):
        for token in ("", "iamconsole-scim-wrong"):
            answer = ScimDirectory(live_server.url, token).ask("GET", path)
            assert (answer.status_code, answer.json()["status"]) == (401, "401"), path
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends(directory: ScimDirectory, olga: Operator) -> None:
    assert directory.ask("GET", "Users").status_code == 200
    scim_tokens.end(actor=olga, token=ScimToken.objects.get())
    assert directory.ask("GET", "Users").status_code == 401


def test_a_token_is_past_its_date(directory: ScimDirectory) -> None:
    ScimToken.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert directory.ask("GET", "Users").status_code == 401


def test_a_token_works_from_its_networks_only(live_server: Any, olga: Operator) -> None:
    far = scim_tokens.make(actor=olga, name="Far", networks="192.0.2.0/24\n2001:db8::/32", days=1)
    near = scim_tokens.make(actor=olga, name="Near", networks="127.0.0.0/8", days=1)
    assert ScimDirectory(live_server.url, far).ask("GET", "Users").status_code == 403
    assert ScimDirectory(live_server.url, near).ask("GET", "Users").status_code == 200


def test_a_network_counts_where_the_server_says_addresses_as_ipv6_has_them(olga: Operator) -> None:
    near = scim_tokens.make(actor=olga, name="Near", networks="192.0.2.0/24", days=1)
    assert scim_tokens.find(near, "::ffff:192.0.2.7").name == "Near"
    with pytest.raises(scim_tokens.ScimTokenRefused):
        scim_tokens.find(near, "::ffff:198.51.100.7")


def test_a_session_is_no_token(directory: ScimDirectory, client_of: Callable[..., Client], olga: Operator) -> None:
    assert client_of(olga).get("/scim/v2/Users").status_code == 401


# ---- What isn't SCIM -------------------------------------------------------------------------------------------------
HALF = (
    '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a@example.org", "externalId": "\\ud800"}'
)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"x"', "[" * 100_000, '{"schemas": 5}', '{"userName": "a\\u0000b"}', HALF]
)
def test_a_body_that_isnt_scim_is_refused(directory: ScimDirectory, body: str) -> None:
    headers = {"Authorization": f"Bearer {directory.token}"}
    answer = requests.post(f"{directory.url}/scim/v2/Users", data=body, headers=headers, timeout=30)
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/scim+json"
    assert not ScimUser.objects.exists()


def test_what_isnt_taken_is_refused_as_scim_does(directory: ScimDirectory) -> None:
    assert directory.ask("DELETE", "Users").status_code == 405
    assert directory.ask("POST", "Bulk", {}).json()["status"] == "404"
    answer = directory.ask("POST", "Users", {"schemas": [USER], "userName": "no address"})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    answer = directory.ask("PATCH", "Users/none", {"schemas": [PATCH_OP], "Operations": []})
    assert answer.status_code == 404
