"""Where a file is restored to: a pool that is there, or a new one. Both are compared with the file alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.models import AwsAccount
from cognito.models import UserPool
from cognito.plans import is_protected_from_threats
from cognito.pools.operations.shapes import (
    CLIENT,
    GROUP,
    MFA,
    PROVIDER,
    RESOURCE_SERVER,
    RISK,
    Settings,
    Shape,
    mfa_following,
)
from cognito.restoring.pool_file import PoolFile
from sync.placeholders import placeholder_for


@dataclass(frozen=True)
class RestoreTarget:
    """`pool` is None where the change's first step makes it."""

    aws_account: AwsAccount
    region: str
    name: str
    pool: UserPool | None = None

    @property
    def arn(self) -> str:
        if self.pool is not None:
            return self.pool.arn
        return f"arn:{self.aws_account.partition}:cognito-idp:{self.region}:{self.aws_account.account_id}:userpool/" + (
            placeholder_for(1)
        )

    def held(self, of: Shape, file: PoolFile) -> Settings | None:
        """What AWS has of the pool's own settings; None where the mirror doesn't have them."""
        if self.pool is not None:
            described = getattr(self.pool, of.column)
            return None if described is None else of.payload(described)
        if of is MFA:
            return mfa_following({"MfaConfiguration": "OFF"}, file.settings)
        return None if of is RISK and not is_protected_from_threats(file.settings) else {}

    @cached_property
    def attributes(self) -> Mapping[str, Mapping[str, Any]]:
        described = self.pool.settings.get("SchemaAttributes", []) if self.pool else []
        return {each["Name"]: each for each in described if "Name" in each}

    def rows(self, of: Shape) -> dict[str, Any]:
        """What belongs to the pool: its live rows by their name, app clients by their id."""
        return dict(self._belonging[of.kind])

    @cached_property
    def _belonging(self) -> Mapping[str, Mapping[str, Any]]:
        """Read once: each app client is held against it."""
        return {of.kind: self._rows(of) for of in (CLIENT, GROUP, PROVIDER, RESOURCE_SERVER)}

    def _rows(self, of: Shape) -> dict[str, Any]:
        if self.pool is None:
            return {}
        live: Any = of.model._default_manager.filter(aws_account=self.aws_account, arn=self.arn, gone_at__isnull=True)
        return {row.aws_id if of is CLIENT else row.name: row for row in live.order_by("name_key", "pk")}
