"""With which resources what can be done."""

from __future__ import annotations

from typing import Any

from resources.models import Resource
from resources.table.computing import FUNCTION
from resources.table.s3 import BUCKET
from resources.table.writing import WRITING


def may_be_written(row: Any) -> bool:
    return isinstance(row, Resource) and (row.kind in WRITING or row.kind == FUNCTION.kind)


def has_policy_to_delete(row: Any) -> bool:
    if not may_be_written(row) or row.policy_state != Resource.PolicyState.HAS:
        return False
    return row.kind == FUNCTION.kind or WRITING[row.kind].delete is not None


def has_block(row: Any) -> bool:
    return isinstance(row, Resource) and row.kind == BUCKET.kind
