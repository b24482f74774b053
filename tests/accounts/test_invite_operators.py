"""Inviting operators on the console's pages: who may give what where, and who sees whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import ApiToken, AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from accounts.services import invitations
from tests.accounts.conftest import sign_in
from tests.conftest import ACCOUNT_ID
from tests.services.tokens import make_token

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
Mails = Callable[[], list[str]]
PAGE = "/operators/invite/"


def typed(*aws_accounts: str, **more: str) -> dict[str, Any]:
    about = {"email": "Nia@Example.org", "name": "Nia", "role": "viewer", "aws_accounts": aws_accounts or (ACCOUNT_ID,)}
    return {**about, **more}


def nia() -> Operator:
    return Operator.objects.get(email="nia@example.org")


# ---- an invitation --------------------------------------------------------------------------------------------


def test_who_is_invited_sets_a_password_by_the_link_and_signs_in(
    client_of: ClientOf, alice: Operator, work_mails: Mails
) -> None:
    answer = client_of(alice).post(PAGE, typed(reason="joins us"))
    assert answer["Location"] == f"/operators/{nia().pk}/"
    (link,) = work_mails()
    (letter,) = mail.outbox
    assert letter.to == ["nia@example.org"]
    assert "Alice invites you" in str(letter.body) and "within 72 hours" in str(letter.body)
    stranger, new = Client(), "a wholly different phrase"
    form = stranger.get(link)["Location"]
    stranger.post(form, {"password1": new, "password2": new})
    assert sign_in(stranger, "nia@example.org", new) == 302
    assert stranger.get("/accounts/").status_code == 200
    made, given, invited = AuditEntry.objects.order_by("pk")[:3]
    assert [made.verb, given.verb, invited.verb] == ["operator.made", "grant.given", "operator.invited"]
    assert (invited.actor, invited.object_name, given.reason) == (alice, "nia@example.org", "joins us")


def test_the_link_is_good_once_and_for_three_days(
    client_of: ClientOf, alice: Operator, work_mails: Mails, settings: Any
) -> None:
    client_of(alice).post(PAGE, typed())
    (link,) = work_mails()
    settings.INVITATION_TIMEOUT = -1
    assert b"work any more" in Client().get(link).content
    settings.INVITATION_TIMEOUT = 3600
    form = (stranger := Client()).get(link)["Location"]
    stranger.post(form, {"password1": "a wholly different phrase", "password2": "a wholly different phrase"})
    assert b"work any more" in Client().get(link).content


def test_it_can_be_sent_again_until_it_is_taken_up(client_of: ClientOf, alice: Operator, work_mails: Mails) -> None:
    client = client_of(alice)
    client.post(PAGE, typed())
    client.post(f"/operators/{nia().pk}/invite/")
    assert len(work_mails()) == 2
    nia_with_password = nia()
    nia_with_password.set_password("x")
    nia_with_password.save()
    page = client.post(f"/operators/{nia().pk}/invite/", follow=True).content.decode()
    assert "needs no invitation" in page
    assert AuditEntry.objects.filter(verb="operator.invited").count() == 2


def test_whoever_is_here_gets_the_role_and_no_mail(
    client_of: ClientOf, alice: Operator, charlie: Operator, work_mails: Mails
) -> None:
    page = client_of(alice).post(PAGE, typed(email="CHARLIE@example.org"), follow=True)
    assert "was an operator already, and has the role now" in page.content.decode()
    assert Grant.objects.get(operator=charlie).role == Role.VIEWER
    assert work_mails() == []
    charlie.refresh_from_db()
    assert charlie.name == "Charlie"


@pytest.mark.parametrize("is_active", [True, False])
def test_who_has_the_role_or_was_deactivated_is_told_of(
    client_of: ClientOf, alice: Operator, bob: Operator, is_active: bool
) -> None:
    Operator.objects.filter(pk=bob.pk).update(is_active=is_active)
    answer = client_of(alice).post(PAGE, typed(email=bob.email))
    assert answer.status_code == 422
    assert ("has that role there already" if is_active else "was deactivated") in answer.content.decode()


@pytest.mark.parametrize("name", ["Nia\r\nBcc: eve@example.org", "Nia\tOwner", "Ol\u00adga", "\u202eaglO"])
def test_a_name_is_one_line_of_what_is_seen(client_of: ClientOf, alice: Operator, name: str) -> None:
    answer = client_of(alice).post(PAGE, typed(name=name))
    assert answer.status_code == 422
    assert "A name " in answer.content.decode()
    assert not Operator.objects.filter(email="nia@example.org").exists()


def test_several_aws_accounts_at_once(client_of: ClientOf, olga: Operator, other_account: AwsAccount) -> None:
    client_of(olga).post(PAGE, typed(ACCOUNT_ID, "999900009999"))
    assert Grant.objects.filter(operator=nia()).count() == 2


def test_it_wants_a_fresh_sign_in(client_of: ClientOf, alice: Operator) -> None:
    assert client_of(alice, ago=3600).post(PAGE, typed())["Location"].startswith("/auth/2fa/reauthenticate/")
    assert not Operator.objects.filter(email="nia@example.org").exists()


# ---- within what one owns -------------------------------------------------------------------------------------


@pytest.mark.parametrize("beyond", ["999900009999", "all"])
def test_an_owner_of_one_invites_to_no_other(
    client_of: ClientOf, alice: Operator, other_account: AwsAccount, beyond: str
) -> None:
    answer = client_of(alice).post(PAGE, typed(ACCOUNT_ID, beyond))
    assert answer.status_code == 422
    assert not Operator.objects.filter(email="nia@example.org").exists()
    assert "Other" not in client_of(alice).get(PAGE).content.decode()


def test_nor_does_the_service_let_them(alice: Operator, aws_account: AwsAccount, other_account: AwsAccount) -> None:
    for beyond in ([other_account], [None], [aws_account, None], []):
        with pytest.raises(PermissionDenied):
            invitations.invite(actor=alice, email="n@example.org", name="N", role="viewer", aws_accounts=beyond)
    assert not Operator.objects.filter(email="n@example.org").exists()


@pytest.mark.parametrize("who", ["bob", "erin", "anton", "hal"])
def test_others_invite_nobody(request: pytest.FixtureRequest, aws_account: AwsAccount, who: str) -> None:
    with pytest.raises(PermissionDenied):
        invitations.invite(
            actor=request.getfixturevalue(who),
            email="n@example.org",
            name="N",
            role="viewer",
            aws_accounts=[aws_account],
        )


def test_an_owner_of_one_sees_those_with_a_role_there(
    client_of: ClientOf, alice: Operator, bob: Operator, olga: Operator, charlie: Operator, other_account: AwsAccount
) -> None:
    Grant.objects.create(operator=charlie, aws_account=other_account, role=Role.VIEWER)
    client = client_of(alice)
    for page in ("/operators/", "/operators/?format=csv", "/admin/accounts/grant/add/"):
        answer = client.get(page)
        text = (b"".join(answer) if answer.streaming else answer.content).decode()
        assert "Bob" in text and "Olga" in text and "Charlie" not in text, page
    assert client.get(f"/operators/{charlie.pk}/").status_code == 404
    assert client.post(f"/operators/{charlie.pk}/invite/").status_code == 404
    assert client.get(f"/operators/invite/?operator={charlie.pk}").context["form"].initial == {}
    assert "Charlie" in client_of(olga).get("/operators/").content.decode()


def test_nor_groups_that_have_none(client_of: ClientOf, alice: Operator, aws_account: AwsAccount) -> None:
    Grant.objects.create(group=Group.objects.create(name="Here"), aws_account=aws_account, role=Role.VIEWER)
    Group.objects.create(name="Elsewhere")
    page = client_of(alice).get("/admin/accounts/grant/add/").content.decode()
    assert "Here" in page and "Elsewhere" not in page


def test_the_page_of_an_operator_shows_no_role_elsewhere(
    client_of: ClientOf, alice: Operator, bob: Operator, other_account: AwsAccount
) -> None:
    Grant.objects.create(operator=bob, aws_account=other_account, role=Role.EDITOR)
    page = client_of(alice).get(f"/operators/{bob.pk}/").content.decode()
    assert "Acme" in page and "Other" not in page


# ---- deactivating, ending sessions ----------------------------------------------------------------------------


def test_owners_of_all_deactivate_and_let_in_again(
    client_of: ClientOf, olga: Operator, bob: Operator, client: Client
) -> None:
    sign_in(client, bob.email)
    olgas = client_of(olga)
    olgas.post(f"/operators/{bob.pk}/active/")
    assert client.get("/accounts/")["Location"].startswith("/auth/login/")
    olgas.post(f"/operators/{bob.pk}/active/", {"on": "1"})
    assert sign_in(client, bob.email) == 302
    described = list(
        AuditEntry.objects.filter(verb__startswith="operator.").values_list("verb", flat=True).order_by("pk")
    )
    assert described == ["operator.signed_in", "operator.deactivated", "operator.reactivated", "operator.signed_in"]


def test_the_last_owner_of_all_cant_be_deactivated_here_either(client_of: ClientOf, olga: Operator) -> None:
    page = client_of(olga).post(f"/operators/{olga.pk}/active/", follow=True).content.decode()
    assert "Make somebody else owner of all AWS accounts first" in page


def test_sessions_are_ended_all_at_once(client_of: ClientOf, olga: Operator, bob: Operator, client: Client) -> None:
    sign_in(client, bob.email)
    client_of(olga).post(f"/operators/{bob.pk}/sign-out/")
    assert client.get("/accounts/")["Location"].startswith("/auth/login/")
    assert not UserSession.objects.filter(user=bob).exists()
    assert AuditEntry.objects.get(verb="operator.sessions_ended").data == {"sessions": 1}


def test_tokens_outlast_sessions_and_the_page_says_so(client_of: ClientOf, olga: Operator, alice: Operator) -> None:
    token, _ = make_token(alice)
    page = client_of(olga).post(f"/operators/{alice.pk}/sign-out/", follow=True).content.decode()
    assert "1 API token of theirs stays in force." in page
    assert f"/operators/tokens/?q={alice.email.replace('@', '%40')}&amp;state=in_force" in page
    assert ApiToken.objects.in_force().get() == token
    assert "of theirs" not in client_of(olga).post(f"/operators/{olga.pk}/sign-out/", follow=True).content.decode()


def test_an_owner_of_one_does_neither(client_of: ClientOf, alice: Operator, bob: Operator) -> None:
    for act in ("active", "sign-out"):
        assert client_of(alice).post(f"/operators/{bob.pk}/{act}/").status_code == 403
