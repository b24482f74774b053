"""Errors that stop a change."""

from __future__ import annotations

from sync.params import ForOperator


class PlanError(ForOperator):
    """A change that can't be proposed, or can't go on; says why to the operator."""
