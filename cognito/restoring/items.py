"""What of a file can be restored, piece by piece, each ticked or not, and where to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from cognito.setting_form import different_from
from sync.operations import StepSpec
from sync.placeholders import placeholder_for


# ---- Where a file is restored to: a pool that is there, or a new one. Both are compared with the file alike --------
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


# ---- What of a file can be restored, piece by piece: each is ticked, or not, and comes to steps --------------------
_LONGEST = 120
_ARN = re.compile(r"arn:[a-z-]+:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d{12}):[^\"\s]+", re.ASCII)
# Cognito takes these of its own Region only.
_OF_REGION = frozenset({"lambda", "kms", "kinesis"})


@dataclass(frozen=True)
class RestoreDifference:
    setting: str
    now: str
    then: str


@dataclass(frozen=True)
class RestoreItem:
    """`changes` are of the pool's own settings, which one call sets for all such items together."""

    key: str  # "group gold"
    name: str
    does: str
    ticked: bool = True  # before the operator has said anything
    changes: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[StepSpec, ...] = ()
    differences: tuple[RestoreDifference, ...] = ()
    warnings: tuple[str, ...] = ()
    secret: str = ""  # which secret has to be typed: "client_secret"
    needs: Mapping[str, str] = field(default_factory=dict)  # keys of other items, and what these are in words


@dataclass(frozen=True)
class RestorePart:
    """`notes`: what stays as it is, or can't be restored, and why."""

    title: str
    items: Sequence[RestoreItem] = ()
    notes: Sequence[str] = ()
    same: int = 0  # how many things are as in the file already

    @property
    def has_contents(self) -> bool:
        return bool(self.items or self.notes or self.same)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The members that differ, as `update` takes them."""
    return different_from(before, {name: after.get(name) for name in sorted({*before, *after})})


def setting_differences(
    of: Shape, before: Mapping[str, Any], changes: Mapping[str, Any]
) -> tuple[RestoreDifference, ...]:
    """Setting by setting, however deep."""
    found = [leaf for name, new in changes.items() for leaf in _leaves(name, before.get(name), new)]
    return tuple(
        RestoreDifference(_label(of, path, alone=len(changes) == 1), _shown(old), _shown(new))
        for path, old, new in found
    )


def with_warnings(item: RestoreItem, target: RestoreTarget) -> RestoreItem:
    """… of what it names that isn't of the AWS account, or of the Region, that it goes to."""
    said = json.dumps([dict(item.changes), [dict(step.params) for step in item.steps]])
    elsewhere = sorted({match[0] for match in _ARN.finditer(said) if _is_elsewhere(match, target)})
    words = [
        f"It names {arn}, which is of another AWS account or Region: if that isn’t meant, change it in the file below."
        for arn in elsewhere
    ]
    return replace(item, warnings=(*item.warnings, *words)) if words else item


def _is_elsewhere(match: re.Match[str], target: RestoreTarget) -> bool:
    if match["account"] != target.aws_account.account_id:
        return True
    return match["service"] in _OF_REGION and match["region"] != target.region


def _leaves(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, Mapping | None) and isinstance(after, Mapping | None):
        old, new = before or {}, after or {}
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                yield from _leaves(f"{path}.{name}", old.get(name), new.get(name))
    else:
        yield path, before, after


def _label(of: Shape, path: str, *, alone: bool) -> str:
    """What people call a setting; its members by AWS's names, below the setting where it is the only one."""
    setting, _, below = path.partition(".")
    if not below:
        return of.label(setting)
    return below if alone else path


def _shown(value: Any) -> str:
    """ "" for nothing."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
