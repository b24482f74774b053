"""A directory that speaks SCIM over real HTTP, and the client by which scim2-tester asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class ScimDirectory:
    url: str  # without /scim/v2
    token: str

    def ask(self, method: str, path: str, body: Any = None, **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        return requests.request(method, f"{self.url}/scim/v2/{path}", json=body, headers=headers, timeout=30, **how)

    def make_user(self, name: str, **more: Any) -> str:
        """The id of a new user, as Entra ID makes one."""
        body = {
            "schemas": [USER, ENTERPRISE],
            "externalId": f"0a21f0f2-{name}",
            "userName": f"{name}@example.org",
            "active": True,
            "displayName": name.title(),
            "emails": [{"primary": True, "type": "work", "value": f"{name}@example.org"}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": name.title(), "familyName": "Doe", "givenName": name.title()},
            "roles": [],
            f"{ENTERPRISE}": {"department": "Sales"},
            **more,
        }
        answer = self.ask("POST", "Users", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def make_group(self, name: str, *members: str) -> str:
        body = {
            "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "externalId": f"8aa1a0c0-{name}",
            "displayName": name,
            "meta": {"resourceType": "Group"},
            "members": [{"value": uid} for uid in members],
        }
        answer = self.ask("POST", "Groups", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def patch(self, path: str, *operations: dict[str, Any]) -> requests.Response:
        return self.ask("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})
