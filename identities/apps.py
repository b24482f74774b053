from __future__ import annotations

from django.apps import AppConfig


class IdentitiesConfig(AppConfig):
    name = "identities"

    def ready(self) -> None:
        from findings import sources
        from identities import actions, credentials, draft_subjects, mirrors, operations, registration, snapshot
        from identities.activity.finding_source import ActivitySource
        from identities.lint_source import LintSource
        from sync import mirror

        mirror.register(mirrors.IamGroupMirror(), mirrors.IamUserMirror(), mirrors.IamRoleMirror())
        mirror.register_source(mirrors.IamDetails())
        mirror.register_source(snapshot.IamSnapshot())
        sources.register(LintSource())
        sources.register(ActivitySource())
        registration.register()
        credentials.register()
        operations.register()
        actions.register()
        draft_subjects.register()
