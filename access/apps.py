from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access import protection, registration
        from access.drafts import block
        from access.escalation.finding_source import EscalationSource
        from access.plans.check import AccessCheck
        from access.plans.escalation_check import EscalationCheck
        from access.simulation.saving import forget_questions
        from findings import sources
        from sync import checks, ticks

        sources.register(EscalationSource())
        checks.register(AccessCheck())
        checks.register(EscalationCheck())
        ticks.register_part(forget_questions)
        registration.register()
        protection.register()
        block.register()
