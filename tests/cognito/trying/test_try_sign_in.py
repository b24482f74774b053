"""Trying how people sign in, through the page: against the emulator's Cognito."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Operator
from cognito.models import AppClient, UserPool
from cognito.trying import sign_in
from sync.aws.visiting import published_keys
from tests.cognito.identity_pools.shop import Shop
from tests.cognito.trying.pages import FIRST, SECOND, begun, person, sign_in_page, state_in
from tests.services.pages import get, text_of

pytestmark = pytest.mark.django_db


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
    assert said.count("Valid") == 2
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
    assert "Valid" in text_of(sign_in_page(client, shop, state=state_in(page), answer=SECOND))


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
    assert "Valid" in good
    assert "Not valid" in bad


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
        "issuer": sign_in.issuer_of(pool.region, pool.aws_id),
        "client_id": shop.client_id,
        "now": timezone.now(),
    }
    token = answer["AuthenticationResult"]["IdToken"]
    assert sign_in.check_token(token, **right).is_good
    described = sign_in.check_token(token, **{**right, **changed})
    assert wrong in [check.name for check in described.checks if not check.ok]


def test_a_state_is_for_its_operator_its_pool_and_five_minutes(
    shop: Shop, erin: Operator, alice: Operator, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.mirrored()
    person(shop, permanent=False)
    client = client_of(erin)
    state = state_in(begun(client, shop))
    assert "somebody else" in text_of(sign_in_page(client_of(alice), shop, 422, state=state, answer=SECOND))
    assert "begin again" in text_of(sign_in_page(client, shop, 422, state="made up", answer=SECOND))
    here, elsewhere = shop.user_pool, shop.idp.create_user_pool(PoolName="elsewhere")["UserPool"]["Id"]
    shop.pulled()
    shop.user_pool = elsewhere
    assert "somebody else" in text_of(sign_in_page(client, shop, 422, state=state, answer=SECOND))
    shop.user_pool = here
    monkeypatch.setattr(sign_in, "LASTS", timedelta(0))
    assert "longer than 0 minutes" in text_of(sign_in_page(client, shop, 422, state=state, answer=SECOND))


def test_an_app_client_that_is_gone_meanwhile_begins_again(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.mirrored()
    person(shop, permanent=False)
    client = client_of(erin)
    state = state_in(begun(client, shop))
    shop.idp.delete_user_pool_client(UserPoolId=shop.user_pool, ClientId=shop.client_id)
    AppClient.objects.update(gone_at=timezone.now())
    said = sign_in_page(client, shop, 422, state=state, answer=SECOND)
    assert "This pool no longer has that app client: begin again." in text_of(said)


def test_each_step_has_five_minutes_of_its_own(shop: Shop, erin: Operator) -> None:
    """Cognito's session is a new one after each, too."""
    shop.mirrored()
    begun_at = timezone.now()
    before = as_if(shop, erin, challenge="CUSTOM", at=begun_at - timedelta(minutes=4))
    trial = sign_in.SignInTrial(erin, UserPool.objects.get(), shop.client_id)
    asked = trial._asked({"ChallengeName": sign_in.TOTP, "Session": "next", "ChallengeParameters": {}}, before)
    assert datetime.fromisoformat(asked.state.at) >= begun_at
    assert asked.state.session == "next"


def as_if(shop: Shop, operator: Operator, *, challenge: str, at: datetime) -> sign_in.SignInState:
    return sign_in.SignInState(
        operator.pk, shop.user_pool, shop.client_id, "ada", "", at.isoformat(), challenge=challenge, session="first"
    )


def test_app_clients_that_take_no_passwords_are_not_offered(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.idp.create_user_pool_client(
        UserPoolId=shop.user_pool, ClientName="srp", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )
    shop.mirrored()
    page = get(client_of(erin), "try_sign_in", aws_id=shop.user_pool)
    begin, check = page.split('aria-labelledby="h-check"')
    assert (begin.count("<option"), check.count("<option")) == (
        1,
        4,
    )  # a token may be of either, an ID or an access one


def test_people_sign_in_with_what_they_signed_up_with(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.mirrored()
    UserPool.objects.update(username_attributes=["email", "phone_number"])
    page = get(client_of(erin), "try_sign_in", aws_id=shop.user_pool)
    assert "E-mail address or Phone number" in text_of(page)


def test_where_no_app_client_takes_passwords_there_is_nothing_to_fill_in(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.mirrored()
    AppClient.objects.update(settings={"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]})
    page = get(client_of(erin), "try_sign_in", aws_id=shop.user_pool)
    assert "No app client of this pool allows ALLOW_USER_PASSWORD_AUTH" in text_of(page)
    assert 'name="password"' not in page
    assert 'name="token"' in page
