"""What all operations on Identity Center have in common: they give and take access in other AWS accounts."""

from __future__ import annotations

from typing import TypeVar

from sync.operation_mixins import AffectsOtherAccounts

P = TypeVar("P")


class OfIdentityCenter(AffectsOtherAccounts[P]):
    """Plans name the AWS accounts that it reaches and that aren't connected."""
