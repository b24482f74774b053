"""Tables of people that mean somebody else, somebody twice, or more people than helpdesk may change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.models import PoolPeopleSettings
from sync.models import Change
from tests.cognito.customers import Customers
from tests.cognito.rows import make_person
from tests.services.changing import carry_out
from tests.services.pages import address, exported

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def table(found: Customers, client: Client, text: str, **data: str) -> Any:
    said = {"what": "there", "channel": "EMAIL", "text": text} | data
    return client.post(address("cognito_people_csv", aws_id=found.pool.aws_id), said)


def problems(page: Any) -> dict[int, str]:
    return {row.line: row.problem for row in page.context["form"].bad}


def test_a_person_in_two_lines_under_two_names_is_done_once(found: Customers, hal: Operator, client_of: SignIn) -> None:
    """Else they get two messages, of which the first is void."""
    text = f"name,do\nada@acme.example,reset-password\n{found.person('ada').aws_id},reset-password\n"
    page = table(found, client_of(hal), text)
    assert problems(page) == {3: f"{found.person('ada').aws_id} is in line 2 already."}


def test_nobody_is_meant_by_what_they_call_themselves(found: Customers, hal: Operator, client_of: SignIn) -> None:
    """Whoever has an app may set a name of hers to what somebody else signs in with."""
    ben = found.person("ben")
    ben.attributes["name"] = "zoe@acme.example"
    ben.save(update_fields=["attributes"])
    text = "name,groups\nben@acme.example,vip\nzoe@acme.example,vip\n"
    page = table(found, client_of(hal), text)
    assert problems(page) == {
        3: "The mirror has nobody called “zoe@acme.example”: look for them in the list and ask AWS there."
    }


def test_in_a_pool_without_recovery_no_password_is_reset(found: Customers, hal: Operator, client_of: SignIn) -> None:
    found.pool.settings["AccountRecoverySetting"] = {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]}
    found.pool.save(update_fields=["settings"])
    [problem] = problems(table(found, client_of(hal), "name,do\nada@acme.example,reset-password\n")).values()
    assert "only administrators reset passwords" in problem


def test_what_is_not_for_helpdesk_is_told_at_its_line(
    found: Customers, hal: Operator, erin: Operator, client_of: SignIn
) -> None:
    text = "name,groups,email_verified\neve@acme.example,staff,\nfay@acme.example,,true\ngil@acme.example,vip,\n"
    said = problems(table(found, client_of(hal), text, what="new"))
    assert list(said) == [2, 3]
    assert said[2].startswith("Members of staff can take on the role shop-staff")
    assert said[3] == "email_verified isn’t for helpdesk: leave it empty, or ask an editor or an owner."
    assert problems(table(found, client_of(erin), text, what="new")) == {}


def test_lines_that_mean_nobody_or_two_or_say_two_things(found: Customers, hal: Operator, client_of: SignIn) -> None:
    """Two with one name: in a pool in which an address isn't unique."""
    twin = make_person(found.pool, "ada@acme.example")
    twin.attributes["email"] = "ada@acme.example"
    twin.save(update_fields=["attributes"])
    said = problems(table(found, client_of(hal), "name,do\nada@acme.example,disable\n"))
    assert said == {2: "Several people are called “ada@acme.example”: give the sub."}
    said = problems(table(found, client_of(hal), "name,email\neve@acme.example,fay@acme.example\n", what="new"))
    assert said == {2: "The column email says something else than the name."}


def test_an_address_that_waits_for_its_code_is_not_compared(found: Customers, hal: Operator, client_of: SignIn) -> None:
    found.pool.settings["UserAttributeUpdateSettings"] = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    found.pool.save(update_fields=["settings"])
    text = "name,email,custom:plan\nada@acme.example,ada@home.example,family\n"
    assert table(found, client_of(hal), text, stage="1").status_code == 302
    params = Change.objects.get().steps.get().params
    assert (params["compared"], set(params["digests"])) == (["custom:plan"], {"custom:plan"})


def test_who_is_invited_into_a_group_counts_as_one_person(found: Customers, hal: Operator, client_of: SignIn) -> None:
    PoolPeopleSettings.objects.update(helpdesk_per_hour=2)
    text = "name,groups\neve@acme.example,vip\nfay@acme.example,vip\n"
    response = table(found, client_of(hal), text, what="new", stage="1")
    assert response.status_code == 302, response.context["form"].errors
    assert carry_out(Change.objects.get(), hal).state == Change.State.APPLIED
    more = table(found, client_of(hal), "name\ngil@acme.example\n", what="new", stage="1")
    assert "you changed 2, counting who waits for a worker, and this is about 1" in more.content.decode()


def test_what_cant_be_done_is_no_formula_in_a_spreadsheet(found: Customers, hal: Operator, client_of: SignIn) -> None:
    text = 'name,do\n"=HYPERLINK(""https://evil.example"")",enable\n@SUM(1),enable\n-1,enable\n'
    file = exported(table(found, client_of(hal), text, rejected="1"))
    cells = [line.split(",")[1] for line in file.splitlines()[1:]]
    assert [cell.strip('"')[0] for cell in cells] == ["'"] * 3


def test_a_thousand_rows_are_looked_at_in_few_queries(
    found: Customers, erin: Operator, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    people = [make_person(found.pool, f"person-{number}") for number in range(1000)]
    text = "name,do,groups\n" + "\n".join(f"{person.aws_id},disable,vip" for person in people)
    client = client_of(erin)
    with django_assert_max_num_queries(60):
        page = table(found, client, text)
    assert problems(page) == {}
