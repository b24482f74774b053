"""What `access` adds to the frame: links of the sidebar, and a tab of users and roles."""

from __future__ import annotations

from typing import ClassVar

from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell


class AccessShell(ShellProvider):
    navigation: ClassVar[tuple[NavGroup, ...]] = (
        NavGroup(
            "Access",
            (
                NavItem("Who can", "user-search", "who_can", permission=SEE_IAM, position=10),
                NavItem("Ways to administrator", "route", "escalations", permission=SEE_IAM, position=20),
            ),
            position=15,
        ),
    )


def register() -> None:
    register_shell(AccessShell())
    for place in ("user", "role"):
        panels.register(
            panels.Panel(place, "access", "Effective access", f"{place}_access", permission=SEE_IAM, position=25)
        )
