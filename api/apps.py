from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from api.idempotency import forget_old
        from sync import ticks

        ticks.register_part(forget_old)
