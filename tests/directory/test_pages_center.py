"""The pages of Identity Center: what they say, and to whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory import selectors
from directory.models import DirectoryGroup, PermissionSet
from directory.people.names import sees_people
from directory.views import role as role_view
from emulator.process import Emulator
from identities.models import IamRole
from tests.conftest import make_operator
from tests.directory.arranged import Arranged
from tests.services.organizations import ACCOUNT_ID, connect_member
from tests.services.pages import address, exported, get, names_in, text_of
from tests.services.pulling import pulled
from tests.services.world import World

NAMES = ("Dana", "Okafor", "Tom Becker", "Priya", "priya.nair", "acme.example")


def named_in(html: str) -> list[str]:
    return [name for name in NAMES if name in html]


def test_the_overview_says_who_gets_in(center: Arranged, alices: Client, bobs: Client) -> None:
    text = text_of(get(alices, "identity_center"))
    assert "This AWS account holds the instance of its organization, in eu-west-1" in text
    assert "platform 1 person, 1 disabled" in text and "Priya Nair directly" in text
    html = get(bobs, "identity_center")
    assert "A person directly" in text_of(html) and named_in(html) == []


def test_lists_have_what_is_asked_for(center: Arranged, alices: Client) -> None:
    assert names_in(get(alices, "permission_sets")) == ["Admin", "Read_Only"]
    assert names_in(get(alices, "permission_sets", "?long=yes")) == ["Admin"]
    assert names_in(get(alices, "directory_groups", "?assigned=yes")) == ["platform"]
    assert names_in(get(alices, "directory_people", "?q=nair")) == ["Priya Nair"]
    assert names_in(get(alices, "directory_people", "?group=platform&status=disabled")) == ["Tom Becker"]
    html = get(alices, "directory_assignments", "?to=person")
    assert "Admin" in text_of(html) and "Priya Nair" in html and "Read_Only" not in text_of(html)
    assert "Read_Only" not in text_of(get(alices, "directory_assignments", "?q=priya"))


def test_a_set_says_where_and_for_whom(center: Arranged, alices: Client) -> None:
    chosen = PermissionSet.objects.get(name="Read_Only")
    text = text_of(get(alices, "permission_set", aws_id=chosen.aws_id))
    assert "Provisioned in 1 AWS account, 1 assignment." in text and "platform 1 person, 1 disabled" in text
    assert "See the role" in text
    policies = text_of(get(alices, "permission_set_policies", aws_id=chosen.aws_id))
    assert "ReadOnlyAccess Made by AWS" in policies


def test_a_person_says_which_accounts_through_which_group(center: Arranged, alices: Client) -> None:
    text = text_of(get(alices, "directory_person", aws_id=center.dana))
    assert "Dana Okafor Enabled" in text and "Read_Only Group platform See the role" in text
    assert "no new session" in text_of(get(alices, "directory_person", aws_id=center.tom))
    assert "Admin Directly" in text_of(get(alices, "directory_person", aws_id=center.priya))


def test_a_role_says_who_can_use_it(
    center: Arranged, alices: Client, bobs: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = IamRole.objects.get(name__startswith="AWSReservedSSO_Read_Only_")
    text = text_of(get(alices, "role_people", aws_id=role.aws_id))
    assert "1 person can sign in to it; 1 more is disabled: no new sessions" in text
    assert "Dana Okafor Through platform" in text and "Tom Becker Disabled" in text
    assert "The first" not in text
    monkeypatch.setattr(role_view, "SHOWN_PEOPLE", 1)
    assert "The first 1 of 2." in text_of(get(alices, "role_people", aws_id=role.aws_id))
    html = get(bobs, "role_people", aws_id=role.aws_id)
    assert "platform 1 person, 1 disabled" in text_of(html) and named_in(html) == []
    assert "Who can use it" in text_of(get(bobs, "role", aws_id=role.aws_id))


def test_other_roles_have_no_such_tab(center: Arranged, alices: Client, world: World) -> None:
    role = world.role()
    assert "Who can use it" not in text_of(get(alices, "role", aws_id=role.aws_id))
    get(alices, "role_people", aws_id=role.aws_id, status=404)


def test_a_viewer_learns_no_name_anywhere(center: Arranged, bobs: Client, aws_account: AwsAccount) -> None:
    group = DirectoryGroup.objects.get(name="platform")
    sets = PermissionSet.objects.values_list("aws_id", flat=True)
    pages = [
        get(bobs, name) for name in ("identity_center", "permission_sets", "directory_assignments", "directory_groups")
    ]
    pages += [get(bobs, "permission_set", aws_id=aws_id) for aws_id in sets]
    pages += [get(bobs, name, aws_id=group.aws_id) for name in ("directory_group", "directory_group_members")]
    pages += [
        get(bobs, "directory_group_raw", aws_id=group.aws_id),
        get(bobs, "directory_group_history", aws_id=group.aws_id),
    ]
    pages += [exported(bobs.get(f"{address('directory_assignments')}?format={form}")) for form in ("csv", "json")]
    pages += [bobs.get("/search/?q=okafor").content.decode(), get(bobs, "directory_assignments", "?q=priya")]
    assert [named_in(page) for page in pages] == [[]] * len(pages)
    assert "Nothing matches" in pages[-1]  # looking for somebody doesn't tell either
    get(bobs, "directory_people", status=403)
    get(bobs, "directory_person", aws_id=center.dana, status=403)


def test_who_looks_after_one_user_pool_sees_nobody_of_identity_center(
    center: Arranged, client_of: Callable[[Operator], Client], aws_account: AwsAccount
) -> None:
    hal = make_operator("hal", Role.HELPDESK, aws_account)
    Grant.objects.update(pool_id="eu-west-1_Ab12Cd34E")
    assert not sees_people(hal, aws_account)
    hals = client_of(hal)
    get(hals, "directory_people", status=403)
    get(hals, "directory_person", aws_id=center.dana, status=404)
    assert named_in(get(hals, "identity_center")) == []


def test_helpdesk_sees_people_and_not_where_they_get_in(
    center: Arranged, client_of: Callable[[Operator], Client], hal: Operator
) -> None:
    html = get(client_of(hal), "directory_person", aws_id=center.dana)
    assert "Dana Okafor" in html and "Read_Only" not in html
    get(client_of(hal), "permission_sets", status=403)


def test_files_have_names_for_who_may_take_them_away(
    center: Arranged, erins: Client, client_of: Callable[[Operator], Client], anton: Operator
) -> None:
    asked = f"{address('directory_assignments')}?format=csv"
    assert "Priya Nair" in exported(erins.get(asked))
    assert "Dana Okafor" in exported(erins.get(f"{address('directory_people')}?format=csv"))
    antons = client_of(anton)  # sees people, and exports none
    assert "Priya Nair" in get(antons, "directory_assignments")
    assert "Priya" not in exported(antons.get(asked)) and "A person" in exported(antons.get(asked))
    assert antons.get(f"{address('directory_people')}?format=csv").status_code == 403


def test_a_member_account_shows_who_gets_in_without_names_of_others(
    emulator: Emulator, center: Arranged, client_of: Callable[[Operator], Client], aws_account: AwsAccount
) -> None:
    """Charlie owns the member alone: groups and numbers, and no link to what another AWS account holds."""
    member = connect_member(center.made.organization.account("Staging"), "Staging")
    center.made.assign(center.read_only, member.account_id, "GROUP", center.platform)
    pulled(member, source="iam.details")
    pulled(member, source="sso.instance")
    for name in ("sso.permission_sets", "sso.assignments"):
        pulled(aws_account, source=name)
    role = IamRole.objects.get(aws_account=member, path__startswith="/aws-reserved/")
    users = selectors.users_of(role)
    assert users is not None and (users.people, users.disabled, users.unknown) == (1, 1, "")
    charlie = make_operator("charlie", Role.OWNER, member)
    html = get(client_of(charlie), "identity_center", account_id=member.account_id)
    assert "platform 1 person, 1 disabled" in text_of(html) and f"/aws/{ACCOUNT_ID}/" not in html
    html = get(client_of(charlie), "role_people", account_id=member.account_id, aws_id=role.aws_id)
    assert "1 person can sign in" in text_of(html) and named_in(html) == []
    assert client_of(charlie).get(address("directory_people")).status_code == 404


def test_a_role_is_unknown_where_nobody_administers_the_instance(center: Arranged, alices: Client) -> None:
    PermissionSet.objects.all().update(gone_at="2026-01-01T00:00:00Z")
    role = IamRole.objects.get(name__startswith="AWSReservedSSO_Admin_")
    assert "No connected AWS account administers this instance" in text_of(
        get(alices, "role_people", aws_id=role.aws_id)
    )
