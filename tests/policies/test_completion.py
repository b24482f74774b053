"""What the editor's script is told of the catalogue and of the mirror, and who is told what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from cognito.models import IdentityPool
from policies.completion import words
from policies.completion.editor import completion_settings
from policies.completion.mirrored_objects import MOST, MOST_TYPES, held_types
from policies.engine import catalogue
from policies.engine.structure import DocumentType
from tests.conftest import make_aws_account, make_operator
from tests.services.pages import ACCOUNT_ID, address, text_of
from tests.services.rows import make_policy, make_role, make_user
from tests.services.statements import allow, document_text

ClientOf = Callable[..., Client]
OTHER = "210987654321"


def asked(client: Client, name: str, **query: str) -> Any:
    response = client.get(address(name), query)
    assert response.status_code == 200
    return response.json()


def arns(client: Client, types: str, q: str = "", **query: str) -> list[str]:
    return [each["arn"] for each in asked(client, "document_objects", types=types, q=q, **query)["objects"]]


# ---- The catalogue -------------------------------------------------------------------------------------------
def test_the_words_of_a_service_are_those_of_the_catalogue(bob: Operator, client_of: ClientOf) -> None:
    found = client_of(bob).get(reverse("catalogue_service", kwargs={"prefix": "s3"})).json()
    (put,) = (each for each in found["actions"] if each["name"] == "s3:PutObject")
    assert (put["level"], put["word"], put["says"]) == ("write", "Write", "Add an object to a bucket.")
    assert "object" in {found["types"][number]["name"] for number in put["types"]}
    assert "s3:x-amz-acl" in {found["keys"][number]["name"] for number in put["keys"]}
    (acl,) = (each for each in found["actions"] if each["name"] == "s3:PutObjectAcl")
    assert (acl["level"], acl["word"]) == ("permissions", "Permissions")


def test_an_action_has_the_keys_that_the_engine_says_it_takes() -> None:
    found = words.service_words("ec2")
    assert found
    for each in found["actions"][::25]:
        taken = {found["keys"][number]["name"] for number in each["keys"]}
        assert taken == {key["name"] for key in found["keys"] if catalogue.takes_key(each["name"], key["name"])}


def test_words_are_sent_once(bob: Operator, client_of: ClientOf) -> None:
    client, url = client_of(bob), reverse("catalogue_words")
    first = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert first["Content-Encoding"] == "gzip"
    assert "private" in first["Cache-Control"]
    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(url, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize("prefix", ["nothing", "S3", "..", "s3%00", "x" * 5_000])
def test_there_is_no_service_of_another_name(prefix: str, bob: Operator, client_of: ClientOf) -> None:
    assert client_of(bob).get(f"/catalogue/services/{prefix}/").status_code in (400, 404)


def test_actions_are_found_by_their_names_alone(bob: Operator, client_of: ClientOf) -> None:
    client, url = client_of(bob), reverse("catalogue_actions")
    assert client.get(url, {"q": "passrole"}).json()["actions"][0]["name"] == "iam:PassRole"
    for q in ("", "ab", "x" * 10_000, "*"):
        assert client.get(url, {"q": q}).json() == {"actions": []}
    assert len(client.get(url, {"q": "create"}).json()["actions"]) == words.MOST


def test_every_key_of_no_service_is_explained() -> None:
    silent = [
        key["name"] for key in words.language_words()["keys"] if key["name"].startswith("aws:") and not key["says"]
    ]
    assert silent == []


# ---- The mirror ----------------------------------------------------------------------------------------------
@pytest.fixture
def estate(aws_account: AwsAccount) -> AwsAccount:
    """Two AWS accounts with a role each; returns the other one."""
    make_role(aws_account)
    make_role(aws_account, "gone", gone_at=timezone.now())
    make_user(aws_account)
    make_policy(aws_account)
    other = make_aws_account(OTHER, "Acme Labs")
    make_role(other, "reports-reader")
    return other


def test_objects_are_found_by_name_and_by_the_beginning_of_an_arn(
    estate: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/reports-exporter"
    for q in ("", "rep", "exporter", "arn:aws:iam::", f"arn:aws:iam::{ACCOUNT_ID}:role/rep"):
        assert arns(client_of(bob), "iam:role", q) == [role], q
    assert arns(client_of(bob), "iam:role", "nobody") == []
    assert len(arns(client_of(bob), "iam:role,iam:user,iam:policy")) == 3
    for types in ("", "iam:", "iam:nothing", ",", "organizations:", "cognito-idp:"):
        assert arns(client_of(bob), types) == []


def test_only_those_who_see_another_aws_account_are_told_of_it(
    estate: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    theirs = f"arn:aws:iam::{OTHER}:role/reports-reader"
    assert theirs not in arns(client_of(bob), "iam:role", everywhere="1")
    assert OTHER not in str(asked(client_of(bob), "document_surroundings"))
    stranger = asked(client_of(bob), "document_about", named=theirs)["thing"]
    absent = asked(client_of(bob), "document_about", named=theirs.replace("reader", "nobody"))["thing"]
    assert stranger["sentence"] == absent["sentence"]
    assert stranger["url"] == ""
    olga = make_operator("olga", Role.OWNER, None)
    assert arns(client_of(olga), "iam:role", everywhere="1")[-1] == theirs
    assert arns(client_of(olga), "iam:role") == [f"arn:aws:iam::{ACCOUNT_ID}:role/reports-exporter"]
    assert [OTHER, "Acme Labs"] in asked(client_of(olga), "document_surroundings")["accounts"]
    assert "Acme Labs" in asked(client_of(olga), "document_about", named=theirs)["thing"]["sentence"]


def test_a_thing_is_said_in_words(estate: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    def said(named: str) -> tuple[str, str]:
        thing = asked(client_of(bob), "document_about", named=named)["thing"]
        return (thing["title"], thing["sentence"]) if thing else ("", "")

    own = f"AWS account {ACCOUNT_ID} is Acme."
    arn = f"arn:aws:iam::{ACCOUNT_ID}"
    assert said(f"{arn}:role/reports-exporter") == ("Role reports-exporter", f"The mirror holds it. {own}")
    assert said(f"{arn}:role/gone")[1].startswith("It was deleted.")
    assert said(f"{arn}:role/nobody")[1].startswith("The mirror doesn’t hold it")
    assert said(f"{arn}:role/*")[1].startswith("A pattern")
    assert said("arn:aws:s3:::acme-reports") == ("bucket of Amazon S3", "The mirror holds no objects of this type.")
    assert said(ACCOUNT_ID) == (f"AWS account {ACCOUNT_ID}", own)
    assert said(OTHER)[1].startswith("You may see no AWS account")
    for named in ("", "reports", "arn:aws", "1" * 11, "١" * 12):
        assert said(named) == ("", "")
    assert said("arn:::::") == ("ARN", "The mirror holds no objects of this type.")


def test_an_identity_pool_has_an_arn_although_aws_tells_none(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    IdentityPool.objects.create(
        aws_account=aws_account,
        region="eu-west-1",
        name="shop",
        name_key="shop",
        aws_id="eu-west-1:4f1c",
        first_seen=timezone.now(),
    )
    arn = f"arn:aws:cognito-identity:eu-west-1:{ACCOUNT_ID}:identitypool/eu-west-1:4f1c"
    assert arns(client_of(bob), "cognito-identity:identitypool", "sho") == [arn]
    assert asked(client_of(bob), "document_about", named=arn)["thing"]["title"] == "Identity pool shop"


def test_what_is_asked_is_bounded(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    for number in range(MOST + 1):
        make_role(aws_account, f"role-{number:03}")
    client = client_of(bob)
    assert len(arns(client, "iam:role")) == MOST
    with CaptureQueriesContext(
        connection,
    ) as queries:
        arns(client, ",".join(["iam:role", *held_types(), "iam:user"]), "x" * 5_000, everywhere="1")
    assert len(queries) <= 2 * MOST_TYPES + 10


def test_the_editor_is_told_where_to_ask(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    settings = completion_settings(DocumentType.TRUST, aws_account)
    assert settings["kind"] == "trust"
    assert {"iam:role", "iam:policy", "cognito-idp:userpool"} <= set(settings["held"])
    for where in settings["addresses"].values():
        assert client_of(erin).get(where.replace("SERVICE", "iam")).status_code == 200


def test_nothing_is_found_in_the_word_at_the_caret(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    """In that very word only, and only where somebody is said to write."""
    text = document_text(allow(["s3:GetObjct", "s3:PutObjct"], "arn:aws:s3:::é/*"))
    place = text.index("s3:PutObjct")

    def found(**sent: str) -> str:
        posted = client_of(erin).post(address("document_check"), {"document": text, **sent})
        return text_of(posted.content.decode())

    both = ("GetObjct", "PutObjct")
    for within in (place, place + 4, place + len("s3:PutObjct")):
        assert [name in found(caret=str(within)) for name in both] == [True, False]
    for caret in ("", "0", str(place - 1), str(place + 12), "-5", "9" * 30, "x", "٣", str(text.index("Action"))):
        assert [name in found(caret=caret) for name in both] == [True, True], caret
    alone = text.replace("s3:GetObjct", "s3:GetObject").replace('"arn:aws:s3:::é/*"', '"*"')
    sent = {"document": alone, "caret": str(alone.index("s3:PutObjct") + 1)}
    words = text_of(client_of(erin).post(address("document_check"), sent).content.decode())
    assert "None, but for the word that you are writing." in words
