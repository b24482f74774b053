from __future__ import annotations

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from celery.signals import worker_ready
        from django.db.models.signals import post_migrate

        from accounts import audit, stepup
        from iamconsole.parts import register_condition
        from iamconsole.sealed_values import register_sealed
        from iamconsole.web.navigation import register_shell
        from notifications import outbox
        from sync import (
            access_ends,
            checks,
            counter,
            drift_notices,
            figures,
            mirror,
            ownership_rules,
            pull_notices,
            regions,
            sealed,
            sealed_plans,
            search,
            shell,
            source_states,
            unseen_check,
            weekly_parts,
        )
        from sync.activity import erasing, lookup
        from sync.aws import kms, permission, permission_check
        from sync.changes import notices
        from sync.changes.free_texts import register_free_text
        from sync.changes.records import is_own_write
        from sync.changes.transitions import OPERATOR_EVENTS
        from sync.event_queues import permissions as event_queue_permissions
        from sync.mirror.revisions import register_judge
        from sync.row_writes import make_triggers
        from sync.spanning.events import EVENTS as SPAN_EVENTS
        from sync.views import labels, queue

        audit.register(
            {
                "pull.started": "started pull {pull} of {source}",
                "pull.all_started": "started a pull of {aws_account}: {sources} sources",
                "pull.cancelled": "cancelled pull {pull} of {source}",
                "backup.made": "made the backup {object} of the database, at entry {head} of the audit trail",
            }
        )
        mirror.register_source(regions.AccountRegions())
        permission.register([permission_check.SIMULATING])
        lookup.register()
        kms.register()
        register_sealed(sealed.SEALED_SECRETS)
        register_sealed(sealed_plans.SEALED_PLANS)
        event_queue_permissions.register()
        for model, field in erasing.PERSONAL:
            register_free_text(model, field)
        checks.register(ownership_rules.OwnershipCheck())
        checks.register(unseen_check.UnseenCheck())
        figures.register()
        register_shell(shell.SyncShell())
        shell.register_panels()
        access_ends.register_panels()
        search.register()
        queue.register_panels()
        labels.register_panels()
        outbox.register_hold(counter.is_on_hold)
        register_condition("queue", lambda: "on hold" if counter.is_on_hold() else "open")
        register_judge(is_own_write)
        post_migrate.connect(make_triggers, sender=self)
        post_migrate.connect(source_states.make_triggers, sender=self)
        notices.register_kinds()
        pull_notices.register_kinds()
        drift_notices.register()
        weekly_parts.register()
        worker_ready.connect(counter.look_at_start)
        stepup.register_words(
            {
                **{event.url_name: event.sign_in_words for event in OPERATOR_EVENTS if event.sign_in_words},
                **{event.url_name: event.sign_in_words for event in SPAN_EVENTS if event.sign_in_words},
                "ownership": "Save the ownership rules",
                "connect": "Connect the AWS account",
                "reconnect": "Save the connection",
                "import_snapshot": "Import the file",
                "import_newer": "Import the newer file",
                "queue_release": "Release the queue",
                "change_held_decide": "Decide about the held change {pk}",
                "change_held_confirm": "Confirm what was decided about the held change {pk}",
                "drift_doer_erase": "Erase the session, person and address of who did it",
                "labels": "Make the label",
                "label_rename": "Rename the label",
                "label_add": "Give the label to these AWS accounts",
                "label_remove": "Take the label from the AWS account",
                "label_delete": "Delete the label",
                "label_decide": "Decide about taking the label from the AWS account",
            }
        )
