"""What a change must not touch unless an owner says so: the roles that keep the console, and its owners, in charge."""

from access.protection.lockout import ConsoleLockoutCheck
from access.protection.roles import ProtectedRoles
from sync import checks


def register() -> None:
    checks.register(ProtectedRoles())
    checks.register(ConsoleLockoutCheck())


__all__ = ["ConsoleLockoutCheck", "ProtectedRoles", "register"]
