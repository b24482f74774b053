from __future__ import annotations

from django.apps import AppConfig


class InfrastructureConfig(AppConfig):
    name = "infrastructure"

    def ready(self) -> None:
        from infrastructure import registration

        registration.register()
