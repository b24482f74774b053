"""Pages for what Django refuses before a view looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import AwsAccount, Operator
from tests.services.pages import address, text_of

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


def test_an_address_that_takes_forms_only_says_so(
    aws_account: AwsAccount, alice: Operator, client_of: ClientOf
) -> None:
    response = client_of(alice).get(address("pull_now"))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "It only takes a form that a page of the console sends" in text_of(response.content.decode())


@pytest.mark.parametrize(
    ("limit", "form"),
    [
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", {"email": "a" * 2_000}),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", {f"f{number}": "x" for number in range(2_000)}),
    ],
)
def test_too_large_a_form_says_so(
    alice: Operator, client_of: ClientOf, settings: Any, limit: str, form: dict[str, str]
) -> None:
    setattr(settings, limit, 1_000)
    sent = urlencode(form)
    response = client_of(alice).post(reverse("operator_invite"), sent, "application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert "Nothing was changed. Go back and send less at once." in response.content.decode()
