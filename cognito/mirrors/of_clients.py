"""What another call tells of an app client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cognito.mirrors.base import FacetMirror, pool_of
from cognito.mirrors.pools import IDP, RiskConfigurationMirror
from cognito.models import AppClient
from cognito.permissions import NOBODYS_POOL, PULL_POOLS
from cognito.pools.settings import threats
from cognito.setting import history_of, members_of
from sync.aws.errors import NotFound
from sync.aws.permission import Permission, reread
from sync.mirror import Item, ParsedItem, Reader
from sync.object_ref import ObjectRef


class ClientFacet(FacetMirror):
    kind = AppClient.kind
    model = AppClient
    id_member = "ClientId"
    column: ClassVar[str]
    operation: ClassVar[str]

    @property
    def permissions(self) -> Sequence[Permission]:
        return reread(f"{IDP}:{self.operation}", PULL_POOLS, UserPoolId=NOBODYS_POOL, ClientId="nobody")

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {self.column: seen.content}

    def item_of(self, answer: Item) -> Item:
        """What the answer says of this one."""
        return answer

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        asked = {"UserPoolId": pool_of(ref.arn), "ClientId": ref.object_id}
        try:
            return self.item_of(client.call(IDP, self.operation, **asked)) | asked
        except NotFound:
            return None


class ClientRiskConfigurationMirror(ClientFacet):
    """Threat protection that an app client has instead of its pool's; nothing where it follows the pool.

    API reference, RiskConfigurationType: where the answer names no app client, what it says is the pool's.
    """

    source = "risk"
    title = "Threat protection"
    parts = RiskConfigurationMirror.parts
    column = "risk"
    operation = RiskConfigurationMirror.operation
    settings = RiskConfigurationMirror.settings
    known = RiskConfigurationMirror.known

    def item_of(self, answer: Item) -> Item:
        held: Item = answer[RiskConfigurationMirror.member]
        return held if held.get("ClientId") else {}


class ClientSessionsMirror(ClientFacet):
    """How long the app client takes a session of another one for a sign-in."""

    source = "sessions"
    title = "Sessions"
    parts = history_of(threats.CLIENT_SESSIONS_MEMBERS)
    column = "sessions"
    operation = "GetUserPoolClientSessionConfiguration"
    settings = members_of(threats.CLIENT_SESSIONS_MEMBERS)
    known = frozenset(settings) | {"UserPoolId", "ClientId"}


RISK, SESSIONS = ClientRiskConfigurationMirror(), ClientSessionsMirror()
MIRRORS = (RISK, SESSIONS)
