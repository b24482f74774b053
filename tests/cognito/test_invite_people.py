"""Who is invited by a form, and what a table of people does: invites them, and acts on those who are there."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Grant, Operator
from cognito.models import CognitoMembership, PoolPeopleSettings
from sync import changes
from sync.models import Change
from tests.cognito.customers import Customers, shown
from tests.services.changing import carry_out, worked
from tests.services.pages import address, exported, get

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


# ---- Inviting ------------------------------------------------------------------------------------------------
def invite(found: Customers, client: Client, **data: str) -> Any:
    keys = {"account_id": found.pool.aws_account.account_id, "aws_id": found.pool.aws_id}
    return client.post(reverse("cognito_invite", kwargs=keys), {"channel": "EMAIL", "how": "by_aws"} | data)


def test_helpdesk_invites_by_e_mail(found: Customers, hal: Operator, client_of: SignIn) -> None:
    response = invite(found, client_of(hal), username="eve@acme.example", **{"set-custom:plan": "basic"})
    assert response.status_code == 302, re.findall(r"field-error[^<]*<[^<]*", response.content.decode())
    assert carry_out(Change.objects.get(), hal).state == Change.State.APPLIED
    assert found.person("eve").status == "FORCE_CHANGE_PASSWORD"
    [message] = found.emulator.messages()
    assert (message["to"], message["subject"]) == ("eve@acme.example", "Your temporary password")


def test_attributes_that_the_pool_hardly_uses_are_folded(found: Customers, hal: Operator, client_of: SignIn) -> None:
    page = get(client_of(hal), "cognito_invite", aws_id=found.pool.aws_id).partition("<main")[2]
    above, folded = page.split("<details", 1)
    assert ("set-custom:plan" in above, "set-birthdate" in above) == (True, False)
    assert "set-birthdate" in folded and "<details open" not in page
    said = {"username": "eve@acme.example", "channel": "NONE", "how": "by_aws", "set-birthdate": "1990-01-01"}
    refused = client_of(hal).post(address("cognito_invite", aws_id=found.pool.aws_id), said)
    assert "<details open" in refused.content.decode()


def test_without_a_message_somebody_must_know_the_password(found: Customers, hal: Operator, client_of: SignIn) -> None:
    response = invite(found, client_of(hal), username="eve@acme.example", channel="none")
    assert "nobody learns a password that AWS generates" in response.content.decode()
    assert "eve@acme.example" in response.content.decode()


def test_who_is_there_is_not_invited(found: Customers, hal: Operator, client_of: SignIn) -> None:
    response = invite(found, client_of(hal), username="ada@acme.example")
    assert "There is somebody of that name in the pool already." in response.content.decode()


def test_helpdesk_of_another_pool_finds_no_such_page(found: Customers, hal: Operator, client_of: SignIn) -> None:
    Grant.objects.filter(operator=hal).update(pool_id="eu-west-1_Other1234")
    assert invite(found, client_of(hal), username="eve@acme.example").status_code == 404


# ---- A table of people ---------------------------------------------------------------------------------------
def table(found: Customers, client: Client, text: str, **data: str) -> Any:
    keys = {"account_id": found.pool.aws_account.account_id, "aws_id": found.pool.aws_id}
    said = {"what": "new", "channel": "EMAIL", "text": text} | data
    return client.post(reverse("cognito_people_csv", kwargs=keys), said)


def test_five_hundred_people_with_three_bad_rows(found: Customers, erin: Operator, client_of: SignIn) -> None:
    """Bad rows are told; without them each row is a person to invite, who joins a group."""
    client = client_of(erin)
    lines = [f"person-{number}@acme.example,vip,basic" for number in range(500)]
    lines[7], lines[70], lines[400] = (
        "nobody,vip,basic",
        "x@acme.example,none,basic",
        "y@acme.example,vip,much too long",
    )
    text = "\n".join(["name,groups,custom:plan", *lines])
    page = table(found, client, text).content.decode()
    assert "497 rows can be done, 3 can’t." in page
    for words in ("The pool has no group “none”", "takes 8 at most"):
        assert words in page
    head, *rows = csv.reader(exported(table(found, client, text, rejected="1")).splitlines())
    assert head == ["problem", "name", "groups", "custom:plan"]
    assert [row[1] for row in rows] == ["nobody", "x@acme.example", "y@acme.example"]
    refused = table(found, client, text, stage="1").content.decode()
    assert "3 rows can’t be done" in refused
    assert table(found, client, text, stage="1", skip="on").status_code == 302
    change = Change.objects.get()
    assert change.steps.count() == 994
    assert "MAIL_QUOTA" in [finding["code"] for finding in change.findings]
    second = change.steps.get(position=4)
    assert second.params["sub"] == "made by step 3"
    assert change.steps.get(position=3).params["line"] == 3


def test_people_of_a_table_are_invited_and_join(found: Customers, erin: Operator, client_of: SignIn) -> None:
    text = "name;groups;custom:plan\neve@acme.example;vip;basic\nfay@acme.example;;family"
    assert table(found, client_of(erin), text, stage="1").status_code == 302
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    described = shown(found)
    assert described["eve@acme.example"]["groups"] == ["vip"]
    assert described["fay@acme.example"]["attributes"]["custom:plan"] == "family"
    assert CognitoMembership.objects.filter(user=found.person("eve"), gone_at=None).exists()


def test_what_a_table_does_for_people_who_are_there(found: Customers, hal: Operator, client_of: SignIn) -> None:
    PoolPeopleSettings.objects.update(helpdesk_per_hour=10)
    cleo = found.person("cleo")
    text = f"name,do,groups\nada@acme.example,disable,vip\n{cleo.aws_id},confirm,\nben@acme.example,dance,"
    page = table(found, client_of(hal), text, what="there").content.decode()
    assert "“dance” can’t be done: write one of enable, disable" in page
    assert table(found, client_of(hal), text, what="there", stage="1", skip="on").status_code == 302
    assert carry_out(Change.objects.get(), hal).state == Change.State.APPLIED
    described = shown(found)
    assert (described["ada@acme.example"]["Enabled"], described["ada@acme.example"]["groups"]) == (False, ["vip"])
    assert described["cleo@acme.example"]["UserStatus"] == "CONFIRMED"


def test_a_table_stops_and_goes_on_where_it_stopped(found: Customers, erin: Operator, client_of: SignIn) -> None:
    """And nobody is invited twice, also where AWS's answer to the first invitation was lost."""
    text = "name,groups\n" + "\n".join(f"{name}@acme.example,vip" for name in ("eve", "fay", "gil"))
    table(found, client_of(erin), text, stage="1")
    denied = {"code": "AccessDeniedException", "status": 400}
    found.emulator.rules(
        [
            {"action": "AdminAddUserToGroup", "error": denied},
            {"action": "AdminCreateUser", "when": "after", "truncate": True, "times": 1},
        ]
    )
    change = carry_out(Change.objects.get(), erin)
    assert (change.state, change.error["step"]) == (Change.State.FAILED, 2)
    found.emulator.rules([])
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
    assert len([each for each in found.emulator.messages() if each["kind"] == "invitation"]) == 3


def test_no_table_tells_whose_a_sub_is(found: Customers, hal: Operator, client_of: SignIn) -> None:
    ada = found.person("ada")
    text = f"name,do\n{ada.aws_id},disable\nben@acme.example,confirm\ndora@acme.example,enable\n"
    said = {"what": "there", "channel": "EMAIL", "text": text}
    page = client_of(hal).post(address("cognito_people_csv", aws_id=found.pool.aws_id), said)
    form = page.context["form"]
    assert [row.does for row in form.good] == [(f"Disable {ada.aws_id}",)]
    assert [row.problem.split(" ")[0] for row in form.bad] == ["ben@acme.example", "dora@acme.example"]
    assert "ada@acme.example" not in page.content.decode()
