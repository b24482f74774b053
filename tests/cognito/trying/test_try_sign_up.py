"""Trying how people sign up, through the page: against the emulator's Cognito, with the code from its outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.audit.verbs import sentence
from accounts.models import AuditEntry, AwsAccount, Operator
from cognito.models import AppClient, CognitoUser, PoolPeopleSettings, UserPool
from cognito.trying import sign_up
from tests.cognito.identity_pools.shop import Shop
from tests.cognito.trying.pages import FIRST, begun, sign_up_page, state_in, with_secret
from tests.services.pages import address, get, text_of
from tests.services.remembered import remembered

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A pool that sends a code to the address of who signs up."""

    def send() -> None:
        shop.idp.update_user_pool(UserPoolId=shop.user_pool, AutoVerifiedAttributes=["email"])
        shop.mirrored()

    remembered("sends codes", shop.emulator, shop.aws_account, send, shop.user_pool)
    return shop


def signed_up(client: Client, shop: Shop, status: int = 200, **said: str) -> str:
    about = {"client": shop.client_id, "username": "ada", "password": FIRST, "set-email": ADA}
    return sign_up_page(client, shop, status, **{**about, **said})


def codes(shop: Shop) -> list[str]:
    return [message["secret"] for message in shop.emulator.messages()]


def test_a_test_user_signs_up_with_the_code_that_was_sent(shop: Shop, erins: Client) -> None:
    page = signed_up(erins, shop)
    assert "A code went by e-mail to a***@e***, the attribute email." in text_of(page)
    page = sign_up_page(erins, shop, state=state_in(page), code=codes(shop)[0])
    assert "Signed up and confirmed" in text_of(page)
    assert "Valid" in text_of(begun(erins, shop))


def test_no_page_no_log_and_no_entry_has_the_password(shop: Shop, erins: Client, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    pages = [signed_up(erins, shop)]
    pages.append(sign_up_page(erins, shop, 422, state=state_in(pages[0]), code="000000 "))
    sealed = sign_up.SignUpState.opened(
        state_in(pages[1]), Operator.objects.get(email__startswith="erin"), UserPool.objects.get(), timedelta(hours=1)
    )
    entries = [str(entry.data) for entry in AuditEntry.objects.all()]
    assert FIRST not in "".join([*pages, *entries, caplog.text, str(sealed)])


def test_the_test_user_is_in_the_mirror_to_be_deleted_by_a_change(shop: Shop, erins: Client) -> None:
    page = signed_up(erins, shop)
    made = CognitoUser.objects.live().get()
    assert address("cognito_user_action", aws_id=made.aws_id, action="delete") in page
    assert "Delete the test user…" in text_of(page)
    assert AuditEntry.objects.get(verb="cognito.made_test_user").data == {"sub": made.aws_id}
    shown = text_of(get(erins, "cognito_user_action", aws_id=made.aws_id, action="delete"))
    assert "Delete ada" in shown, shown


def test_who_is_confirmed_goes_on_to_sign_in(shop: Shop, erins: Client) -> None:
    page = signed_up(erins, shop)
    page = sign_up_page(erins, shop, state=state_in(page), code=codes(shop)[0])
    assert '<input type="hidden" name="as" value="ada">' in page
    assert "Confirm the sign-up…" not in text_of(page)


def test_another_code_makes_the_first_one_void(shop: Shop, erins: Client) -> None:
    state = state_in(signed_up(erins, shop))
    page = sign_up_page(erins, shop, state=state, again="1")
    assert "Another code was sent" in text_of(page)
    first, second = codes(shop)
    if first != second:
        wrong = text_of(sign_up_page(erins, shop, 422, state=state_in(page), code=first))
        assert "This isn’t the code that Cognito expects" in wrong
    assert "Signed up and confirmed" in text_of(sign_up_page(erins, shop, state=state_in(page), code=second))


def test_codes_are_asked_for_only_so_often(shop: Shop, erins: Client) -> None:
    state = state_in(signed_up(erins, shop))
    for _ in range(5):
        sign_up_page(erins, shop, state=state, again="1")
    assert "too often" in text_of(sign_up_page(erins, shop, 422, state=state, again="1"))


def test_wrong_codes_are_typed_only_so_often(shop: Shop, erins: Client) -> None:
    state = state_in(signed_up(erins, shop))
    for _ in range(5):
        sign_up_page(erins, shop, 422, state=state, code="x")
    assert "too often" in text_of(sign_up_page(erins, shop, 422, state=state, code=codes(shop)[0]))


def test_a_code_that_was_used_says_so(shop: Shop, erins: Client) -> None:
    state = state_in(signed_up(erins, shop))
    code = codes(shop)[0]
    sign_up_page(erins, shop, state=state, code=code)
    used = text_of(sign_up_page(erins, shop, 422, state=state, code=code))
    assert "They are confirmed already: try to sign in." in used


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"password": "short"}, "The pool doesn’t take this password. AWS says:"),
        ({"set-email": "nobody"}, "Cognito doesn’t take what was typed."),
    ],
)
def test_what_cognito_refuses_is_a_plain_sentence(
    shop: Shop, erins: Client, said: dict[str, str], sentence: str
) -> None:
    page = signed_up(erins, shop, 422, **said)
    assert sentence in text_of(page)
    assert "propose the change" not in text_of(page)
    assert 'value="ada"' in page


def test_a_username_that_is_taken_says_so(shop: Shop, erins: Client) -> None:
    signed_up(erins, shop)
    assert "Somebody in this pool has that username" in text_of(signed_up(erins, shop, 422))


def test_a_pool_of_administrators_says_so_before_the_click(shop: Shop, erins: Client) -> None:
    shop.idp.update_user_pool(UserPoolId=shop.user_pool, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    shop.pulled()
    page = text_of(get(erins, "try_sign_up", aws_id=shop.user_pool))
    assert "In this pool only administrators make users" in page
    assert "Sign up a test user" not in page
    signed_up(erins, shop)
    assert not shop.idp.list_users(UserPoolId=shop.user_pool)["Users"]


def test_administrators_only_since_the_last_pull_is_a_sentence_too(shop: Shop, erins: Client) -> None:
    shop.idp.update_user_pool(UserPoolId=shop.user_pool, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    assert "only administrators make users" in text_of(signed_up(erins, shop, 422))


def test_a_pool_without_an_app_that_can_says_so(shop: Shop, erins: Client) -> None:
    shop.idp.delete_user_pool_client(UserPoolId=shop.user_pool, ClientId=shop.client_id)
    shop.pulled()
    page = text_of(get(erins, "try_sign_up", aws_id=shop.user_pool))
    assert "No app client of this pool can sign anybody up: it has none." in page


@pytest.mark.parametrize(("writes", "offered"), [(["name"], False), (["email", "name"], True), ([], True)])
def test_an_app_has_to_be_allowed_to_write_what_the_pool_requires(
    shop: Shop, erins: Client, writes: list[str], offered: bool
) -> None:
    UserPool.objects.update(settings={"SchemaAttributes": [{"Name": "email", "Required": True}]})
    AppClient.objects.update(settings={"WriteAttributes": writes})
    page = get(erins, "try_sign_up", aws_id=shop.user_pool)
    assert ('name="username"' in page) is offered
    assert ("none may write every attribute that the pool requires" in text_of(page)) is not offered


def test_a_read_only_account_says_so_before_the_click(shop: Shop, erins: Client, aws_account: AwsAccount) -> None:
    AwsAccount.objects.filter(pk=aws_account.pk).update(writes_enabled=False)
    assert "read-only in this console" in text_of(get(erins, "try_sign_up", aws_id=shop.user_pool))


def test_a_client_with_a_secret_is_asked_for_it(shop: Shop, erins: Client) -> None:
    secret = with_secret(shop)
    shop.pulled()
    assert "This app client has a secret: type it." in text_of(signed_up(erins, shop, 422))
    assert "That isn’t the secret of this app client." in text_of(signed_up(erins, shop, 422, secret="wrong"))
    page = signed_up(erins, shop, secret=secret)
    assert secret not in page
    assert "Signed up and confirmed" in text_of(sign_up_page(erins, shop, state=state_in(page), code=codes(shop)[0]))


def test_no_code_goes_out_where_the_pool_verifies_nothing(shop: Shop, erins: Client) -> None:
    shop.idp.update_user_pool(UserPoolId=shop.user_pool, AutoVerifiedAttributes=[])
    page = text_of(signed_up(erins, shop))
    assert "Signed up: no code was sent" in page
    assert "Confirm the sign-up…" in page


def test_a_pool_that_keeps_nobody_makes_no_row(shop: Shop, erins: Client) -> None:
    pool = UserPool.objects.get()
    about = {"aws_account": pool.aws_account, "region": pool.region, "pool_id": pool.aws_id}
    PoolPeopleSettings.objects.create(**about, mirrors_people=False)
    page = text_of(signed_up(erins, shop))
    assert "Look for them among the people" in page
    assert not CognitoUser.objects.exists()


def test_a_state_is_for_its_operator_and_for_an_hour(
    shop: Shop, erins: Client, alice: Operator, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = state_in(signed_up(erins, shop))
    code = codes(shop)[0]
    assert "somebody else" in text_of(sign_up_page(client_of(alice), shop, 422, state=state, code=code))
    monkeypatch.setattr(sign_up, "LASTS", timedelta(0))
    assert "begin again" in text_of(sign_up_page(erins, shop, 422, state=state, code=code))


def test_a_state_of_a_sign_in_is_none_of_a_sign_up(shop: Shop, erins: Client) -> None:
    shop.idp.admin_create_user(
        UserPoolId=shop.user_pool, Username="ada", MessageAction="SUPPRESS", TemporaryPassword=FIRST
    )
    state = state_in(begun(erins, shop))
    assert "begin again" in text_of(sign_up_page(erins, shop, 422, state=state, code="1"))


def test_the_trail_says_who_was_made(shop: Shop, erins: Client) -> None:
    signed_up(erins, shop)
    made, entry = CognitoUser.objects.live().get(), AuditEntry.objects.get(verb="cognito.made_test_user")
    said = f"made the test user {made.aws_id} by signing up for the user pool customers"
    assert said in str(sentence(entry))


def test_one_tab_of_the_pool_leads_to_both(shop: Shop, erins: Client) -> None:
    pool = get(erins, "cognito_pool", aws_id=shop.user_pool)
    sign_in, sign_up = (address(name, aws_id=shop.user_pool) for name in ("try_sign_in", "try_sign_up"))
    assert f'href="{sign_in}">Try it' in pool
    assert f'href="{sign_up}"' not in pool
    assert f'href="{sign_up}">Sign up' in get(erins, "try_sign_in", aws_id=shop.user_pool)
    assert f'href="{sign_in}">Sign in' in get(erins, "try_sign_up", aws_id=shop.user_pool)


def test_both_tries_are_in_the_audit_trail_before_anything_is_asked(shop: Shop, erins: Client) -> None:
    signed_up(erins, shop, 422, password="short")
    begun(erins, shop, "Wrong-Horse-7", status=422)
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert verbs >= {"cognito.tried_sign_up", "cognito.tried_sign_in"}
