"""What `access` adds to the frame: links of the sidebar, and tabs of users, groups and roles."""

from __future__ import annotations

from typing import ClassVar

from access.plans.effect_blocks import LEDE, is_measured
from access.views.least_privilege import LEAST_PRIVILEGE
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from identities.object_pages import KINDS


class AccessShell(ShellProvider):
    navigation: ClassVar[tuple[NavGroup, ...]] = (
        NavGroup(
            "Access",
            (
                NavItem("Who can", "user-search", "who_can", permission=SEE_IAM, position=10),
                NavItem("Escalation paths", "route", "escalations", permission=SEE_IAM, position=20),
            ),
            position=15,
        ),
    )


def register() -> None:
    register_shell(AccessShell())
    panels.register(
        panels.Panel("change", "access", "What access changes", "change_access", lede=LEDE, shows=is_measured)
    )
    for place in ("user", "role"):
        panels.register(
            panels.Panel(place, "access", "Effective access", f"{place}_access", permission=SEE_IAM, position=25)
        )
    for kind in KINDS.values():
        url_name = f"{kind.name}_{LEAST_PRIVILEGE}"
        panels.register(panels.Panel(kind.name, LEAST_PRIVILEGE, "Least privilege", url_name, position=52))
