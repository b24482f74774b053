from __future__ import annotations

from django.apps import AppConfig


class ContainConfig(AppConfig):
    name = "contain"

    def ready(self) -> None:
        from contain import registration

        registration.register()
