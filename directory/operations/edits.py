"""The steps of an edit of a permission set, and those that bring it into the AWS accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from directory.models import PermissionSet
from directory.operations.sets_base import provisioning, region_of
from sync.operations import StepSpec

Edit = tuple[str, Mapping[str, Any]]  # the kind of a step, and its own parameters


def edited(row: PermissionSet, *edits: Edit) -> list[StepSpec]:
    """The steps of these edits, and the provisioning behind them. Raises Refusal."""
    about = {"set_arn": row.arn, "set_name": row.name, "region": region_of(row)}
    again = [{"provisions": list(row.accounts)} if row.accounts else {}, *([{}] * len(edits))]
    steps = [StepSpec(kind, {**about, **params, **more}) for (kind, params), more in zip(edits, again, strict=False)]
    return [*steps, *provisioning(about, row.accounts, len(steps) + 1)]
