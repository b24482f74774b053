"""User pools and what belongs to them: what can be done with them, how they are set, what is wrong with them."""

__all__ = ["register"]


def register() -> None:
    from cognito.pools import acts, operations, pages

    operations.register()
    acts.register()
    pages.register()
