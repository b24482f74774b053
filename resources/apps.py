from __future__ import annotations

from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"

    def ready(self) -> None:
        from resources import actions, draft_subjects, kinds, operations, permissions, registration, sources
        from sync.aws import permission

        for part in permissions.PARTS:
            permission.register_part(part)
        sources.register()
        kinds.register()
        operations.register()
        draft_subjects.register()
        actions.register()
        registration.register()
