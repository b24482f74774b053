from __future__ import annotations

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "findings"

    def ready(self) -> None:
        from findings import attention, drift_fixes, notices, refresh, registration, services, sources
        from findings.drift_source import DriftSource
        from findings.models import ControlConfirmation, Finding, RuleSetting
        from sync.changes.free_texts import register_free_text
        from sync.ticks import register_part
        from sync.tombstones import register_need

        sources.register(DriftSource())
        drift_fixes.register()
        attention.register()
        registration.register()
        register_free_text(Finding, "mute_reason")
        register_need(Finding)
        register_free_text(RuleSetting, "reason")
        register_free_text(ControlConfirmation, "note")
        notices.register()
        register_part(refresh.wake_due)
        register_part(services.end_mutes)
