"""What is held of whom, who decides it, erasing now, and that the audit trail verifies after that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditCheck, AuditEntry, AwsAccount, Operator
from accounts.services import audit_checks
from accounts.triggers import SQL
from cognito.models import CognitoUser, PoolPeopleSettings, SavedSearch, UserPool
from cognito.people.retention import erase_attribute, withdrawn
from cognito.people.selectors import people_of
from emulator.process import REGION, Emulator
from iamconsole.web.search import narrowed
from tests.cognito.customers import customers
from tests.cognito.rows import KEPT, make_person, make_pool
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    return make_pool(aws_account, settings={"SchemaAttributes": [{"Name": name} for name in (*KEPT, "locale")]})


def gone(pool: UserPool, name: str = "kim") -> CognitoUser:
    return make_person(pool, name, gone_at=timezone.now() - timedelta(days=10))


def said(**changed: Any) -> dict[str, Any]:
    described = {"mirrors_people": "on", "attributes": "\n".join(KEPT), "erase_after_days": 30, "helpdesk_per_hour": 30}
    return {**described, **changed}


def erase(client: Client, pool: UserPool, **asked: str) -> str:
    response = client.post(address("data_protection_erase", aws_id=pool.aws_id), asked, follow=True)
    return text_of(response.content.decode())


def test_says_in_numbers_what_is_held(pool: UserPool, bob: Operator, client_of: ClientOf) -> None:
    make_person(pool, "jane")
    make_person(pool, "ravi")
    gone(pool)
    text = text_of(get(client_of(bob), "data_protection"))
    assert (
        f"customers {pool.aws_id} 2 custom:plan, email, email_verified, name, phone_number 1, the first due in" in text
    )
    assert "jane" not in text and "kim" not in text


def test_a_pool_that_is_gone_is_told_until_its_people_are_erased(
    pool: UserPool, alice: Operator, client_of: ClientOf
) -> None:
    """Else nobody would know that the people of a deleted pool are still held."""
    kim = gone(pool)
    UserPool.objects.update(gone_at=timezone.now() - timedelta(days=10))
    text = text_of(get(client_of(alice), "data_protection"))
    assert f"{pool.aws_id}. Gone from AWS 10 days ago" in text
    assert "only this subject is left" in erase(client_of(alice), pool, sub=kim.aws_id)
    assert "customers" not in text_of(get(client_of(alice), "data_protection"))


def test_numbers_lead_to_the_people_for_who_may_see_them(
    pool: UserPool, bob: Operator, erin: Operator, client_of: ClientOf
) -> None:
    make_person(pool, "jane")
    link = address("cognito_pool_people", aws_id=pool.aws_id)
    assert link in get(client_of(erin), "data_protection")
    assert link not in get(client_of(bob), "data_protection")


def test_owners_decide_what_is_kept_and_it_is_logged(pool: UserPool, alice: Operator, client_of: ClientOf) -> None:
    client, where = client_of(alice), address("data_protection_pool", aws_id=pool.aws_id)
    assert client.post(where, said(attributes="email\nlocale", erase_after_days=7)).status_code == 302
    people_settings = PoolPeopleSettings.objects.get()
    assert (people_settings.attributes, people_settings.erase_after_days, people_settings.mirrors_people) == (
        ["email", "locale"],
        7,
        True,
    )
    entry = AuditEntry.objects.get(verb="pool_people_settings.changed")
    assert entry.data["changes"]["erase_after_days"] == ["30", "7"]
    assert entry.data["changes"]["attributes"] == [", ".join(sorted(KEPT)), "email, locale"]
    client.post(where, said(attributes="email\nlocale", erase_after_days=7))
    assert AuditEntry.objects.filter(verb="pool_people_settings.changed").count() == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"attributes": "email\ncustom:shoe"}, "This pool has no attribute “custom:shoe”."),
        ({"attributes": "e mail"}, "can’t be the name of an attribute"),
        ({"helpdesk_per_hour": -1}, "greater than or equal to 0"),
        ({"erase_after_days": -1}, "greater than or equal to 0"),
    ],
)
def test_nonsense_is_refused_and_stays_in_the_form(
    pool: UserPool, alice: Operator, client_of: ClientOf, changed: dict[str, Any], sentence: str
) -> None:
    response = client_of(alice).post(address("data_protection_pool", aws_id=pool.aws_id), said(**changed))
    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in text_of(html)
    assert str(next(iter(changed.values()))).split("\n")[-1] in html
    assert PoolPeopleSettings.objects.get().attributes == KEPT


def test_who_is_gone_is_erased_now(pool: UserPool, alice: Operator, client_of: ClientOf) -> None:
    kim = gone(pool)
    assert "only this subject is left" in erase(client_of(alice), pool, sub=kim.aws_id)
    kim.refresh_from_db()
    assert (kim.name, kim.attributes, kim.words) == ("", {}, "")
    assert kim.erased_at is not None
    entry = AuditEntry.objects.get(verb="person.erased")
    assert (entry.object_id, "kim" in str(entry.data)) == (kim.aws_id, False)


def test_searches_for_who_is_erased_go_and_others_stay(
    pool: UserPool, alice: Operator, hal: Operator, client_of: ClientOf
) -> None:
    kim = gone(pool)
    for query in ("email=Kim%40example.org", "q=kim", "q=kim%40", f"sub={kim.aws_id}", "custom%3Aplan=family"):
        SavedSearch.objects.create(operator=hal, pool=pool, name=query, query=query)
    erase(client_of(alice), pool, sub=kim.aws_id)
    assert sorted(SavedSearch.objects.values_list("query", flat=True)) == ["custom%3Aplan=family"]


def test_whom_aws_still_has_is_not_erased(pool: UserPool, alice: Operator, client_of: ClientOf) -> None:
    jane = make_person(pool, "jane")
    where = address("data_protection_erase", aws_id=pool.aws_id)
    assert client_of(alice).post(where, {"sub": jane.aws_id}).status_code == 404
    jane.refresh_from_db()
    assert jane.erased_at is None


def test_an_attribute_off_the_list_is_erased_of_everybody(pool: UserPool, alice: Operator, client_of: ClientOf) -> None:
    jane = make_person(pool, "jane", attributes={"custom:plan": "family"})
    client = client_of(alice)
    assert "remove it from there first" in erase(client, pool, attribute="custom:plan")
    PoolPeopleSettings.objects.update(attributes=["email"])
    page = text_of(get(client, "data_protection_pool", aws_id=pool.aws_id))
    assert "custom:plan of 1 person" in page
    assert "custom:plan is erased of 1 person." in erase(client, pool, attribute="custom:plan")
    jane.refresh_from_db()
    assert jane.attributes == {"email": "jane@example.org", "email_verified": "true"}
    assert not narrowed(people_of(pool), "family").exists()
    assert narrowed(people_of(pool), "jane@exam").get() == jane
    assert AuditEntry.objects.get(verb="people.attribute_erased").data["people"] == 1


def checked(client: Client) -> str:
    """The page of the last check, after a worker has carried it out."""
    client.post(reverse("audit_check"))
    audit_checks.work(AuditCheck.objects.latest("pk").pk)
    return text_of(client.get(reverse("audit_check")).content.decode())


def test_the_chain_verifies_after_an_erasure_and_not_after_a_forgery(
    pool: UserPool, alice: Operator, client_of: ClientOf
) -> None:
    client = client_of(alice)
    erase(client, pool, sub=gone(pool).aws_id)
    text = checked(client)
    head = AuditEntry.objects.filter(number__isnull=False).latest("number")
    assert "sealed entries are unchanged" in text and f"{head.number}:{head.seal}" in text
    with connection.cursor() as cursor:
        for statement in SQL[connection.vendor][1]:
            cursor.execute(statement)
    QuerySet(AuditEntry).filter(pk=head.pk).update(reason="Another one")
    assert f"Entry {head.number} isn't what was sealed" in checked(client)


@pytest.mark.stack
def test_what_is_off_the_list_is_counted_by_attribute(aws_account: AwsAccount) -> None:
    pool = make_pool(aws_account)
    make_person(pool, "jane", attributes={"custom:plan": "family", 'custom:"odd"': "1"})
    make_person(pool, "ravi", attributes={"custom:plan": "free", "name": "Ravi"})
    make_person(make_pool(aws_account, "staff"), "elif", attributes={"nickname": "E"})
    people_settings = PoolPeopleSettings(attributes=["email", "email_verified", "name"])
    assert withdrawn(pool, people_settings) == {"custom:plan": 2, 'custom:"odd"': 1}
    assert withdrawn(pool, PoolPeopleSettings(attributes=[])) == {
        "custom:plan": 2,
        'custom:"odd"': 1,
        "email": 2,
        "email_verified": 2,
        "name": 1,
    }


def test_who_signed_in_an_hour_ago_proves_who_they_are_first(
    pool: UserPool, alice: Operator, client_of: ClientOf
) -> None:
    """Erasing can't be undone, and neither can what the next pull does by the pool's settings."""
    kim, stale = gone(pool), client_of(alice, ago=3600)
    for name, asked in (("data_protection_erase", {"sub": kim.aws_id}), ("data_protection_pool", said(attributes=""))):
        response = stale.post(address(name, aws_id=pool.aws_id), asked)
        assert response.status_code == 302
        assert quote(reverse("step_up"), safe="") in response["Location"]
    kim.refresh_from_db()
    assert kim.erased_at is None
    assert not PoolPeopleSettings.objects.filter(attributes=[]).exists()


def test_what_nobody_has_is_not_erased_and_not_written_down(
    pool: UserPool, alice: Operator, client_of: ClientOf
) -> None:
    make_person(pool, "jane")
    assert "Nobody here has that attribute any more." in erase(client_of(alice), pool, attribute="jane@example.org")
    assert not AuditEntry.objects.filter(verb="people.attribute_erased").exists()


def test_an_attribute_comes_back_when_it_is_kept_again(
    emulator: Emulator, aws_account: AwsAccount, alice: Operator
) -> None:
    """The hash of a row says what it was before something of it was erased."""
    found = customers(emulator, aws_account)
    people_settings = PoolPeopleSettings.objects.get()
    kept, ada = people_settings.attributes, found.person("ada")
    PoolPeopleSettings.objects.update(attributes=[name for name in kept if name != "email"])
    erase_attribute(found.pool, "email", actor=alice)
    PoolPeopleSettings.objects.update(attributes=kept)
    ada.refresh_from_db()
    assert "email" not in ada.attributes
    pulled(aws_account, source="cognito.people", region=REGION)
    ada.refresh_from_db()
    assert ada.attributes["email"] == "ada@acme.example"
