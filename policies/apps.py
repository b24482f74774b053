from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from policies import mirrors, operations, pages, settings
        from policies.organizations import pages as organization_pages
        from policies.organizations import sources
        from policies.plan_findings import LintCheck
        from policies.quota_check import QuotaCheck
        from sync import checks, mirror

        checks.register(LintCheck())
        checks.register(QuotaCheck())
        mirror.register(mirrors.PolicyMirror(), settings.SETTINGS)
        mirror.register_source(settings.SOURCE)
        sources.register()
        operations.register()
        pages.register()
        organization_pages.register()
