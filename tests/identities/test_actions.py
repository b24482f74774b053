"""Actions from the pages of users and groups: forms that stage changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import AwsAccount, Operator
from sync.models import Change
from tests.services.pages import address, get, text_of
from tests.services.rows import make_group, make_role, make_user

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


def post(client: Client, url: str, **said: Any) -> HttpResponse:
    response = client.post(url, {"reason": "Ticket 7", **said})
    assert isinstance(response, HttpResponse)
    return response


def test_the_list_offers_a_new_user_to_editors_only(
    aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="create-user")
    assert url in get(client_of(erin), "users")
    assert url not in get(client_of(bob), "users")


def test_a_new_user_is_proposed(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    url = address("account_action", action="create-user")
    response = post(client_of(erin), url, name="iris", path="apps")
    change = Change.objects.get()
    assert response["Location"] == address("change", pk=str(change.pk))
    assert (change.title, change.reason) == ("Make the user iris", "Ticket 7")
    assert change.steps.get().params == {"arn": "arn:aws:iam::123456789012:user/apps/iris", "boundary_arn": ""}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "with space"}, "has 1 to 64 letters"),
        ({"name": "DANA.okafor"}, "There is a user dana.okafor already"),
        ({"name": "iris", "boundary": "nobody-has-it"}, "The mirror has no policy “nobody-has-it”."),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_is_lost(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, said: dict[str, str], sentence: str
) -> None:
    make_user(aws_account)
    response = post(client_of(erin), address("account_action", action="create-user"), path="/apps/", **said)
    assert response.status_code == 422
    assert sentence in text_of(response.content.decode())
    assert all(f'value="{value}"' in response.content.decode() for value in [*said.values(), "/apps/"] if value)
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("where", "said", "field"),
    [
        ({"name": "account_action", "action": "create-user"}, {"name": "with space"}, "name"),
        ({"name": "account_action", "action": "create-user"}, {"name": "dana.okafor"}, "name"),
        ({"name": "account_action", "action": "set-alias"}, {"alias": "Not-An-Alias"}, "alias"),
        (
            {"name": "account_action", "action": "set-password-policy"},
            {"minimum_length": "12", "remembered": "0", "max_age_days": "0", "hard_expiry": "on"},
            "hard_expiry",
        ),
        ({"name": "user_action", "action": "tag"}, {"key": "aws:team", "value": "x"}, "key"),
        ({"name": "user_action", "action": "join"}, {"group": "oncall", "ends": "2001-01-01T10:00"}, "ends"),
    ],
)
def test_what_is_refused_for_one_value_is_said_beside_its_field(
    aws_account: AwsAccount,
    erin: Operator,
    client_of: ClientOf,
    where: dict[str, str],
    said: dict[str, str],
    field: str,
) -> None:
    make_group(aws_account, "oncall")
    dana = make_user(aws_account)
    of = {"aws_id": dana.aws_id} if where["name"] == "user_action" else {}
    page = post(client_of(erin), address(**where, **of), **said).content.decode()
    assert f'id="id_{field}_error"' in page
    (control,) = re.findall(f'<[^<]* name="{field}"[^<]*>', page)
    assert 'aria-invalid="true"' in control
    assert re.search(rf'aria-describedby="[^"]*\bid_{field}_error', control)
    assert "note-danger" not in page


def test_what_is_refused_for_no_value_stands_above_the_fields(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    dana = make_user(aws_account)
    url = address("user_action", aws_id=dana.aws_id, action="rename")
    page = post(client_of(erin), url, name=dana.name, path=dana.path)
    assert "already" in text_of(page.content.decode())
    assert "note-danger" in page.content.decode()


def test_a_refused_form_opens_at_what_is_wrong(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    said = {"name": "iris", "policy": "nobody-has-it", "boundary": "nobody-has-it"}
    page = post(client_of(erin), address("account_action", action="create-user"), **said).content.decode()
    opened = re.findall("<(?:input|select|textarea)[^<]* autofocus[^<]*>", page)
    assert [re.findall(r'name="(\w+)"', field) for field in opened] == [["policy"]]


def test_the_page_of_an_object_lists_its_actions(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    dana = make_user(aws_account)
    page = get(client_of(erin), "user", aws_id=dana.aws_id)
    assert address("user_action", aws_id=dana.aws_id, action="tag") in page
    assert address("user_action", aws_id=dana.aws_id, action="untag") not in page  # it has no tags


def test_what_an_action_isnt_offered_for_isnt_there(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    role = make_role(aws_account, "AWSServiceRoleForSupport", path="/aws-service-role/support.amazonaws.com/")
    assert client_of(erin).get(address("role_action", aws_id=role.aws_id, action="tag")).status_code == 404


def test_the_address_fills_in_fields(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    dana = make_user(aws_account)
    response = client_of(erin).get(f"{address('user_action', aws_id=dana.aws_id, action='tag')}?key=team")
    assert 'value="team"' in response.content.decode()
