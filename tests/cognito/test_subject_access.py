"""All that is held of a person, for an access request: complete, for who may take people away, and audited."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from cognito.models import CognitoUser, SavedSearch, UserPool
from cognito.people.erasure import erase
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from sync import changes
from tests.cognito.rows import make_person, make_pool, make_pool_group, put_into
from tests.services.changing import propose
from tests.services.pages import address, exported, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


@pytest.fixture
def jane(aws_account: AwsAccount, erin: Operator) -> CognitoUser:
    """With something of each kind that there is."""
    pool: UserPool = make_pool(aws_account)
    person = make_person(pool, attributes={"custom:plan": "family"})
    put_into(make_pool_group(pool), person)
    params = as_params(person.aws_id, {"custom:plan": "basic"}, ["custom:plan"])
    change = propose(aws_account, erin, [on_person(person, "cognito.user.attributes.set", **params)], reason="T-1")
    changes.comment(change=change, actor=erin, comment="She is jane@example.org.")
    SavedSearch.objects.create(operator=erin, pool=pool, name="her", query="q=jane%40")
    return person


SAID = ("jane@example.org", "family", "basic", "vip", "She is jane@example.org.", "T-1", "q=jane%40")


def test_the_page_says_all_of_it_and_the_trail_says_who_looked(
    jane: CognitoUser, erin: Operator, client_of: ClientOf
) -> None:
    text = text_of(get(client_of(erin), "cognito_user_stored_data", aws_id=jane.aws_id))
    assert [said for said in (*SAID, jane.aws_id, "Confirmed") if said not in text] == []
    entry = AuditEntry.objects.get(verb="person.exported")
    assert (entry.actor, entry.object_id, entry.data["form"]) == (erin, jane.aws_id, "page")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_file_says_all_of_it_too(jane: CognitoUser, erin: Operator, client_of: ClientOf, form: str) -> None:
    client = client_of(erin)
    text = exported(client.get(f"{address('cognito_user_stored_data', aws_id=jane.aws_id)}?format={form}"))
    assert [said for said in SAID if said not in text] == []
    if form == "json":
        held = json.loads(text)
        assert held["values"][0]["value"] == "basic" and held["looks"] == []
    assert AuditEntry.objects.get(verb="person.exported").data["form"] == form


def test_helpdesk_may_not_take_people_away(jane: CognitoUser, hal: Operator, client_of: ClientOf) -> None:
    client = client_of(hal)
    get(client, "cognito_user_stored_data", status=403, aws_id=jane.aws_id)
    assert "Stored data" not in get(client, "cognito_user", aws_id=jane.aws_id)


def test_of_who_is_erased_it_says_what_is_left(jane: CognitoUser, erin: Operator, client_of: ClientOf) -> None:
    erase(CognitoUser.objects.filter(pk=jane.pk))
    text = text_of(get(client_of(erin), "cognito_user_stored_data", aws_id=jane.aws_id))
    assert jane.aws_id in text and [said for said in SAID if said in text and said != "basic"] == []
