from __future__ import annotations

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from celery.signals import worker_ready

        from accounts import audit
        from iamconsole.web import conditions
        from iamconsole.web.navigation import register_shell
        from sync import checks, counter, ends, mirror, ownership, regions, search, shell, unseen_check
        from sync.views import queue

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
        queue.register_panels()
        conditions.register("queue", lambda: "held" if counter.is_held() else "open")
        worker_ready.connect(counter.look_at_start)
