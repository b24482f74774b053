from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from objects import history
        from policies import actions, detail_mirror, mirrors, operations, registration
        from policies.organizations import registration as organization_registration
        from policies.organizations import sources
        from policies.plan_findings import LintPlanCheck
        from policies.quota_check import QuotaCheck
        from policies.selectors import with_documents
        from sync import checks, mirror

        checks.register(LintPlanCheck())
        checks.register(QuotaCheck())
        mirror.register(mirrors.PolicyMirror(), detail_mirror.SETTINGS)
        mirror.register_source(detail_mirror.SOURCE)
        sources.register()
        history.register_reader(with_documents)
        operations.register()
        actions.register()
        registration.register()
        organization_registration.register()
