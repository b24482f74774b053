"""Identity pools: who gets AWS credentials, by which role, and what comes of that; and changing it."""


def register() -> None:
    from cognito import posture
    from cognito.identity_pools import actions, operations, registration
    from cognito.identity_pools.findings import all_findings
    from cognito.models import IdentityPool

    operations.register()
    actions.register()
    registration.register()
    posture.register(IdentityPool, all_findings)
