"""The operations on resources: their policies, and Block Public Access of buckets."""

from __future__ import annotations

from resources.operations import functions, policies, reversals
from resources.operations.public_access import PutPublicAccessBlock
from sync import operations


def register() -> None:
    operations.register(*policies.OPERATIONS, *functions.OPERATIONS, PutPublicAccessBlock())
    reversals.register()
