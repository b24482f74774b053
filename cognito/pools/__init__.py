"""User pools and what belongs to them: what can be done with them, how they are set, what is wrong with them."""

__all__ = ["register"]


def register() -> None:
    from cognito import posture
    from cognito.models import UserPool
    from cognito.pools import actions, operations, registration
    from cognito.pools.findings import findings_of

    operations.register()
    actions.register()
    registration.register()
    posture.register(UserPool, findings_of)
