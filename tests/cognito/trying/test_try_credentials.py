"""Trying what people get of an identity pool, through the page: against the emulator's Cognito and S3."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from tests.cognito.identity_pools.shop import BUCKET, Shop
from tests.cognito.trying.pages import FIRST, person
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db


def images(shop: Shop) -> None:
    s3 = shop.emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="public/logo.svg", Body=b"<svg/>", ContentType="image/svg+xml")


def tried(client: Client, shop: Shop, **said: str) -> str:
    return text_of(client.post(address("identity_pool_try", aws_id=shop.pool_id), said).content.decode())


def test_a_guest_gets_the_role_and_reads_an_object(
    shop: Shop, erin: Operator, client_of: Callable[..., Client], caplog: Any
) -> None:
    shop.with_roles().mirrored()
    images(shop)
    said = tried(client_of(erin), shop, bucket=BUCKET, key="public/logo.svg")
    assert "The role is shop-guest" in said
    assert "6 bytes of image/svg+xml" in said
    entry = AuditEntry.objects.get(verb="cognito.tried_credentials")
    assert entry.data == {"who": "a guest"}
    assert "SecretKey" not in caplog.text + str(entry.data)


def test_what_the_role_may_not_is_refused_by_aws(shop: Shop, erin: Operator, client_of: Callable[..., Client]) -> None:
    shop.with_roles().mirrored()
    images(shop)
    shop.emulator.client("s3").put_object(Bucket=BUCKET, Key="secret.txt", Body=b"")
    shop.world.iam.detach_role_policy(RoleName="shop-guest", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    said = tried(client_of(erin), shop, bucket=BUCKET, key="secret.txt")
    assert "Read acme-images/secret.txt: refused The role may not read it, or it isn’t there" in said
    assert "s3:GetObject" in said  # AWS's own words: of a session policy they would say so
    assert "that the console uses" not in said


@pytest.mark.parametrize(
    ("bucket", "key", "words"),
    [
        (BUCKET, "public/none.svg", "The bucket has nothing under that key."),
        ("acme-none", "public/none.svg", "There is no bucket of that name."),
        ("../etc", "passwd", "A bucket’s name has 3 to 63 small letters"),
    ],
)
def test_what_is_not_there_is_said(
    shop: Shop, erin: Operator, client_of: Callable[..., Client], bucket: str, key: str, words: str
) -> None:
    shop.with_roles().mirrored()
    images(shop)
    assert words in tried(client_of(erin), shop, bucket=bucket, key=key)


def test_a_token_that_is_no_good_is_refused_in_cognitos_words(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.with_roles().mirrored()
    said = tried(client_of(erin), shop, who=shop.login, token="a.b.c")
    assert "Get an id: refused Cognito refused. AWS says: “Invalid login token." in said


def test_no_guest_where_none_is_let_in(shop: Shop, erin: Operator, client_of: Callable[..., Client]) -> None:
    shop.with_roles().update(AllowUnauthenticatedIdentities=False)
    shop.mirrored()
    said = tried(client_of(erin), shop)
    assert "It gave no role" in said
    assert "Unauthenticated access is not supported" in said


def test_who_is_signed_in_gets_the_other_role(shop: Shop, erin: Operator, client_of: Callable[..., Client]) -> None:
    shop.with_roles().mirrored()
    person(shop, permanent=True)
    asked = {"USERNAME": "ada", "PASSWORD": FIRST}
    flow = "USER_PASSWORD_AUTH"
    answer = shop.idp.initiate_auth(ClientId=shop.client_id, AuthFlow=flow, AuthParameters=asked)
    token = answer["AuthenticationResult"]["IdToken"]
    response = client_of(erin).post(
        address("identity_pool_try", aws_id=shop.pool_id), {"who": shop.login, "token": token}
    )
    page = response.content.decode()
    assert "The role is shop-member" in text_of(page)
    assert token not in page


def test_a_reader_may_not_try(shop: Shop, bob: Operator, client_of: Callable[..., Client]) -> None:
    shop.mirrored()
    assert client_of(bob).post(address("identity_pool_try", aws_id=shop.pool_id)).status_code == 403


def test_a_read_only_aws_account_says_so_before_the_click(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    """GetId makes an identity."""
    shop.with_roles().mirrored()
    AwsAccount.objects.update(writes_enabled=False)
    for said in (text_of(get(client_of(erin), "identity_pool_try", aws_id=shop.pool_id)), tried(client_of(erin), shop)):
        assert "This AWS account is read-only in this console" in said
        assert "As whom" not in said
    assert shop.world.sent("GetId") == []
    assert not AuditEntry.objects.filter(verb="cognito.tried_credentials").exists()


def test_providers_go_by_the_name_that_apps_call_them(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    """Of OIDC its address without https://, of SAML its ARN; a token of a developer provider nobody can bring."""
    oidc, saml = (
        f"arn:aws:iam::{shop.aws_account.account_id}:{kind}"
        for kind in ("oidc-provider/login.example.com/a", "saml-provider/office")
    )
    shop.with_roles().update(
        OpenIdConnectProviderARNs=[oidc],
        SamlProviderARNs=[saml],
        DeveloperProviderName="login.acme",
        SupportedLoginProviders={"accounts.google.com": "app"},
    )
    shop.mirrored()
    page = get(client_of(erin), "identity_pool_try", aws_id=shop.pool_id)
    offered = re.findall(r'<option value="([^"]*)"', page)
    assert offered == ["", shop.login, "accounts.google.com", "login.example.com/a", saml]
    tried(client_of(erin), shop, who="login.example.com/a", token="a.b.c")
    [call] = shop.emulator.calls("GetId")
    assert call["params"]["Logins"].keys() == {"login.example.com/a"}


def test_the_end_of_the_credentials_is_told_in_utc(
    shop: Shop, erin: Operator, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever zone TIME_ZONE puts the process into."""
    shop.with_roles().mirrored()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        said = tried(client_of(erin), shop)
    finally:
        monkeypatch.undo()
        time.tzset()
    until = re.search(r"Good until \d+ \w+ \d{4}, (\d\d):(\d\d):\d\d UTC", said)
    assert until is not None
    left = (int(until[1]) * 60 + int(until[2]) - minutes_of_day()) % (24 * 60)
    assert 55 <= left <= 60


def minutes_of_day() -> int:
    now = time.gmtime()
    return now.tm_hour * 60 + now.tm_min


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"bucket": BUCKET}, "To read an object, say both its bucket and its key."),
        ({"key": "public/logo.svg"}, "To read an object, say both its bucket and its key."),
        ({"who": "accounts.google.com"}, "Paste the token that the provider gave."),
        ({"who": "login.nobody"}, "Select a valid choice."),
    ],
)
def test_what_is_half_said_asks_nobody(
    shop: Shop, erin: Operator, client_of: Callable[..., Client], said: dict[str, str], sentence: str
) -> None:
    """Without its token, somebody who signed in would get what a guest gets."""
    shop.with_roles().update(SupportedLoginProviders={"accounts.google.com": "app"})
    shop.mirrored()
    assert sentence in tried(client_of(erin), shop, **said)
    assert shop.emulator.calls("GetId") == []


def test_what_was_given_is_for_one_page_only(shop: Shop, erin: Operator, client_of: Callable[..., Client]) -> None:
    shop.with_roles().mirrored()
    client = client_of(erin)
    before = dict(client.session)
    response = client.post(address("identity_pool_try", aws_id=shop.pool_id))
    assert "no-store" in response["Cache-Control"]
    assert dict(client.session) == before
