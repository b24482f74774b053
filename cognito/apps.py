from __future__ import annotations

from django.apps import AppConfig


class CognitoConfig(AppConfig):
    name = "cognito"

    def ready(self) -> None:
        from accounts import stepup_words
        from cognito import kinds, permissions, posture, trying
        from cognito.identity_pools import registration as identity_pools
        from cognito.modifiable_claims.check import ModifiableClaimsCheck
        from cognito.people import registration as people
        from cognito.people.care_check import CareCheck
        from cognito.pools import registration as pools
        from cognito.pools.call_check import CallCheck
        from sync import beat, checks
        from sync.aws import permission

        permission.register_part(permissions.PART)
        kinds.register()
        pools.register()
        identity_pools.register()
        people.register()
        checks.register(CareCheck())
        checks.register(CallCheck())
        checks.register(ModifiableClaimsCheck())
        permission.register(permissions.OF_PAGES)
        trying.register()
        stepup_words.register(
            {
                "data_protection_pool": "Save the settings of the pool",
                "data_protection_erase": "Erase what is kept",
            }
        )
        beat.register(posture.look_again)
