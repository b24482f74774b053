from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access import finding_fixes, following, protection, registration, starting
        from access.asking.calls import OF_PAGES
        from access.drafts import block, organization_block, roles_block
        from access.escalation.administrator_source import AdministratorSource
        from access.escalation.finding_source import EscalationSource
        from access.exposure.finding_source import ExposureSource
        from access.guard_rails import draft_block as guard_rail_block
        from access.guard_rails import engine_rules, identity_rules, own_form, resource_rules, rules, trust_rules
        from access.guard_rails.check import GuardRailCheck
        from access.guard_rails.finding_source import GuardRailSource
        from access.guard_rails.kind import GuardRailKind
        from access.pasted import blocks as pasted_blocks
        from access.plans.check import AccessCheck
        from access.plans.elsewhere_check import ElsewhereAccessCheck
        from access.plans.escalation_check import EscalationCheck
        from access.plans.objections import objection
        from access.plans.organization_check import OrganizationAccessCheck
        from access.policy_figures import PolicyFigures, follow_mutes
        from access.resource_plans import draft_block as resource_draft_block
        from access.resource_plans.check import ResourceAccessCheck
        from access.saved_tests.check import SavedTestsCheck
        from access.saved_tests.finding_source import SavedTestsSource
        from access.saved_tests.kind import AccessTestKind
        from accounts import stepup
        from findings import services, sources
        from sync import checks
        from sync.activity import accepting
        from sync.aws import permission
        from sync.safeguards import kinds

        sources.register(AdministratorSource())
        sources.register(EscalationSource())
        sources.register(SavedTestsSource())
        sources.register(GuardRailSource())
        sources.register(PolicyFigures())
        sources.register(ExposureSource())
        finding_fixes.register()
        services.register_listener(follow_mutes)
        kinds.register(AccessTestKind())
        kinds.register(GuardRailKind())
        for rule in (
            identity_rules.NoFullAccess(),
            identity_rules.BoundaryOnRoles(),
            identity_rules.NoUserCredentials(),
            trust_rules.KnownAccountsOnly(),
            trust_rules.NotPublic(),
            resource_rules.ResourcesToKnownAccountsOnly(),
            resource_rules.NoPublicResources(),
            engine_rules.NoNewEscalationPath(),
            identity_rules.NoGraveFindings(),
            engine_rules.OwnDocumentRule(),
        ):
            rules.register(rule)
        accepting.register_objection(objection)
        checks.register(AccessCheck())
        checks.register(OrganizationAccessCheck())
        checks.register(ElsewhereAccessCheck())
        checks.register(ResourceAccessCheck())
        checks.register(EscalationCheck())
        checks.register(SavedTestsCheck())
        checks.register(GuardRailCheck())
        permission.register(OF_PAGES)
        registration.register()
        words = {
            "access_test_new": "Save the test",
            "access_test_change": "Change test {pk}",
            "access_test_delete": "Delete test {pk}",
            "access_test_decide": "Decide about test {pk}",
            "guard_rail_new": "Set the guard rail",
            "guard_rail_set": "Set the guard rail",
            "guard_rail_change": "Change the guard rail",
            "guard_rail_delete": "Delete the guard rail",
            "guard_rail_decide": "Decide about the guard rail",
        }
        of_labels = {f"label_{name}": said for name, said in words.items() if not name.endswith("_decide")}
        stepup.register_words(words | of_labels)
        starting.register()
        protection.register()
        following.register()
        block.register()
        organization_block.register()
        resource_draft_block.register()
        roles_block.register()
        guard_rail_block.register()
        own_form.register()
        pasted_blocks.register()
