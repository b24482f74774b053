from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access import following, protection, registration, starting
        from access.asking.calls import OF_PAGES
        from access.drafts import block
        from access.escalation.finding_source import EscalationSource
        from access.plans.check import AccessCheck
        from access.plans.escalation_check import EscalationCheck
        from access.saved_tests.check import SavedTestsCheck
        from access.saved_tests.finding_source import SavedTestsSource
        from access.saved_tests.kind import AccessTestKind
        from access.simulation.saving import forget_questions
        from accounts import stepup
        from findings import sources
        from sync import checks, ticks
        from sync.aws import permission
        from sync.safeguards import kinds

        sources.register(EscalationSource())
        sources.register(SavedTestsSource())
        kinds.register(AccessTestKind())
        checks.register(AccessCheck())
        checks.register(EscalationCheck())
        checks.register(SavedTestsCheck())
        ticks.register_part(forget_questions)
        stepup.register_words(
            {
                "access_test_new": "Save the test",
                "access_test_change": "Change test {pk}",
                "access_test_delete": "Delete test {pk}",
                "access_test_decide": "Decide about test {pk}",
            }
        )
        permission.register(OF_PAGES)
        registration.register()
        starting.register()
        protection.register()
        following.register()
        block.register()
