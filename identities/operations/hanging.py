"""What hangs on a user, a group or a role, so that AWS doesn't delete it: keys, policies, memberships …

Each such thing has a name for people, which is also what the plan counts by: "access key AKIA…", "password",
"MFA device <serial>", "signing certificate <id>", "SSH key <id>", "service credential <id>", "inline policy <name>",
"policy <arn>", "group <name>", "member <name>", "instance profile <name>".
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Hangs(Protocol):
    """An operation that puts something on its object, or takes it off. Its objects() has that object."""

    def hangs(self, p: Any) -> tuple[str, bool] | None:
        """What, and whether it hangs there afterwards; None where it is about something else."""
