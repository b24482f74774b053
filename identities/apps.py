from __future__ import annotations

from django.apps import AppConfig


class IdentitiesConfig(AppConfig):
    name = "identities"

    def ready(self) -> None:
        from identities import mirrors, operations, pages
        from sync import mirror

        mirror.register(mirrors.GroupMirror(), mirrors.UserMirror(), mirrors.RoleMirror())
        mirror.register_source(mirrors.IamDetails())
        operations.register()
        pages.register()
