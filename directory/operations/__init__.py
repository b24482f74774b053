"""What can be changed of Identity Center."""

from __future__ import annotations

from directory.operations.assignments import AwaitAssignment, CreateAssignment, DeleteAssignment, assign, withdraw
from sync import operations

__all__ = ["assign", "register", "withdraw"]


def register() -> None:
    operations.register(CreateAssignment(), DeleteAssignment(), AwaitAssignment())
