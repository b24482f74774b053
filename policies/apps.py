from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from objects import history
        from policies import (
            actions,
            control_policy_permissions,
            document_reach,
            draft_subjects,
            editor_views,
            mirrors,
            operations,
            registration,
            start_policies,
            starting,
        )
        from policies.organizations import membership, places, resting, reversals, sources
        from policies.organizations import operations as control_policy_operations
        from policies.plan_checks import LintPlanCheck, QuotaCheck
        from policies.selectors import with_documents
        from policies.visual import view as visual_view
        from sync import checks, mirror, ticks
        from sync.aws import permission
        from sync.spanning.organizations import register_organizations

        checks.register(LintPlanCheck())
        checks.register(QuotaCheck())
        mirror.register(mirrors.PolicyMirror(), mirrors.SETTINGS)
        mirror.register_source(mirrors.SOURCE)
        sources.register()
        history.register_reader(with_documents)
        permission.register_part(control_policy_permissions.PART)
        operations.register()
        control_policy_operations.register()
        reversals.register()
        actions.register()
        ticks.register_part(document_reach.note_new)
        ticks.register_part(places.follow_every_minute)
        ticks.register_part(resting.follow_every_minute)
        register_organizations(membership.organizations_of)
        editor_views.register_own()
        visual_view.register()
        draft_subjects.register_own()
        starting.register_own()
        start_policies.register()
        registration.register()
