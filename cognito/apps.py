from __future__ import annotations

from django.apps import AppConfig


class CognitoConfig(AppConfig):
    name = "cognito"

    def ready(self) -> None:
        from accounts import stepup
        from cognito import examples, finding_fixes, kinds, permissions, posture, subjects, trying
        from cognito.finding_source import PostureSource
        from cognito.identity_pools import registration as identity_pools
        from cognito.modifiable_claims.check import ModifiableClaimsCheck
        from cognito.people import registration as people
        from cognito.people.care_check import CareCheck
        from cognito.pools import registration as pools
        from cognito.pools.call_check import CallCheck
        from findings import sources
        from sync import checks
        from sync.activity import matching
        from sync.aws import permission
        from sync.ticks import register_part

        permission.register_part(permissions.PART)
        kinds.register()
        examples.register()
        pools.register()
        identity_pools.register()
        people.register()
        checks.register(CareCheck())
        checks.register(CallCheck())
        checks.register(ModifiableClaimsCheck())
        permission.register(permissions.OF_PAGES)
        trying.register()
        stepup.register_words(
            {
                "data_protection_pool": "Save the settings of the pool",
                "data_protection_erase": "Erase what is kept",
            }
        )
        register_part(posture.look_again)
        sources.register(PostureSource())
        subjects.register()
        finding_fixes.register()
        matching.register_services("cognito.", "cognito-idp.amazonaws.com", "cognito-identity.amazonaws.com")
