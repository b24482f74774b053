"""What owners edit in the admin: with a fresh sign-in, within what they own, written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role

OPERATORS, GRANTS, GROUPS = "/admin/accounts/operator/", "/admin/accounts/grant/", "/admin/auth/group/"
OLD = 3600


def edited(aws_account: AwsAccount, **changes: object) -> dict[str, Any]:
    data = {
        "name": aws_account.name,
        "environment": aws_account.environment,
        "default_region": "us-east-1",
        "connection": "ambient",
        "read_role_arn": "",
        "write_role_arn": "",
        "writes_enabled": "on",
        "approvals_required": 0,
        "pull_every_minutes": 0,
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}


def page(aws_account: AwsAccount) -> str:
    return f"/admin/accounts/awsaccount/{aws_account.pk}/change/"


# ---- AWS accounts ---------------------------------------------------------------------------------------------


def test_alice_edits_her_aws_account(alices: Client, aws_account: AwsAccount) -> None:
    assert alices.post(page(aws_account), edited(aws_account, name="Acme Inc", writes_enabled=None)).status_code == 302
    aws_account.refresh_from_db()
    assert (aws_account.name, aws_account.writes_enabled) == ("Acme Inc", False)
    changed, off = AuditEntry.objects.order_by("pk")
    assert (changed.verb, changed.data) == ("aws_account.changed", {"changes": {"name": ["Acme", "Acme Inc"]}})
    assert off.verb == "aws_account.writes_off"


def test_alice_cant_edit_another(alices: Client, other_account: AwsAccount) -> None:
    alices.post(page(other_account), edited(other_account, name="Mine"))
    other_account.refresh_from_db()
    assert other_account.name == "Other"


def test_what_an_aws_account_is_cant_be_forged(alices: Client, aws_account: AwsAccount) -> None:
    alices.post(page(aws_account), edited(aws_account, account_id="999999999999", emulated=""))
    aws_account.refresh_from_db()
    assert (aws_account.account_id, aws_account.emulated) == ("123456789012", True)


def test_an_old_sign_in_is_asked_again(
    client_of: Callable[..., Client], alice: Operator, aws_account: AwsAccount
) -> None:
    response = client_of(alice, ago=OLD).post(page(aws_account), edited(aws_account, name="Acme Inc"))
    assert response["Location"].startswith("/auth/2fa/reauthenticate/")
    aws_account.refresh_from_db()
    assert aws_account.name == "Acme"


def test_nobody_deletes_an_aws_account(olgas: Client, aws_account: AwsAccount) -> None:
    assert olgas.post(f"/admin/accounts/awsaccount/{aws_account.pk}/delete/", {"post": "yes"}).status_code == 403


# ---- grants ---------------------------------------------------------------------------------------------------


def test_alice_gives_a_grant_on_her_aws_account(alices: Client, bob: Operator, aws_account: AwsAccount) -> None:
    alices.post(f"{GRANTS}add/", {"operator": bob.pk, "aws_account": aws_account.pk, "role": "editor"})
    assert Grant.objects.get(operator=bob, role="editor").aws_account == aws_account
    assert AuditEntry.objects.get().verb == "grant.given"


def test_the_same_grant_twice_is_refused_by_a_sentence(alices: Client, bob: Operator, aws_account: AwsAccount) -> None:
    viewer = {"operator": bob.pk, "aws_account": aws_account.pk, "role": "viewer"}
    assert "This grant is there already." in alices.post(f"{GRANTS}add/", viewer, follow=True).content.decode()
    assert Grant.objects.filter(operator=bob).count() == 1


def test_not_to_an_operator_who_has_no_role_there(alices: Client, charlie: Operator, aws_account: AwsAccount) -> None:
    """Choosing among all would name them all; the page of operators takes an e-mail address."""
    alices.post(f"{GRANTS}add/", {"operator": charlie.pk, "aws_account": aws_account.pk, "role": "viewer"})
    assert not Grant.objects.filter(operator=charlie).exists()


@pytest.mark.parametrize("scope", ["other", "all"])
def test_alice_cant_grant_beyond_it(alices: Client, bob: Operator, other_account: AwsAccount, scope: str) -> None:
    chosen = other_account.pk if scope == "other" else ""
    response = alices.post(f"{GRANTS}add/", {"operator": bob.pk, "aws_account": chosen, "role": "owner"})
    assert response.status_code == 200  # the form again, with an error
    assert not Grant.objects.filter(operator=bob, role="owner").exists()


def test_a_grant_is_taken_not_edited(alices: Client, bob: Operator) -> None:
    grant = Grant.objects.get(operator=bob)
    assert alices.post(f"{GRANTS}{grant.pk}/change/", {"role": "owner"}).status_code == 403
    alices.post(f"{GRANTS}{grant.pk}/delete/", {"post": "yes"})
    assert not Grant.objects.filter(operator=bob).exists()
    assert AuditEntry.objects.get().verb == "grant.taken"


def test_several_grants_are_taken_one_by_one(alices: Client, bob: Operator, erin: Operator) -> None:
    chosen = list(Grant.objects.filter(operator__in=[bob, erin]).values_list("pk", flat=True))
    alices.post(GRANTS, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert AuditEntry.objects.filter(verb="grant.taken").count() == 2


def test_alice_cant_take_a_grant_on_all(alices: Client, olga: Operator) -> None:
    grant = Grant.objects.get(operator=olga)
    alices.post(f"{GRANTS}{grant.pk}/delete/", {"post": "yes"})
    alices.post(GRANTS, {"action": "delete_selected", "_selected_action": [grant.pk], "post": "yes"})
    assert Grant.objects.filter(pk=grant.pk).exists()


def test_the_last_owner_of_all_stays(olgas: Client, olga: Operator) -> None:
    grant = Grant.objects.get(operator=olga)
    html = olgas.post(f"{GRANTS}{grant.pk}/delete/", {"post": "yes"}, follow=True).content.decode()
    assert "Make somebody else owner of all AWS accounts first" in html
    assert Grant.objects.filter(pk=grant.pk).exists()
    assert not AuditEntry.objects.exists()


# ---- operators and groups -------------------------------------------------------------------------------------


def test_olga_makes_an_operator(olgas: Client) -> None:
    olgas.post(f"{OPERATORS}add/", {"email": "New@example.org", "name": "New", "is_active": "on"})
    new = Operator.objects.get(email="new@example.org")
    assert not new.has_usable_password()
    assert new.emailaddress_set.get().verified  # type: ignore[attr-defined]
    assert AuditEntry.objects.get().verb == "operator.made"


def test_olga_deactivates_bob(olgas: Client, bob: Operator, client_of: Callable[..., Client]) -> None:
    inside = client_of(bob)
    olgas.post(f"{OPERATORS}{bob.pk}/change/", {"email": bob.email, "name": bob.name})
    assert AuditEntry.objects.get().verb == "operator.deactivated"
    assert inside.get("/accounts/").status_code == 302


def test_olga_cant_deactivate_herself(olgas: Client, olga: Operator) -> None:
    response = olgas.post(f"{OPERATORS}{olga.pk}/change/", {"email": olga.email, "name": olga.name}, follow=True)
    assert "Make somebody else owner" in response.content.decode()
    olga.refresh_from_db()
    assert olga.is_active


def test_alice_cant_make_herself_more(alices: Client, alice: Operator) -> None:
    group = Group.objects.create(name="Owners")
    Grant.objects.create(group=group, role=Role.OWNER)
    data = {"email": alice.email, "name": "x", "is_active": "on", "groups": [group.pk]}
    assert alices.post(f"{OPERATORS}{alice.pk}/change/", data).status_code == 403
    assert not alice.owns_all()


def test_membership_in_groups_is_audited(olgas: Client, bob: Operator) -> None:
    group = Group.objects.create(name="Auditors")
    data = {"email": bob.email, "name": bob.name, "is_active": "on", "groups": [group.pk]}
    olgas.post(f"{OPERATORS}{bob.pk}/change/", data)
    assert AuditEntry.objects.get().data == {"changes": {"groups": ["", "Auditors"]}}


def test_olga_makes_renames_and_deletes_a_group(olgas: Client) -> None:
    olgas.post(f"{GROUPS}add/", {"name": "Auditors"})
    group = Group.objects.get()
    olgas.post(f"{GROUPS}{group.pk}/change/", {"name": "Revisors"})
    olgas.post(f"{GROUPS}{group.pk}/delete/", {"post": "yes"})
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["group.made", "group.changed", "group.deleted"]


def test_olga_takes_a_lost_second_factor(olgas: Client, alice: Operator) -> None:
    factor = Authenticator.objects.get(user=alice)
    olgas.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(user=alice).exists()
    assert AuditEntry.objects.get().verb == "operator.factor_taken"


def test_olga_ends_a_session(olgas: Client, bob: Operator) -> None:
    session = UserSession.objects.create(user=bob, ip="127.0.0.1", session_key="k", user_agent="x")
    olgas.post(f"/admin/usersessions/usersession/{session.pk}/delete/", {"post": "yes"})
    assert not UserSession.objects.filter(pk=session.pk).exists()
    assert AuditEntry.objects.get().verb == "operator.session_ended"


# ---- the site -------------------------------------------------------------------------------------------------


def test_the_admin_has_no_sign_in_of_its_own(client: Client, db: None) -> None:
    assert client.get("/admin/")["Location"] == "/auth/login/?next=%2Fadmin%2F"
    response = client.post("/admin/login/?next=/admin/sync/run/", {"username": "x", "password": "y"})
    assert response["Location"] == "/auth/login/?next=%2Fadmin%2Fsync%2Frun%2F"


def test_its_sign_in_leads_nowhere_else(alices: Client) -> None:
    assert alices.get("/admin/login/?next=https://evil.example/")["Location"] == "/admin/"


def test_an_owner_without_a_second_factor_stays_outside(alices: Client, alice: Operator) -> None:
    Authenticator.objects.all().delete()
    assert alices.get("/admin/")["Location"] == "/auth/2fa/"


def test_readers_are_refused_and_strangers_find_nothing(
    client_of: Callable[..., Client], bob: Operator, erin: Operator, charlie: Operator
) -> None:
    assert [client_of(who).get("/admin/").status_code for who in (bob, erin, charlie)] == [403, 403, 404]


def test_passwords_are_changed_by_allauth_only(alices: Client) -> None:
    assert alices.get("/admin/password_change/")["Location"] == "/auth/password/change/"
