"""The lists of pools say where the mirror has none because nobody looked, and nothing where it looked everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Operator
from emulator.process import REGION
from sync.models import Region
from tests.cognito.identity_pools.shop import Shop
from tests.services.pages import get, text_of

pytestmark = pytest.mark.django_db
LISTS = (("identity_pools", "identity pools"), ("user_pools", "user pools"))


@pytest.mark.parametrize(("page", "what"), LISTS)
def test_nobody_looked_yet(shop: Shop, erin: Operator, client_of: Callable[..., Client], page: str, what: str) -> None:
    said = text_of(get(client_of(erin), page))
    assert f"Not read yet: {what}. It was not pulled yet." in said


@pytest.mark.parametrize(("page", "what"), LISTS)
def test_every_region_was_looked_in(
    shop: Shop, erin: Operator, client_of: Callable[..., Client], page: str, what: str
) -> None:
    shop.with_roles().mirrored()
    client = client_of(erin)
    assert f"Not read yet: {what}" not in text_of(get(client, page))
    for name in (REGION, "eu-central-1", "eu-west-1"):
        Region.objects.create(
            aws_account=shop.aws_account, name=name, enabled=True, opt_in=False, checked_at=timezone.now()
        )
    said = text_of(get(client, page))
    assert f"Not up to date: {what}. In eu-central-1 and eu-west-1: It was not pulled yet. What is shown" in said


def test_roles_stand_in_one_line(shop: Shop, erin: Operator, client_of: Callable[..., Client]) -> None:
    shop.with_roles().mirrored()
    assert "shop-member, shop-guest" in text_of(get(client_of(erin), "identity_pools"))
