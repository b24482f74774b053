from __future__ import annotations

from django.apps import AppConfig


class UnusedConfig(AppConfig):
    name = "unused"

    def ready(self) -> None:
        from unused import registration

        registration.register()
