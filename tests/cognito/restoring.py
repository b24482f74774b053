"""Exporting pools and restoring files in tests, by the pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cognito.models import UserPool
from tests.services import pages
from tests.services.pages import address


def exported(client: Client, pool: UserPool, *, memberships: bool = False) -> str:
    """The text of the file."""
    url = address("cognito_pool_export", aws_id=pool.aws_id)
    response = client.get(f"{url}?format=json{'&memberships=on' if memberships else ''}")
    assert response.status_code == 200, response
    return pages.exported(response)


def look(client: Client, url: str, *, text: str, **said: Any) -> Any:
    """The page with what the file does: the first of the two clicks."""
    return client.post(url, {"file": SimpleUploadedFile("pool.json", text.encode()), **said})


def stage(
    client: Client,
    url: str,
    page: Any,
    *,
    take: Collection[str] | None = None,
    but: Collection[str] = (),
    secrets: Mapping[str, str] | None = None,
    **said: Any,
) -> Any:
    """The second click, on the page as it was shown; `take`: keys that are ticked, where not those that it ticks."""
    form = page.context["form"]
    names = ("text", "looked", "region", "name")
    data = {name: form.data[name] for name in names if name in form.data}
    ticked = [key for key in (form.keys if take is None else take) if key not in but]
    typed = {f"secret-{key}": value for key, value in (secrets or {}).items()}
    return client.post(url, {**data, "take": ticked, **typed, "stage": "1", **said})
