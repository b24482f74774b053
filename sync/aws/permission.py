"""One permission of the console's roles."""

from __future__ import annotations

from dataclasses import dataclass

from sync.aws.purpose import Tier

ALL = "*"  # of what AWS checks on no resource


@dataclass(frozen=True)
class Permission:
    """`on` is the kind of object that AWS checks it on; "" where it is of no use to narrow it, "*" for settings."""

    action: str
    feature: str
    tier: Tier
    on: str = ""
