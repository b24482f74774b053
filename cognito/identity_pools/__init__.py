"""Identity pools: who gets AWS credentials, by which role, and what comes of that; and changing it."""


def register() -> None:
    from cognito.identity_pools import acts, facts, operations, pages
    from sync import beat

    operations.register()
    acts.register()
    pages.register()
    beat.register(facts.look_again)
