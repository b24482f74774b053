"""The pages of tokens: what a form may ask for, what is shown to whom, and that it asks for a fresh sign-in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, AwsAccount, Operator
from tests.services.tokens import make_token


def form(**fields: Any) -> dict[str, Any]:
    last = (timezone.localtime() + timedelta(days=7)).date().isoformat()
    asked = {"name": "CI", "scopes": ["see_iam"], "aws_accounts": ["all"], "ends_on": last, "form_key": "0" * 32}
    return {**asked, **fields}


def test_it_is_made_with_what_was_asked_for(alices: Client, alice: Operator, aws_account: AwsAccount) -> None:
    asked = form(scopes=["see_iam", "propose"], aws_accounts=[aws_account.account_id], networks="10.0.0.0/8\n::1")
    answer = alices.post("/tokens/make/", asked)
    token = ApiToken.objects.get()
    assert (token.operator, token.scopes, token.everywhere) == (alice, ["see_iam", "propose"], False)
    assert list(token.aws_accounts.all()) == [aws_account]
    assert token.networks == ["10.0.0.0/8", "::1/128"]
    assert b"iamc_" in answer.content
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "required"),
        ({"name": "a\u202eb"}, "nobody sees"),
        ({"scopes": []}, "required"),
        ({"scopes": ["administer"]}, "valid choice"),
        ({"scopes": ["approve"]}, "valid choice"),
        ({"aws_accounts": []}, "required"),
        ({"aws_accounts": ["999900009999"]}, "valid choice"),
        ({"ends_on": "2000-01-01"}, "has passed"),
        ({"ends_on": "2999-01-01"}, "within 90 days"),
        ({"networks": "nowhere"}, "is no network"),
        ({"networks": "10.0.0.1/8"}, "is no network"),
        ({"form_key": "x"}, "form_key"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    alices: Client, aws_account: AwsAccount, other_account: AwsAccount, wrong: dict[str, Any], sentence: str
) -> None:
    answer = alices.post("/tokens/make/", form(service="deployer", **wrong))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "deployer" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_who_may_only_read_lends_no_more(bobs: Client) -> None:
    assert bobs.post("/tokens/make/", form(scopes=["propose"])).status_code == 422
    assert bobs.post("/tokens/make/", form()).status_code == 200


def test_an_old_sign_in_makes_none(client_of: Callable[..., Client], alice: Operator) -> None:
    stale = client_of(alice, ago=settings.STEP_UP_S + 60)
    assert "reauthenticate" in stale.post("/tokens/make/", form())["Location"]
    assert not ApiToken.objects.exists()


def test_one_has_no_more_than_so_many(alices: Client, alice: Operator, settings: Any) -> None:
    settings.API_TOKENS_EACH = 1
    make_token(alice)
    assert "revoke one first" in alices.post("/tokens/make/", form()).content.decode()


def test_those_of_others_are_not_there(alices: Client, bobs: Client, bob: Operator, alice: Operator) -> None:
    token, _ = make_token(alice)
    assert alices.get(f"/tokens/{token.pk}/").status_code == 200
    assert bobs.get(f"/tokens/{token.pk}/").status_code == 404
    assert bobs.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert token.prefix not in bobs.get("/tokens/").content.decode()
    assert alices.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert alices.post(f"/tokens/{token.pk}/revoke/").status_code == 302  # sent twice
    token.refresh_from_db()
    assert token.state_words == "Revoked"


@pytest.mark.parametrize(
    ("scopes", "lacking"),
    [
        (["propose"], "Read AWS accounts"),
        (["apply"], "Read AWS accounts"),
        (["see_iam", "apply"], "Propose changes"),
        (["care_people"], "Look up people"),
    ],
)
def test_what_a_scope_needs_beside_it_is_said(alices: Client, scopes: list[str], lacking: str) -> None:
    answer = alices.post("/tokens/make/", form(scopes=scopes))
    assert answer.status_code == 422
    assert f"good for nothing without “{lacking}" in answer.content.decode()
    assert not ApiToken.objects.exists()
