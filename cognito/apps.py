from __future__ import annotations

from django.apps import AppConfig


class CognitoConfig(AppConfig):
    name = "cognito"

    def ready(self) -> None:
        from cognito import identity_pools, mirrors
        from cognito.people import erasing
        from sync import beat

        mirrors.register()
        identity_pools.register()
        beat.register(erasing.erase_due)
