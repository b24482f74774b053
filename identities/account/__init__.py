"""What belongs to an AWS account beside its principals: settings, providers, instance profiles, last access."""

from __future__ import annotations

from sync import mirror


def register() -> None:
    """Called when the apps are ready: before, there are no models."""
    from identities.account import last_accessed, registration, sources

    mirror.register(*sources.MIRRORS.values(), *sources.ACCOUNT_MIRRORS.values(), *last_accessed.MIRRORS)
    for source in (*sources.SOURCES, last_accessed.LastAccessed()):
        mirror.register_source(source)
    registration.register()
