from __future__ import annotations

from django.apps import AppConfig


class IdentitiesConfig(AppConfig):
    name = "identities"

    def ready(self) -> None:
        from findings import sources
        from identities import (
            actions,
            credentials,
            draft_subjects,
            lint_fixes,
            mirrors,
            operations,
            registration,
            snapshot,
        )
        from identities.activity.finding_source import ActivitySource
        from identities.lint_source import LintSource
        from identities.posture import fixes
        from identities.posture.account import AccountSource
        from identities.posture.cis import CisSource
        from identities.posture.credentials import CredentialSource
        from identities.posture.trust import TrustSource
        from sync import mirror

        mirror.register(mirrors.IamGroupMirror(), mirrors.IamUserMirror(), mirrors.IamRoleMirror())
        mirror.register_source(mirrors.IamDetails())
        mirror.register_source(snapshot.IamSnapshot())
        sources.register(LintSource())
        sources.register(ActivitySource())
        sources.register(CredentialSource())
        sources.register(AccountSource())
        sources.register(TrustSource())
        sources.register(CisSource())
        fixes.register()
        lint_fixes.register()
        registration.register()
        credentials.register()
        operations.register()
        actions.register()
        draft_subjects.register()
