"""What a guard rail says, as a version of a safeguard keeps it (sync/models/safeguards.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import TextChoices

from accounts.roles import ADMINISTER, APPROVE
from sync.checks import Severity

KIND = "guard_rail"


class Mode(TextChoices):
    """The strictest last."""

    OFF = "off", "Off"
    NOTE = "note", "Notes it on the plan"
    APPROVER = "approver", "Needs an approver"
    BLOCKS = "blocks", "Blocks the plan"


class OverrideBy(TextChoices):
    """Who may let a plan through that it blocks. The strictest last."""

    APPROVER = "approver", "An approver or owner"
    OWNER = "owner", "An owner"
    NOBODY = "nobody", "Nobody"

    @property
    def permission(self) -> str | None:
        return _PERMISSIONS.get(self)


_PERMISSIONS = {OverrideBy.APPROVER: APPROVE, OverrideBy.OWNER: ADMINISTER}


@dataclass(frozen=True)
class RailContent:
    """`rule`: by its name (rules.py). `parameters`: by theirs, as each reads them."""

    rule: str
    mode: Mode
    override: OverrideBy = OverrideBy.OWNER
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_blocking(self) -> bool:
        """Whether a plan that is against it isn't applied as it is."""
        return self.mode in (Mode.APPROVER, Mode.BLOCKS)

    @property
    def severity(self) -> Severity:
        """Of what is said on a plan that is against it."""
        if self.mode is Mode.BLOCKS:
            return "blocked" if self.override is OverrideBy.NOBODY else "guarded"
        return "approval" if self.mode is Mode.APPROVER else "warning"

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "mode": self.mode.value,
            "override": self.override.value,
            "parameters": dict(self.parameters),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        return cls(stored["rule"], Mode(stored["mode"]), OverrideBy(stored["override"]), stored["parameters"])

    def is_looser_than(self, before: RailContent) -> bool:
        """By its mode, or by who may override it; its parameters are not looked at."""
        modes, overrides = list(Mode), list(OverrideBy)
        if modes.index(self.mode) < modes.index(before.mode):
            return True
        is_overridden = self.mode is Mode.BLOCKS and before.mode is Mode.BLOCKS
        return is_overridden and overrides.index(self.override) < overrides.index(before.override)
