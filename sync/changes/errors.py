"""What stops a change."""

from __future__ import annotations

from sync.params import ForOperator


class PlanError(ForOperator):
    """A change that isn't made, or not taken further."""
