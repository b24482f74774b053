from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.search.places import register_help, register_kinds
from iamconsole.web.trigrams import make_indexes
from iamconsole.web.waiting import limit_migrations


class FrameShell(ShellProvider):
    """What the frame itself has in the sidebar."""

    navigation = (NavGroup("", (NavItem("Overview", "gauge", "overview", position=0),), position=0),)


class WebConfig(AppConfig):
    name = "iamconsole.web"

    def ready(self) -> None:
        from iamconsole import checks  # noqa: F401  registers itself

        register_shell(FrameShell())
        register_kinds()
        register_help()
        pre_migrate.connect(limit_migrations)
        post_migrate.connect(make_indexes)
