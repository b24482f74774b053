from __future__ import annotations

from django.apps import AppConfig


class CognitoConfig(AppConfig):
    name = "cognito"

    def ready(self) -> None:
        from accounts import stepup_words
        from cognito import actions, identity_pools, mirrors, pools, posture, registration, trying
        from cognito.care_check import CareCheck
        from cognito.choosing.check import ChoiceCheck
        from cognito.operations import people as operations_on_people
        from cognito.people import erasure
        from cognito.pools.call_check import CallCheck
        from sync import beat, checks

        mirrors.register()
        identity_pools.register()
        pools.register()
        operations_on_people.register()
        actions.register()
        checks.register(CareCheck())
        checks.register(CallCheck())
        checks.register(ChoiceCheck())
        registration.register()
        trying.register()
        stepup_words.register(
            {
                "data_protection_pool": "Save the settings of the pool",
                "data_protection_erase": "Erase what is kept",
            }
        )
        beat.register(erasure.erase_due)
        beat.register(posture.look_again)
