from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from policies import mirrors, operations, pages
        from sync import mirror

        mirror.register(mirrors.PolicyMirror())
        operations.register()
        pages.register()
