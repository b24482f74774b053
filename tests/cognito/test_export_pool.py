"""A pool as a file: what is in it, who gets the memberships, and what is said of files that can't be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from cognito.models import UserPool
from cognito.restoring import pool_file
from cognito.restoring.pool_file import FileProblem, read
from sync.models import Change
from tests.cognito.arranged_pool import arrange
from tests.cognito.restoring import exported, look
from tests.cognito.rows import make_person, make_pool, make_pool_group, put_into
from tests.cognito.seeding import CLIENT_SECRET
from tests.services.pages import address, get, text_of
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    pool = make_pool(aws_account, username_attributes=["email"])
    vip, trial = make_pool_group(pool), make_pool_group(pool, "trial")
    ada, ben = make_person(pool, "ada"), make_person(pool, "ben")
    put_into(vip, ada, ben)
    put_into(trial, ben)
    return pool


def said_by(text: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(text)
    return said


def test_memberships_are_of_who_may_export_people(pool: UserPool, erin: Operator, client_of: ClientOf) -> None:
    text = exported(client_of(erin), pool, memberships=True)
    trial, vip = said_by(text)["memberships"]
    assert [each["username"] for each in vip["people"]] == ["ada", "ben"]
    assert trial["people"][0]["signs_in_with"] == "ben@example.org"
    assert read(text).people == 2
    entry = AuditEntry.objects.get(verb="people.exported")
    assert (entry.data, entry.object_id) == ({"by": ["memberships"], "people": 2}, pool.aws_id)


def test_others_get_a_file_that_says_so(pool: UserPool, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    text = exported(client, pool)
    assert said_by(text)["memberships"] is None
    assert any("Who is in which group" in words for words in said_by(text)["not_in_this_file"])
    assert "ada@" not in text
    assert not AuditEntry.objects.filter(verb="people.exported").exists()
    get(client, "cognito_pool_export", "?format=json&memberships=on", aws_id=pool.aws_id, status=403)
    page = get(client, "cognito_pool_export", aws_id=pool.aws_id)
    assert "exporting people takes an editor or an owner" in text_of(page)
    assert "Into a new pool" not in text_of(page)


def test_no_secret_is_in_it(world: World, erin: Operator, client_of: ClientOf) -> None:
    arranged = arrange(world)
    text = exported(client_of(erin), arranged.pool)
    secret = arranged.client_described()["ClientSecret"]
    assert (secret in text, CLIENT_SECRET in text) == (False, False)
    said = said_by(text)
    assert said["identity_providers"][0]["left_out"] == ["client_secret"]
    assert said["clients"][0]["has_secret"] is True
    assert read(text).name == "customers"


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            lambda said: said.update(version=2),
            "The file is of version 2 of the format, and this console reads version 1.",
        ),
        (lambda said: said.update(format="else"), "This is JSON, but no exported user pool"),
        (
            lambda said: said.update(colour="red"),
            "The file has “colour”, which this version of the format doesn’t know.",
        ),
        (lambda said: said.update(groups={}), "“groups” isn’t a list."),
        (lambda said: said["groups"].append(7), "“groups” 3 isn’t an object."),
        (lambda said: said["groups"].append(said["groups"][0]), "“groups” has trial twice."),
        (lambda said: said["groups"].append({"settings": {}}), "“groups 3.name” isn’t there, or isn’t a text."),
        (lambda said: said["groups"][0].update(settings={"Colour": 1}), "has “Colour”, which this version"),
        (
            lambda said: said["groups"][0].update(settings={"Precedence": "high"}),
            "“groups 1 (trial)”: AWS doesn’t take this. Invalid type for parameter Precedence, value: high, type: str",
        ),
        (lambda said: said["pool"].update(settings={"MfaConfiguration": "ON"}), "which stands elsewhere in the file."),
        (lambda said: said["pool"].update(attributes=[{"Name": 1}]), "“pool.attributes” 1 isn’t an attribute"),
        (lambda said: said.update(memberships=[{"group": "vip"}]), "“memberships” 1 needs a “group” and a list"),
        (
            lambda said: said.update(memberships=[{"group": "vip", "people": [{"sub": ""}]}]),
            "“memberships” of vip: person 1 has no “sub”",
        ),
        (
            lambda said: said.update(
                identity_providers=[
                    {
                        "name": "Acme",
                        "type": "OIDC",
                        "settings": {"ProviderDetails": {"client_id": "a", "client_secret": "b"}},
                    }
                ]
            ),
            "identity_providers 1 (Acme) has its client_secret: take it out, and type it on the page",
        ),
        (lambda said: said.update(domains={"Upper": 1}), "“domains.Upper” isn’t an object."),
    ],
)
def test_a_part_that_is_garbled_is_named(
    pool: UserPool, erin: Operator, client_of: ClientOf, edit: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    said = said_by(exported(client_of(erin), pool))
    edit(said)
    with pytest.raises(FileProblem) as caught:
        read(json.dumps(said))
    assert any(sentence in each for each in caught.value.sentences), caught.value.sentences


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,groups\nada,vip\n", "This is no JSON: line 1, column 1"),
        ("[]", "This is JSON, but no exported user pool"),
        ('{"a": 1, "a": 2}', "The file says “a” twice in one place"),
        ('{"a": NaN}', "NaN isn’t a number there"),
        ("[" * 100_000, "nested too deep"),
        ('{"a": ' + "1" * 5_000 + "}", "a number in it is too long"),
        ('{"a": "\\ud800"}', "characters that are no text"),
        ('{"a": "\\u0000"}', "characters that are no text"),
        ("", "Choose a file, or paste its text."),
    ],
)
def test_what_is_no_file_of_a_pool_is_said_and_kept(
    pool: UserPool, erin: Operator, client_of: ClientOf, text: str, sentence: str
) -> None:
    page = look(client_of(erin), address("cognito_pool_restore", aws_id=pool.aws_id), text=text)
    assert page.status_code == 422
    assert sentence in text_of(page.content.decode())
    assert page.context["form"]["text"].value() == text or not text
    assert not Change.objects.exists()


def test_a_file_that_is_no_text(pool: UserPool, erin: Operator, client_of: ClientOf) -> None:
    image = SimpleUploadedFile("pool.json", b"{\x89PNG")
    page = client_of(erin).post(address("cognito_pool_restore_new"), {"file": image})
    assert page.status_code == 422
    assert "The file is no text" in text_of(page.content.decode())


def test_a_file_that_is_too_large(pool: UserPool, erin: Operator, client_of: ClientOf) -> None:
    page = look(client_of(erin), address("cognito_pool_restore_new"), text="{" + " " * pool_file.MOST_BYTES)
    assert page.status_code == 422
    assert "The file is larger than 2 MB. Export it without memberships." in text_of(page.content.decode())
    many = {"group": "vip", "people": [{"sub": str(number)} for number in range(pool_file.MOST_MEMBERSHIPS + 1)]}
    said = said_by(exported(client_of(erin), pool))
    with pytest.raises(FileProblem, match="The file has 10,001 memberships; 10,000 can be looked at at once"):
        read(json.dumps({**said, "memberships": [many]}))


def test_people_are_not_told_where_none_are_kept(pool: UserPool, erin: Operator, client_of: ClientOf) -> None:
    pool.aws_account.pool_people_settings.update(mirrors_people=False)
    said = said_by(exported(client_of(erin), pool, memberships=True))
    assert said["memberships"] is None
    assert "Who is in which group: this console keeps no people of the pool." in said["not_in_this_file"]
