from __future__ import annotations

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from accounts import audit
        from iamconsole.web.navigation import register_shell
        from sync import checks, ends, mirror, ownership, regions, search, shell, unseen_check

        audit.register(
            {
                "pull.started": "started pull {pull} of {source}",
                "pull.cancelled": "cancelled pull {pull} of {source}",
            }
        )
        mirror.register_source(regions.AccountRegions())
        checks.register(ownership.OwnershipCheck())
        checks.register(unseen_check.UnseenCheck())
        register_shell(shell.SyncShell())
        shell.register_panels()
        ends.register_panels()
        search.register()
