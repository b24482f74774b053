"""Trying what people get, and how they sign in, through the pages: against the emulator's Cognito and S3."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Operator
from cognito.models import UserPool
from cognito.trying import sign_in, tokens
from sync.aws.visiting import published_keys
from tests.cognito.identity_pools.shop import BUCKET, Shop
from tests.services.pages import address, text_of

pytestmark = pytest.mark.django_db

FIRST, SECOND = "Demo-Horse-7", "Demo-Horse-8"


def images(shop: Shop) -> None:
    s3 = shop.emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="public/logo.svg", Body=b"<svg/>", ContentType="image/svg+xml")


def person(shop: Shop, *, permanent: bool) -> None:
    shop.idp.admin_create_user(UserPoolId=shop.user_pool, Username="ada", MessageAction="SUPPRESS")
    shop.idp.admin_set_user_password(UserPoolId=shop.user_pool, Username="ada", Password=FIRST, Permanent=permanent)


def tried(client: Client, shop: Shop, **said: str) -> str:
    return text_of(client.post(address("identity_pool_try", aws_id=shop.pool_id), said).content.decode())


def sign_in_page(browser: Client, shop: Shop, status: int = 200, /, **said: str) -> str:
    response = browser.post(address("try_sign_in", aws_id=shop.user_pool), said)
    assert response.status_code == status, text_of(response.content.decode())
    return response.content.decode()


def state_in(page: str) -> str:
    found = re.search(r'name="state" value="([^"]+)"', page)
    assert found is not None, text_of(page)
    return unescape(found[1])


def begun(client: Client, shop: Shop, password: str = FIRST, status: int = 200) -> str:
    return sign_in_page(client, shop, status, client=shop.client_id, username="ada", password=password)


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
    assert "Read acme-images/secret.txt: refused" in said
    assert "s3:GetObject" in said


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


def test_a_forced_new_password_and_tokens_that_are_verified(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.mirrored()
    person(shop, permanent=False)
    client = client_of(erin)
    page = begun(client, shop)
    assert "Cognito asks: NEW_PASSWORD_REQUIRED" in text_of(page)
    assert FIRST not in page
    page = sign_in_page(client, shop, state=state_in(page), answer=SECOND)
    said = text_of(page)
    assert said.count("To be believed") == 2
    assert f"aud is {shop.client_id}" in said
    assert f"client_id is {shop.client_id}" in said
    assert "token_use is id" in said
    assert SECOND not in page


def test_a_wrong_password_says_so_and_keeps_the_name(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.mirrored()
    person(shop, permanent=True)
    page = begun(client_of(erin), shop, "Wrong-Horse-7", status=422)
    assert "Incorrect username or password" in text_of(page)
    assert 'value="ada"' in page
    assert "Wrong-Horse-7" not in page


def test_a_refused_new_password_can_be_typed_again(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.mirrored()
    person(shop, permanent=False)
    client = client_of(erin)
    page = begun(client, shop)
    page = sign_in_page(client, shop, 422, state=state_in(page), answer="short")
    assert "NEW_PASSWORD_REQUIRED" in text_of(page)
    assert "To be believed" in text_of(sign_in_page(client, shop, state=state_in(page), answer=SECOND))


def test_a_tampered_token_fails(shop: Shop, erin: Operator, client_of: Callable[..., Client]) -> None:
    shop.mirrored()
    person(shop, permanent=True)
    client = client_of(erin)
    token = re.search(r'data-copy="([^"]+)"', begun(client, shop).partition("h-token-id")[2])
    assert token is not None
    head, body, signature = token[1].split(".")
    swapped = body[:-6] + ("A" if body[-6] != "A" else "B") + body[-5:]
    about = {"client": shop.client_id, "use": "id"}
    good = text_of(sign_in_page(client, shop, token=token[1], **about))
    bad = text_of(sign_in_page(client, shop, token=f"{head}.{swapped}.{signature}", **about))
    assert "To be believed" in good
    assert "Not to be believed" in bad


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"issuer": "https://elsewhere.example"}, "Issuer"),
        ({"client_id": "another"}, "Made for this client"),
        ({"use": "access"}, "Kind"),
        ({"now": timezone.now() + timedelta(days=2)}, "Time"),
        ({"keys": {"keys": []}}, "Signature"),
    ],
)
def test_each_claim_is_looked_at(shop: Shop, changed: dict[str, Any], wrong: str) -> None:
    shop.mirrored()
    person(shop, permanent=True)
    pool = UserPool.objects.get()
    asked = {"USERNAME": "ada", "PASSWORD": FIRST}
    answer = shop.idp.initiate_auth(ClientId=shop.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
    right: dict[str, Any] = {
        "use": "id",
        "keys": published_keys(pool.aws_account, pool.region, pool.aws_id),
        "issuer": tokens.issuer_of(pool.region, pool.aws_id),
        "client_id": shop.client_id,
        "now": timezone.now(),
    }
    token = answer["AuthenticationResult"]["IdToken"]
    assert tokens.told(token, **right).is_good
    told = tokens.told(token, **{**right, **changed})
    assert wrong in [check.name for check in told.checks if not check.ok]


def test_a_state_is_for_its_operator_its_pool_and_five_minutes(
    shop: Shop, erin: Operator, alice: Operator, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.mirrored()
    person(shop, permanent=False)
    client = client_of(erin)
    state = state_in(begun(client, shop))
    assert "somebody else" in text_of(sign_in_page(client_of(alice), shop, 422, state=state, answer=SECOND))
    assert "begin again" in text_of(sign_in_page(client, shop, 422, state="made up", answer=SECOND))
    monkeypatch.setattr(sign_in, "LASTS", timedelta(0))
    assert "longer than five minutes" in text_of(sign_in_page(client, shop, 422, state=state, answer=SECOND))
