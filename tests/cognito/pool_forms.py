"""Opening and sending the forms of a user pool, as a browser does."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.cognito.arranged_pool import Arranged
from tests.services.pages import address


def action_url(arranged: Arranged, action: str, which: str = "") -> str:
    return address("cognito_pool_action", aws_id=arranged.pool.aws_id, action=action) + (
        f"?which={which}" if which else ""
    )


def shown(client: Client, url: str) -> dict[str, Any]:
    """What the form's fields say, as a browser would send them."""
    response = client.get(url)
    assert response.status_code == 200, response
    form = response.context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value is not None and value is not False and value != ""}


def stage(client: Client, url: str, **said: Any) -> HttpResponse:
    """The form as it is shown, with what is said otherwise; None: emptied, or not ticked."""
    fields = {"csrfmiddlewaretoken": "x", **_as_sent(shown(client, url)), **said}
    response = client.post(url, {name: value for name, value in fields.items() if value is not None})
    assert isinstance(response, HttpResponse)
    return response


def _as_sent(values: dict[str, Any]) -> dict[str, Any]:
    return {name: "on" if value is True else value for name, value in values.items()}
