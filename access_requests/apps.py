from __future__ import annotations

from django.apps import AppConfig


class AccessRequestsConfig(AppConfig):
    name = "access_requests"

    def ready(self) -> None:
        from access_requests import registration

        registration.register()
