"""The people of a pool: who may look for whom, by what, and what is logged of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from cognito import tables
from cognito.models import CognitoUser, SavedSearch, UserPool
from cognito.people import selectors
from tests.cognito.rows import make_person, make_pool, make_pool_group, put_into
from tests.conftest import make_operator
from tests.services.pages import address, exported, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    pool = make_pool(aws_account)
    jane = make_person(pool, "jane", attributes={"custom:plan": "family", "name": "Jane Doe"})
    make_person(pool, "ravi", status="UNCONFIRMED", attributes={"custom:plan": "business"})
    make_person(pool, "elif", enabled=False)
    put_into(make_pool_group(pool), jane)
    return pool


def people(client: Client, pool: UserPool, query: str = "", status: int = 200) -> str:
    return text_of(get(client, "cognito_pool_people", query, status, aws_id=pool.aws_id))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Jane Doe", "ravi@", "elif@"}),
        ("?q=amil", {"Jane Doe"}),
        ("?q=ravi@example", {"ravi@"}),
        ("?custom:plan=business", {"ravi@"}),
        ("?email=jane@example.org", {"Jane Doe"}),
        ("?username=elif", {"elif@"}),
        ("?group=vip", {"Jane Doe"}),
        ("?status=unfinished", {"ravi@"}),
        ("?status=confirmed", {"Jane Doe", "elif@"}),
        ("?enabled=no", {"elif@"}),
        ("?created_after=2025-03-02", set()),
        ("?created_before=2025-03-02&enabled=yes&status=confirmed", {"Jane Doe"}),
        ("?changed_after=2025-03-01&q=doe", {"Jane Doe"}),
    ],
)
def test_finds_by(pool: UserPool, hal: Operator, client_of: ClientOf, query: str, found: set[str]) -> None:
    text = people(client_of(hal), pool, query)
    assert {name for name in ("Jane Doe", "ravi@", "elif@") if name in text.partition("Changed")[2]} == found


def test_says_what_is_in_force_and_how_many_match(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    text = people(client_of(hal), pool, "?custom:plan=business&status=unconfirmed")
    assert "1 of 3 people matches." in text
    assert "custom:plan is business" in text
    assert "Never finished signing up" in text


@pytest.mark.parametrize(
    ("query", "left_out"),
    [("custom:team=red", "custom:team"), ("given_name=Jane", "given_name"), ("custom:plan=family", ""), ("sub=x", "")],
)
def test_by_what_is_not_kept_nobody_is_looked_for_and_that_is_said(
    query: str, left_out: str, pool: UserPool, hal: Operator, client_of: ClientOf
) -> None:
    """Else everybody would seem to have it."""
    pool.settings["SchemaAttributes"] = [{"Name": "sub"}, {"Name": "given_name"}, {"Name": "custom:plan"}]
    pool.save(update_fields=["settings"])
    text = people(client_of(hal), pool, f"?{query}")
    said = f"{left_out} isn’t kept of these people, so this filter was left out."
    assert (said in text) is bool(left_out)
    assert ("kept of these people" in text) is bool(left_out)


def test_of_very_many_it_says_that_there_are_more(
    pool: UserPool, hal: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To count what nearly everybody has would take longer than to find it."""
    for number in range(30):
        make_person(pool, f"person-{number:02}")
    monkeypatch.setattr(tables, "_COUNTED", 27)
    text = people(client_of(hal), pool, "?q=example.org&rows=25")
    assert "More than 27 of 33 people match." in text
    assert "1 to 25 of more than 27" in text
    assert "1 to 25 of 33" in people(client_of(hal), pool, "?rows=25")
    assert "30 of 33 people match." in people(client_of(hal), pool, "?q=person-&rows=50")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=XAMPLE.O", 3),
        ("?custom:plan=family", 1),
        ("?q=a_e", 0),
        ("?created_after=2025-03-01", 3),
        ("?created_after=2025-03-01&created_before=2025-03-02&enabled=no", 1),
        ("?changed_after=2025-03-02", 0),
    ],
)
def test_what_many_have_is_found_too(
    pool: UserPool, hal: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, query: str, found: int
) -> None:
    """On SQLite in another way."""
    monkeypatch.setattr(selectors, "_MANY", -1)
    assert f"{found} of 3 people" in people(client_of(hal), pool, query)


def test_who_is_gone_shows_only_when_asked_for(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    CognitoUser.objects.filter(name="jane").update(gone_at=timezone.now())
    assert "Jane Doe" not in people(client_of(hal), pool)
    assert "Jane Doe" in people(client_of(hal), pool, "?gone=only")


def test_helpdesk_sees_the_people_of_its_pools_alone(
    pool: UserPool, aws_account: AwsAccount, client_of: ClientOf
) -> None:
    other = make_pool(aws_account, "partners")
    nina = make_operator("nina", Role.HELPDESK, aws_account)
    Grant.objects.filter(operator=nina).update(pool_id=pool.aws_id)
    client = client_of(nina)
    assert "Jane Doe" in people(client, pool)
    assert "partners" not in text_of(get(client, "user_pools"))
    people(client, other, status=404)
    stranger = make_person(other, "kim")
    get(client, "cognito_user", status=404, aws_id=stranger.aws_id)
    assert client.post(address("cognito_people_ask", aws_id=other.aws_id), {"q": "kim@example.org"}).status_code == 404
    assert "partners" not in text_of(client.get("/search/?q=partners").content.decode()).replace("“partners”", "")


def test_viewers_see_the_pool_but_nobody_in_it(pool: UserPool, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert "People" not in text_of(get(client, "cognito_pool", aws_id=pool.aws_id)).partition("Who gets in")[0].split()
    people(client, pool, status=403)
    get(client, "cognito_user", status=403, aws_id=CognitoUser.objects.filter(name="jane").get().aws_id)
    assert "Jane" not in text_of(client.get("/search/?q=jane").content.decode()).replace("“jane”", "")


def test_the_file_is_for_who_may_export_and_is_logged(
    pool: UserPool, hal: Operator, erin: Operator, client_of: ClientOf
) -> None:
    people(client_of(hal), pool, "?format=csv", status=403)
    assert "CSV" not in people(client_of(hal), pool)
    where = address("cognito_pool_people", aws_id=pool.aws_id)
    response = client_of(erin).get(f"{where}?custom:plan=business&format=csv")
    lines = exported(response).splitlines()
    assert lines[0].startswith('"name","status","enabled","groups","created","changed","custom:plan","email",')
    assert [line.split(",")[0] for line in lines[1:]] == ['"ravi"']
    entry = AuditEntry.objects.get(verb="people.exported")
    assert (entry.actor, entry.object_id, entry.data) == (erin, pool.aws_id, {"by": ["custom:plan"], "people": 1})


def test_a_look_through_people_is_logged_once_and_without_what_was_typed(
    pool: UserPool, hal: Operator, client_of: ClientOf
) -> None:
    client = client_of(hal)
    for query in ("?q=jane", "?q=jane@", "?q=jane&enabled=yes"):
        people(client, pool, query)
    entries = AuditEntry.objects.filter(verb="people.listed").order_by("pk")
    assert [entry.data for entry in entries] == [{"by": ["words"]}, {"by": ["enabled", "words"]}]
    assert "jane" not in str(list(AuditEntry.objects.values()))


def test_a_search_is_kept_for_oneself_and_forgotten(
    pool: UserPool, hal: Operator, erin: Operator, client_of: ClientOf
) -> None:
    client, kept = client_of(hal), {"name": "Business", "query": "?custom:plan=business&colour=blue&after=x"}
    client.post(address("cognito_search_save", aws_id=pool.aws_id), kept)
    search = SavedSearch.objects.get()
    assert search.query == "custom%3Aplan=business"
    assert "ravi@" in people(client, pool, f"?{search.query}")
    assert "Business" in people(client, pool)
    assert "Business" not in people(client_of(erin), pool)
    forget = address("cognito_search_forget", aws_id=pool.aws_id, pk=str(search.pk))
    assert client_of(erin).post(forget).status_code == 404
    client.post(forget)
    assert not SavedSearch.objects.exists()


def test_a_search_for_nothing_is_not_kept(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    where = address("cognito_search_save", aws_id=pool.aws_id)
    response = client_of(hal).post(where, {"name": "All", "query": ""}, follow=True)
    assert "Search for something first" in text_of(response.content.decode())
    assert not SavedSearch.objects.exists()


def test_pools_with_how_many_people(pool: UserPool, bob: Operator, client_of: ClientOf) -> None:
    make_pool(pool.aws_account, "partners", mfa="ON", self_signup=False, people_read_at=None)
    text = text_of(get(client_of(bob), "user_pools"))
    assert f"customers {pool.aws_id} 3 Not looked at yet Off Anybody" in text
    assert "Not read yet Not looked at yet Required Administrators only" in text


def test_a_group_leads_to_its_members(pool: UserPool, erin: Operator, bob: Operator, client_of: ClientOf) -> None:
    group = pool.cognitogroups.get()
    where = address("cognito_group", aws_id=group.aws_id)
    assert client_of(erin).get(where).headers["Location"].endswith("/people/?group=vip")
    assert client_of(bob).get(where).headers["Location"].endswith("/groups/")
    assert "vip" in text_of(client_of(erin).get("/search/?q=vip").content.decode())
