"""What the app adds to the pages of the apps below: a button below lists, a tab of objects, a link of the sidebar."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from findings import sources as findings
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from infrastructure.exports.kinds import LISTS
from infrastructure.owned.changes import is_about_owned
from infrastructure.owned.finding_source import OwnedSource
from infrastructure.owned.plan_check import OwnedCheck, override_objection
from objects import pick_uses
from sync import checks
from sync.activity import accepting


def register() -> None:
    register_shell(
        ShellProvider(
            NavGroup(
                "IAM",
                (
                    NavItem("Export as code", "file-code", "export", permission=SEE_IAM, position=75),
                    NavItem("Owned by code", "git-branch", "owned_by_code", permission=SEE_IAM, position=76),
                ),
                position=10,
            )
        )
    )
    pick_uses.register(
        pick_uses.KindsUse(
            "Export as code",
            "Export all",
            "file-code",
            "{}_export_picked",
            "{}_export",
            frozenset(LISTS),
            SEE_IAM,
        )
    )
    panels.register(
        panels.Panel(
            "change",
            "code",
            "Patch for the code",
            "change_code",
            lede="The pipeline undoes what is applied here, unless its code says the same first.",
            shows=is_about_owned,
            permission=SEE_IAM,
            position=5,
        )
    )
    findings.register(OwnedSource())
    checks.register(OwnedCheck())
    accepting.register_objection(override_objection)
    panels.register(
        panels.Panel(
            "resource",
            "owned",
            "As code",
            "resource_owned",
            shows=lambda row: row.in_code,
            permission=SEE_IAM,
            position=70,
        )
    )
    for listed in LISTS.values():
        name = listed.kind.name
        panels.register(panels.Panel(name, "code", "As code", f"{name}_code", permission=SEE_IAM, position=85))
