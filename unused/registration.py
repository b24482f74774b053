"""What this app adds: the link of its page, where the search finds it, its source, its steps."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from findings import sources
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.search import places
from unused import finding_links, operations
from unused.source import UnusedSource


def register() -> None:
    sources.register(UnusedSource())
    operations.register()
    finding_links.register()
    link = NavItem("Unused", "archive", "unused", permission=SEE_IAM, position=25)
    register_shell(ShellProvider(NavGroup("Access", (link,))))
    places.register(
        places.SearchPlace(
            "unused",
            "Unused",
            "unused",
            places.TASKS,
            "Users, keys, passwords, roles and policies by their last use, and how they are cleaned up.",
            words="clean up cleanup idle stale last used delete orphaned dead",
            icon="archive",
        )
    )
