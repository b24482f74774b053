"""Actions on what was picked in a list: one change with a step or more for each."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from sync.models import Change
from tests.identities.test_actions import ClientOf, post
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def users(aws_account: AwsAccount) -> list[IamUser]:
    return [make_user(aws_account, name, tags={"team": "blue"}) for name in ("ada", "ben", "cleo")]


def picks(rows: Any) -> str:
    return "?" + "&".join(f"pick={row.aws_id}" for row in rows)


def staged(action: str, rows: Any, kind: str = "users") -> str:
    return address(f"{kind}_stage_action", action=action) + picks(rows)


def steps() -> list[tuple[str, Any]]:
    return [(step.kind.removeprefix("iam."), step.params) for step in Change.objects.get().steps.all()]


def test_one_step_for_each(users: list[IamUser], erin: Operator, client_of: ClientOf) -> None:
    post(client_of(erin), staged("tag", users), key="team", value="red")
    assert steps() == [("user.tag", {"arn": user.arn, "key": "team", "value": "red"}) for user in users]
    assert Change.objects.get().title == "Tag the user ada team=red, and 2 more"


def test_who_has_the_tag_already_is_left_out(
    aws_account: AwsAccount, users: list[IamUser], erin: Operator, client_of: ClientOf
) -> None:
    plain = make_user(aws_account, "dora", tags={})
    post(client_of(erin), staged("tag", [*users, plain]), key="team", value="blue")
    assert [params["arn"] for _, params in steps()] == [plain.arn]


def test_who_has_the_policy_already_is_left_out(
    aws_account: AwsAccount, users: list[IamUser], erin: Operator, client_of: ClientOf
) -> None:
    policy = make_policy(aws_account)
    attach(users[1], policy)
    post(client_of(erin), staged("attach", users), policy=policy.name)
    assert [params["arn"] for _, params in steps()] == [users[0].arn, users[2].arn]


def test_detaches_from_those_who_have_it(
    aws_account: AwsAccount, users: list[IamUser], erin: Operator, client_of: ClientOf
) -> None:
    policy = make_policy(aws_account)
    attach(users[0], policy)
    attach(users[1], make_policy(aws_account, "other"))
    post(client_of(erin), staged("detach", users[:2]), policy=policy.name)
    assert steps() == [("user.detach", {"arn": users[0].arn, "policy_arn": policy.arn})]


def test_takes_members_out_of_a_group(
    aws_account: AwsAccount, users: list[IamUser], erin: Operator, client_of: ClientOf
) -> None:
    group = make_group(aws_account)
    for user in users[:2]:
        join(user, group)
    post(client_of(erin), staged("leave", users), group=group.name)
    assert [params["user_arn"] for _, params in steps()] == [users[0].arn, users[1].arn]


def test_deletes_policies_with_all_that_hangs_on_them(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    first, second = make_policy(aws_account, "first"), make_policy(aws_account, "second")
    attach(make_user(aws_account), second)
    post(client_of(erin), staged("delete", [first, second], "policies"))
    assert [kind for kind, _ in steps()] == ["policy.delete", "user.detach", "policy.delete"]


def test_says_for_how_many_an_action_is(
    aws_account: AwsAccount, users: list[IamUser], erin: Operator, client_of: ClientOf
) -> None:
    join(users[0], make_group(aws_account))
    page = text_of(get(client_of(erin), "users_stage", picks(users)))
    assert "Stage a change of 3 users" in page
    assert "Remove from a group… For 1 of the 3." in page
    page = text_of(client_of(erin).get(staged("leave", users)).content.decode())
    assert "It can’t be done with 2 others that you picked." in page


def test_what_aws_keeps_for_itself_is_left_out(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    ours, reserved = make_role(aws_account), make_role(aws_account, "reserved", path="/aws-reserved/")
    post(client_of(erin), staged("tag", [ours, reserved], "roles"), key="team", value="red")
    assert [params["arn"] for _, params in steps()] == [ours.arn]


@pytest.mark.parametrize("action", ["rename", "nothing", "key-rotate"])
def test_not_everything_is_done_with_several(
    users: list[IamUser], erin: Operator, client_of: ClientOf, action: str
) -> None:
    assert client_of(erin).get(staged(action, users)).status_code == 404


def test_a_filter_of_the_list_fills_in_no_field(users: list[IamUser], erin: Operator, client_of: ClientOf) -> None:
    page = client_of(erin).get(address("users_stage_action", action="tag") + "?pick=all&key=old").content.decode()
    assert 'value="old"' not in page


@pytest.mark.parametrize("kind", ["users", "groups", "roles", "policies"])
def test_each_list_leads_there(
    aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf, kind: str
) -> None:
    for make in (make_user, make_group, make_role, make_policy):
        make(aws_account)
    assert f'action="{address(f"{kind}_stage")}"' in get(client_of(erin), kind)
    assert address(f"{kind}_stage") not in get(client_of(bob), kind)


# ---- A selection that no address has room for, and of several pages --------------------------------------------
def test_a_hundred_rows_are_staged_by_a_short_address(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    many = [make_user(aws_account, f"worker-{number:03}") for number in range(100)]
    client = client_of(erin)
    html = get(client, "users", "?rows=100")
    assert f'method="post" action="{address("users_stage")}"' in html
    leads = client.post(address("users_stage"), {"pick": [user.aws_id for user in many]})["Location"]
    assert len(leads) < 100
    assert "Stage a change of 100 users" in text_of(client.get(leads).content.decode())
    post(client, leads.replace("/stage/?", "/stage/tag/?"), key="team", value="red")
    assert Change.objects.get().steps.count() == 100


def test_what_was_picked_stays_picked_on_the_next_pages(
    users: list[IamUser], erin: Operator, client_of: ClientOf
) -> None:
    ada, ben, cleo = users
    client, stage = client_of(erin), address("users_stage")
    first = {"pick": [ada.aws_id, ben.aws_id], "back": "?sort=-name"}
    back = client.post(stage, first)["Location"]
    assert back.startswith(f"{address('users')}?sort=-name&kept=")
    html = client.get(back).content.decode()
    assert "2 users selected" in text_of(html)
    assert [f'value="{user.aws_id}" aria-label="Select {user.name}" checked' in html for user in users] == [
        True,
        True,
        False,
    ]
    kept = back.rpartition("=")[2]
    assert f"kept={kept}" in html.split('data-label="Path"')[0]  # the order of the list leads on with it
    second = {"kept": kept, "listed": [ada.aws_id, cleo.aws_id], "pick": [cleo.aws_id]}
    text = text_of(client.get(client.post(stage, second)["Location"]).content.decode())
    assert "Stage a change of 2 users" in text and "ben" in text and "cleo" in text and "ada" not in text


def test_a_kept_selection_is_of_its_list_and_of_its_operator(
    users: list[IamUser], erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    leads = client.post(address("users_stage"), {"pick": [users[0].aws_id]})["Location"]
    assert client_of(alice).get(leads).status_code == 404
    assert client.get(leads.replace("/users/", "/roles/")).status_code == 404
    assert client.post(address("users_stage"), {"back": "//evil.example/?x=1"})["Location"].startswith(address("users"))
