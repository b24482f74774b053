from __future__ import annotations

from django.apps import AppConfig


class CognitoConfig(AppConfig):
    name = "cognito"

    def ready(self) -> None:
        from accounts import stepup_words
        from cognito import actions, mirrors, posture, registration, trying
        from cognito.care_check import CareCheck
        from cognito.identity_pools import registration as identity_pools
        from cognito.modifiable_claims.check import ModifiableClaimsCheck
        from cognito.people import registration as people
        from cognito.pools import registration as pools
        from cognito.pools.call_check import CallCheck
        from sync import beat, checks

        mirrors.register()
        identity_pools.register()
        pools.register()
        people.register()
        actions.register()
        checks.register(CareCheck())
        checks.register(CallCheck())
        checks.register(ModifiableClaimsCheck())
        registration.register()
        trying.register()
        stepup_words.register(
            {
                "data_protection_pool": "Save the settings of the pool",
                "data_protection_erase": "Erase what is kept",
            }
        )
        beat.register(posture.look_again)
