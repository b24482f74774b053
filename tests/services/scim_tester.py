"""scim2-tester, a conformance tester of RFC 7643 and 7644, and how it asks the console.

Its models take seconds to import: a test imports this when it runs, so that not every process pays for it.
"""

from __future__ import annotations

from typing import Annotated, Any

import requests
from pydantic import Field
from scim2_client import BaseSyncSCIMClient
from scim2_models import Required, ScimProvider
from scim2_tester import Status, check_server

from accounts.scim.resources import GroupResource, UserResource


class RequestsClient(BaseSyncSCIMClient):
    """scim2-client by the library for HTTP that is here anyway."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__()
        self._url, self._session = url, requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def request(self, method: str, url: str, **how: Any) -> Any:
        return self._session.request(method, f"{self._url}/scim/v2/{url.lstrip('/')}", timeout=30, **how)

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return not endpoint.startswith(("http:", "https:", "//"))

    def _parse_json(self, response: Any) -> Any:
        return response.json()


class AddressedUser(UserResource):
    """The tester invents names: an operator's has to be an e-mail address, where there is no other."""

    user_name: Annotated[str | None, Required.true] = Field(
        None, examples=[f"{number}@example.org" for number in range(100_000)]
    )


def conformance(url: str, token: str) -> tuple[list[str], int]:
    """What is against the RFCs, as "check: why", and how many checks succeeded."""
    client = RequestsClient(url, token)
    client.provider = ScimProvider([AddressedUser, GroupResource])
    results = check_server(client)
    wrong = [f"{each.title}: {each.reason}" for each in results if each.status in (Status.ERROR, Status.CRITICAL)]
    return wrong, sum(each.status is Status.SUCCESS for each in results)
