from __future__ import annotations

from django.apps import AppConfig


class EstateConfig(AppConfig):
    name = "estate"

    def ready(self) -> None:
        from estate import registration

        registration.register()
