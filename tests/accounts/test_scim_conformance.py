"""What scim2-tester, a conformance tester of RFC 7643 and 7644, says of the endpoints, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

import requests
from pydantic import Field
from scim2_client import BaseSyncSCIMClient
from scim2_models import Required, ScimProvider
from scim2_tester import Status, check_server

from accounts.models import Operator
from accounts.scim.resources import GroupResource, UserResource
from accounts.services import scim_tokens


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


# An operator is always active or not: who takes the attribute away gets its default.
# A search of all resources at once, at the root, is optional (RFC 7644, 3.4.2.1), and no directory asks for it.
KEPT = {
    "check_remove_attribute: PATCH modify() did not remove attribute 'active'",
    "search_with_attributes: There is no such address.",
}


def test_nothing_is_against_the_rfcs(live_server: Any, olga: Operator) -> None:
    token = scim_tokens.make(actor=olga, name="Tester", networks="", days=1)
    client = RequestsClient(live_server.url, token)
    client.provider = ScimProvider([AddressedUser, GroupResource])
    results = check_server(client)
    wrong = [f"{each.title}: {each.reason}" for each in results if each.status in (Status.ERROR, Status.CRITICAL)]
    wrong = [each for each in wrong if each not in KEPT]
    assert not wrong, "\n".join(wrong)
    assert sum(each.status is Status.SUCCESS for each in results) > 30
