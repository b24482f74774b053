"""A new user with what it needs, by one change; and its page right after."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Operator
from identities.models import IamGroup, IamUser
from sync import refresh
from sync.models import Change, Run
from tests.services.changing import carry_out
from tests.services.pages import address, get, text_of
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def groups(world: World) -> list[IamGroup]:
    return [world.group(name) for name in ("auditors", "developers")]


@pytest.fixture
def change(groups: list[IamGroup], erin: Operator, client_of: ClientOf) -> Change:
    said = {
        "name": "iris",
        "groups": "auditors; DEVELOPERS",
        "policy": POLICY,
        "how": "made_up",
        "reset_required": "on",
    }
    answer = client_of(erin).post(address("account_action", action="create-user"), said)
    assert answer.status_code == 302, text_of(answer.content.decode())
    return Change.objects.get()


def test_one_change_has_user_groups_policy_and_password(change: Change, erin: Operator, world: World) -> None:
    kinds = list(change.steps.values_list("kind", flat=True))
    assert kinds == ["iam.user.create", *["iam.group.add_user"] * 2, "iam.user.attach", "iam.login.create"]
    assert carry_out(change, erin).state == "applied"
    joined = world.iam.list_groups_for_user(UserName="iris")["Groups"]
    assert sorted(group["GroupName"] for group in joined) == ["auditors", "developers"]
    assert world.iam.get_login_profile(UserName="iris")["LoginProfile"]["PasswordResetRequired"]


def test_what_was_made_is_led_to_and_read_at_once(change: Change, erin: Operator, client_of: ClientOf) -> None:
    carry_out(change, erin)
    user = IamUser.objects.get(name="iris")
    page = client_of(erin).get(change_url(change)).content.decode()
    assert f'href="{address("user", aws_id=user.aws_id)}"' in page
    run = Run.objects.get(object_id=user.aws_id)
    refresh.work(run.pk)
    credentials = get(client_of(erin), "user_credentials", aws_id=user.aws_id)
    not_read = re.findall(r"Not read yet: [^.]+", text_of(credentials))
    assert not_read == ["Not read yet: when the password was used and changed"]  # AWS is still making that report
    assert address("user_action", aws_id=user.aws_id, action="password-reset") in credentials


def test_an_unknown_group_is_named_and_nothing_is_lost(world: World, erin: Operator, client_of: ClientOf) -> None:
    said = {"name": "iris", "groups": "nobodies", "how": "typed", "password": "x"}
    answer = client_of(erin).post(address("account_action", action="create-user"), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The mirror has no group “nobodies”." in text_of(page)
    assert 'value="nobodies"' in page and 'value="iris"' in page
    assert not Change.objects.exists()


def change_url(change: Change) -> str:
    return address("change", pk=str(change.pk))
