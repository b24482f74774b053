"""What this app adds: the link of its page, its source, its steps, and the links of findings to it."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from findings import sources
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from unused import finding_links, operations
from unused.source import UnusedSource


def register() -> None:
    sources.register(UnusedSource())
    operations.register()
    finding_links.register()
    link = NavItem("Unused", "archive", "unused", permission=SEE_IAM, position=25)
    register_shell(ShellProvider(NavGroup("Access", (link,))))
