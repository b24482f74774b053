from __future__ import annotations

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "findings"

    def ready(self) -> None:
        from findings import refresh, services
        from findings.models import Finding
        from sync.changes.free_texts import register_free_text
        from sync.ticks import register_part

        register_free_text(Finding, "mute_reason")
        register_part(refresh.wake_due)
        register_part(services.end_mutes)
        register_part(refresh.forget_mended)
