"""The page on which owners of all AWS accounts say what a directory may do."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import Client

from accounts.access import may
from accounts.models import AuditEntry, AwsAccount, Grant, Operator, ScimGroup, ScimToken, ScimUser
from accounts.roles import SEE_IAM, Role

PAGE = "/operators/scim/"


def in_the_directory(operator: Operator, *groups: str) -> None:
    user = ScimUser.objects.create(operator=operator, user_name=operator.email)
    for name in groups:
        ScimGroup.objects.create(display_name=name).members.add(user)


def test_a_token_is_shown_once_and_kept_as_a_digest(olgas: Client) -> None:
    asked = {"name": "Okta", "days": "90", "networks": "192.0.2.0/24"}
    page = olgas.post(f"{PAGE}tokens/", asked, follow=True).content.decode()
    token = page.partition("data-token>")[2].partition("<code>")[2].partition("<")[0]
    assert token.startswith("iamconsole-scim-")
    kept = ScimToken.objects.get()
    assert token not in (kept.digest, kept.name, kept.networks)
    assert token not in olgas.get(PAGE).content.decode()
    entry = AuditEntry.objects.get(verb="scim.token_made")
    assert token not in str(entry.data)
    assert entry.data["networks"] == "192.0.2.0/24"


def test_a_network_that_is_none_loses_nothing_typed(olgas: Client) -> None:
    response = olgas.post(f"{PAGE}tokens/", {"name": "Okta", "days": "90", "networks": "192.0.2.5/24"})
    assert response.status_code == 422
    assert "“192.0.2.5/24” is no network" in response.content.decode()
    assert 'value="Okta"' in response.content.decode()
    assert not ScimToken.objects.exists()


def test_a_group_is_mapped_to_a_new_group_of_operators(
    olgas: Client, charlie: Operator, aws_account: AwsAccount
) -> None:
    in_the_directory(charlie, "Auditors")
    olgas.post(f"{PAGE}groups/{ScimGroup.objects.get().pk}/", {"group": "new"})
    group = Group.objects.get(name="Auditors")
    assert list(charlie.groups.all()) == [group]
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.VIEWER)
    assert may(charlie, SEE_IAM, aws_account)
    assert "Viewer of Acme (123456789012)" in olgas.get(PAGE).content.decode()


def test_a_group_with_the_role_owner_is_said_to_be_held_back(
    olgas: Client, charlie: Operator, aws_account: AwsAccount
) -> None:
    in_the_directory(charlie, "Owners")
    group = Group.objects.create(name="Owners")
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.OWNER)
    path = f"{PAGE}groups/{ScimGroup.objects.get().pk}/"
    page = olgas.post(path, {"group": str(group.pk)}, follow=True).content.decode()
    assert "Nobody is put into Owners: it has the role owner." in page
    assert charlie.is_stranger
    olgas.post(path, {"group": str(group.pk), "may_own": "on"})
    assert charlie.is_staff
    assert AuditEntry.objects.filter(verb="scim.group_mapped", data__owner=", owners included").exists()


def test_handing_over_who_is_nobody_is_refused(olgas: Client) -> None:
    response = olgas.post(f"{PAGE}hand-over/", {"email": "nobody@example.org"})
    assert response.status_code == 422
    assert "Nobody here signs in with nobody@example.org." in response.content.decode()


def test_handing_over_twice_is_once(olgas: Client, bob: Operator) -> None:
    for status in (302, 422):
        assert olgas.post(f"{PAGE}hand-over/", {"email": "BOB@example.org"}).status_code == status
    assert ScimUser.objects.get().operator == bob
    assert AuditEntry.objects.filter(verb="scim.handed_over").count() == 1


def test_who_owns_some_aws_accounts_only_is_refused(alices: Client) -> None:
    assert alices.get(PAGE).status_code == 403
    assert b"SCIM provisioning" not in alices.get("/operators/").content


def test_two_groups_with_long_names_that_begin_alike_are_mapped(olgas: Client) -> None:
    for end in ("a", "b"):
        row = ScimGroup.objects.create(display_name="x" * 150 + end)
        page = olgas.post(f"{PAGE}groups/{row.pk}/", {"group": "new"}, follow=True)
        assert page.status_code == 200
    assert Group.objects.get().scim_groups.count() == 1
    assert "Choose a group that is there" in page.content.decode()
