"""The pages to try a user pool, as tests use them: what is posted, what they say, what the next step gets."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client

from tests.cognito.identity_pools.shop import Shop
from tests.services.pages import address, text_of

FIRST, SECOND = "Demo-Horse-7", "Demo-Horse-8"


def posted(name: str, browser: Client, shop: Shop, status: int = 200, /, **said: str) -> str:
    response = browser.post(address(name, aws_id=shop.user_pool), said)
    assert response.status_code == status, text_of(response.content.decode())
    return response.content.decode()


def sign_in_page(browser: Client, shop: Shop, status: int = 200, /, **said: str) -> str:
    return posted("try_sign_in", browser, shop, status, **said)


def sign_up_page(browser: Client, shop: Shop, status: int = 200, /, **said: str) -> str:
    return posted("try_sign_up", browser, shop, status, **said)


def state_in(page: str) -> str:
    found = re.search(r'name="state" value="([^"]+)"', page)
    assert found is not None, text_of(page)
    return unescape(found[1])


def begun(client: Client, shop: Shop, password: str = FIRST, status: int = 200, **said: str) -> str:
    return sign_in_page(
        client, shop, status, **{"client": shop.client_id, "username": "ada", "password": password, **said}
    )


def person(shop: Shop, *, permanent: bool = True, **attributes: str) -> None:
    described = [{"Name": name, "Value": value} for name, value in attributes.items()]
    shop.idp.admin_create_user(
        UserPoolId=shop.user_pool, Username="ada", MessageAction="SUPPRESS", UserAttributes=described
    )
    shop.idp.admin_set_user_password(UserPoolId=shop.user_pool, Username="ada", Password=FIRST, Permanent=permanent)


def with_secret(shop: Shop) -> str:
    """An app client that has a secret, in the place of the other one: the secret."""
    made = shop.idp.create_user_pool_client(
        UserPoolId=shop.user_pool,
        ClientName="server",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]
    shop.client_id = made["ClientId"]
    return str(made["ClientSecret"])
