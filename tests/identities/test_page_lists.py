"""The lists of users, groups and roles: what each column says and each filter finds."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from tests.services.pages import address, exported, get, names_in, text_of
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user, put_inline

pytestmark = pytest.mark.stack  # JSON, null and text order are the database's own

ClientOf = Callable[..., Client]
OUTSIDE = [{"type": "AWS", "value": "arn:aws:iam::444455556666:root"}]
DELETED = [{"type": "AWS", "value": "AIDAQ3EGRZSN7XKDEMO5"}]


@pytest.fixture
def people(aws_account: AwsAccount) -> None:
    platform = make_group(aws_account, "platform")
    dana = make_user(aws_account, "dana.okafor", path="/eng/", tags={"team": "platform", "Name": "Dana Okafor"})
    join(dana, platform)
    attach(dana, make_policy(aws_account, "platform-tools"))
    put_inline(dana)
    make_user(aws_account, "noah.williams", boundary_arn="arn:aws:iam::123456789012:policy/engineers")
    left = make_user(aws_account, "lena.fischer", gone_at=timezone.now(), tags={"team": "finance"})
    join(left, platform, gone_at=timezone.now())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["dana.okafor", "noah.williams"]),
        ("?sort=-name", ["noah.williams", "dana.okafor"]),
        ("?sort=-policies", ["dana.okafor", "noah.williams"]),
        ("?group=platform", ["dana.okafor"]),
        ("?groups=no", ["noah.williams"]),
        ("?attached=platform-tools", ["dana.okafor"]),
        ("?attachments=no", ["noah.williams"]),
        ("?inline=yes", ["dana.okafor"]),
        ("?boundary=yes", ["noah.williams"]),
        ("?boundary=no", ["dana.okafor"]),
        ("?path=/eng", ["dana.okafor"]),
        ("?tag=team", ["dana.okafor"]),
        ("?tag=team%3Dplatform", ["dana.okafor"]),
        ("?tag=team%3Dfinance", []),
        ("?gone=only", ["lena.fischer"]),
        ("?gone=with", ["dana.okafor", "lena.fischer", "noah.williams"]),
        ("?created_before=2020-01-01", []),
        ("?q=okafor", ["dana.okafor"]),  # its name, and its tag
        ("?q=platform", ["dana.okafor"]),
    ],
)
def test_users_are_filtered(people: None, bob: Operator, client_of: ClientOf, query: str, expected: list[str]) -> None:
    assert names_in(get(client_of(bob), "users", query)) == expected


def test_users_say_what_they_have(people: None, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "users"))
    unknown = "Not read yet Not read yet Not read yet"  # credentials, which nobody pulled
    assert (
        f"dana.okafor Dana Okafor {unknown} platform 1 attached, 1 inline Not read yet None 1 Mar 2025 team=platform"
        in text
    )
    assert f"noah.williams {unknown} No group None Not read yet engineers" in text


def test_a_gone_user_says_since_when(people: None, bob: Operator, client_of: ClientOf) -> None:
    assert "lena.fischer Gone since just now Not read yet Not read yet Not read yet No group" in text_of(
        get(client_of(bob), "users", "?gone=only")
    )


def test_an_unknown_group_is_told(people: None, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "users", "?group=nope"))
    assert "In group: there is no “nope” here, so this filter was left out." in text


@pytest.fixture
def groups(aws_account: AwsAccount) -> None:
    analytics, empty = make_group(aws_account, "analytics"), make_group(aws_account, "empty")
    for name in ("a", "b"):
        join(make_user(aws_account, name), analytics)
    attach(empty, make_policy(aws_account, "reports-read"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["analytics", "empty"]),
        ("?sort=members", ["empty", "analytics"]),
        ("?members=yes", ["analytics"]),
        ("?members=no", ["empty"]),
        ("?attached=reports-read", ["empty"]),
    ],
)
def test_groups_are_filtered(groups: None, bob: Operator, client_of: ClientOf, query: str, expected: list[str]) -> None:
    assert names_in(get(client_of(bob), "groups", query)) == expected


def test_groups_count_their_members(groups: None, bob: Operator, client_of: ClientOf) -> None:
    assert "analytics 2 None" in text_of(get(client_of(bob), "groups"))


@pytest.fixture
def roles(aws_account: AwsAccount) -> None:
    make_role(aws_account, "exporter", last_used_at=timezone.now())
    make_role(aws_account, "vendor", trusted=OUTSIDE)
    make_role(aws_account, "old-migration", trusted=DELETED)
    make_role(aws_account, "AWSServiceRoleForSupport", path="/aws-service-role/support.amazonaws.com/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["exporter", "old-migration", "vendor"]),  # service-linked ones are hidden, and a chip says so
        ("?service_linked=any", ["AWSServiceRoleForSupport", "exporter", "old-migration", "vendor"]),
        ("?service_linked=only", ["AWSServiceRoleForSupport"]),
        ("?trust=service", ["exporter"]),
        ("?trust=aws", ["old-migration", "vendor"]),
        ("?trust=outside", ["vendor"]),
        ("?trust=deleted", ["old-migration"]),
        ("?trust=federated", []),
        ("?used=never", ["old-migration", "vendor"]),
        ("?sort=-last_used", ["exporter", "old-migration", "vendor"]),
        ("?q=444455556666", ["vendor"]),
    ],
)
def test_roles_are_filtered(roles: None, bob: Operator, client_of: ClientOf, query: str, expected: list[str]) -> None:
    assert names_in(get(client_of(bob), "roles", query)) == expected


def test_roles_say_who_may_assume_them(roles: None, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "roles"))
    assert "Service-linked hidden Remove this filter" in text
    assert "exporter lambda.amazonaws.com just now" in text
    assert "vendor AWS account 444455556666 never" in text
    assert "A principal that was deleted (AIDAQ3EGRZSN7XKDEMO5)" in text


def test_an_aws_account_of_this_console_is_not_outside(roles: None, bob: Operator, client_of: ClientOf) -> None:
    AwsAccount.objects.create(account_id="444455556666", name="Vendor")
    assert names_in(get(client_of(bob), "roles", "?trust=outside")) == []


@pytest.mark.parametrize("name", ["users", "groups", "roles"])
def test_nothing_there(aws_account: AwsAccount, bob: Operator, client_of: ClientOf, name: str) -> None:
    assert f"No {name}" in text_of(get(client_of(bob), name))


def test_filtered_to_nothing_offers_to_clear(people: None, bob: Operator, client_of: ClientOf) -> None:
    html = get(client_of(bob), "users", "?q=nobody")
    assert "The search and the filters hide all 2." in text_of(html)
    assert 'href="?"' in html


def test_htmx_gets_the_rows_only(people: None, bob: Operator, client_of: ClientOf) -> None:
    response = client_of(bob).get(f"{address('users')}?q=dana&path=&gone=", HTTP_HX_REQUEST="true")
    html = response.content.decode()
    assert "<html" not in html
    assert names_in(html) == ["dana.okafor"]
    assert '<p id="list-count">1 of 2 users matches.' in html
    assert response["HX-Push-Url"] == f"{address('users')}?q=dana"
    assert "HX-Request" in response["Vary"]


def test_empty_fields_leave_the_address(people: None, bob: Operator, client_of: ClientOf) -> None:
    response = client_of(bob).get(f"{address('users')}?q=dana&path=&group=")
    assert response["Location"] == f"{address('users')}?q=dana"


def test_exports_what_is_shown(people: None, bob: Operator, client_of: ClientOf) -> None:
    response = client_of(bob).get(f"{address('users')}?q=dana&format=json")
    [row] = json.loads(exported(response))
    assert (row["name"], row["groups"], row["policies"]) == ("dana.okafor", ["platform"], "1 attached, 1 inline")
    assert row["arn"] == "arn:aws:iam::123456789012:user/eng/dana.okafor"


def test_an_export_has_more_than_a_page(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    for number in range(30):
        make_user(aws_account, f"user-{number}")
    response = client_of(bob).get(f"{address('users')}?rows=25&format=csv")
    assert len(exported(response).splitlines()) == 31


def test_only_who_may_propose_stages_what_is_picked(
    people: None, bob: Operator, erin: Operator, client_of: ClientOf
) -> None:
    reader, editor = get(client_of(bob), "users"), get(client_of(erin), "users")
    assert "Stage a change" not in reader
    assert address("users_stage") not in reader
    assert "Export as code" in reader  # for which a row is picked, too
    assert "Stage a change" in editor


@pytest.mark.parametrize("name", ["users", "groups", "roles"])
def test_another_aws_account_stays_out(aws_account: AwsAccount, bob: Operator, client_of: ClientOf, name: str) -> None:
    other = AwsAccount.objects.create(account_id="999999999999", name="Other")
    for make in (make_user, make_group, make_role):
        make(other, "foreign")
    assert names_in(get(client_of(bob), name)) == []
    get(client_of(bob), name, status=404, account_id="999999999999")
