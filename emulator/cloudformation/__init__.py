"""CloudFormation in the emulator: stacks that take over what exists, and what tells of them. It makes nothing."""

from __future__ import annotations

from emulator.cloudformation.backend import backends
from emulator.cloudformation.calls import application

__all__ = ["application", "backends"]
