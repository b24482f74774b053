from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        from monitoring import exposition, middleware, process_figures, task_signals  # noqa: F401  they declare metrics

        process_figures.register()
        task_signals.connect()
