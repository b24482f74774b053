"""What hangs on a user, a group or a role, so that AWS doesn't delete it: keys, policies, memberships …

Each such thing has a name for people, which is also what the plan counts by: "access key AKIA…", "password",
"MFA device <serial>", "signing certificate <id>", "SSH key <id>", "service credential <id>", "inline policy <name>",
"policy <arn>", "group <name>", "member <name>", "instance profile <name>".
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from sync.operations import PlannedStep


@runtime_checkable
class Hangs(Protocol):
    """An operation that puts something on its object, or takes it off. Its objects() has that object."""

    def hangs(self, p: Any) -> tuple[str, bool] | None:
        """What, and whether it hangs there afterwards; None where it is about something else."""


@runtime_checkable
class HangsOnTwo(Protocol):
    """The same of an operation that ties two objects: each hangs on the other."""

    def hangs_on(self, p: Any, object_key: str) -> tuple[str, bool]: ...


def hung_by(step: PlannedStep, object_key: str) -> tuple[str, bool] | None:
    """What the step puts on that object, or takes off it."""
    if isinstance(step.operation, HangsOnTwo):
        return step.operation.hangs_on(step.params, object_key)
    return step.operation.hangs(step.params) if isinstance(step.operation, Hangs) else None
