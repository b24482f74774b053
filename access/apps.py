from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access import protection, registration
        from access.plans.check import AccessCheck
        from access.plans.escalation_check import EscalationCheck
        from sync import checks

        checks.register(AccessCheck())
        checks.register(EscalationCheck())
        registration.register()
        protection.register()
