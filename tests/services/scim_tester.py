"""scim2-tester, a conformance tester of RFC 7643 and 7644, and how it asks the console.

Its models take seconds to import: a test imports this when it runs, so that not every process pays for it.
"""

from __future__ import annotations

from typing import Any

import requests
from scim2_client import BaseSyncSCIMClient
from scim2_tester import Status, check_server


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


def conformance(url: str, token: str) -> tuple[list[str], int]:
    """What is against the RFCs, as "check: why", and how many checks succeeded.

    It knows of the console what that publishes, and not our models. The names that it would invent aren't taken: an
    operator's has to be an e-mail address, as the schema says, where there is no other.
    """
    client = RequestsClient(url, token)
    client.discover()
    user = client.get_resource_model("User")
    assert user is not None
    user.model_fields["user_name"].examples = [f"{number}@example.org" for number in range(100_000)]
    results = check_server(client)
    wrong = [f"{each.title}: {each.reason}" for each in results if each.status in (Status.ERROR, Status.CRITICAL)]
    return wrong, sum(each.status is Status.SUCCESS for each in results)
