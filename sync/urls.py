"""Pages of changes, of pulls, and of connecting an AWS account."""

from __future__ import annotations

from django.urls import path

from sync.changes.transitions import OPERATOR_EVENTS
from sync.views import (
    change_actions,
    changes,
    connect,
    drift,
    dry_runs,
    imports,
    ownership,
    pulls,
    queue,
    refreshes,
    secrets,
)

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("connect/", connect.connect, name="connect"),
    path("connect/check/", connect.connect_check, name="connect_check"),
    path("connect/identity/", connect.connect_identity, name="connect_identity"),
    path("accounts/<str:account_id>/connection/", connect.reconnect, name="reconnect"),
    path("accounts/<str:account_id>/connection/check/", connect.reconnect_check, name="reconnect_check"),
    path("import/", imports.import_snapshot, name="import_snapshot"),
    path("aws/<str:account_id>/import/", imports.import_newer, name="import_newer"),
    path("aws/<str:account_id>/ownership/", ownership.ownership_rules, name="ownership"),
    path("aws/<str:account_id>/changes/", changes.changes, name="changes"),
    path("aws/<str:account_id>/changes/<int:pk>/", changes.change, name="change"),
    path("aws/<str:account_id>/changes/<int:pk>/progress/", changes.change_progress, name="change_progress"),
    path("aws/<str:account_id>/changes/<int:pk>/dry-run/last/", dry_runs.change_tried, name="change_tried"),
    *[
        path(
            f"aws/<str:account_id>/changes/<int:pk>/{event.path}/",
            change_actions.change_action,
            {"event": event.name},
            name=event.url_name,
        )
        for event in OPERATOR_EVENTS
    ],
    path("aws/<str:account_id>/changes/<int:pk>/secrets/", secrets.change_secrets, name="change_secrets"),
    path("aws/<str:account_id>/changes/<int:pk>/secrets/csv/", secrets.change_secrets_csv, name="change_secrets_csv"),
    path(
        "aws/<str:account_id>/changes/<int:pk>/secrets/kept/", secrets.change_secrets_kept, name="change_secrets_kept"
    ),
    path("aws/<str:account_id>/drift/", drift.drift, name="drift"),
    path("aws/<str:account_id>/drift/feed/", drift.DriftFeed(), name="drift_feed"),
    path("aws/<str:account_id>/drift/accept/", drift.drift_accept, name="drift_accept"),
    path("aws/<str:account_id>/drift/<int:pk>/", drift.drift_one, name="drift_one"),
    path("aws/<str:account_id>/drift/<int:pk>/reverse/", drift.drift_reverse, name="drift_reverse"),
    path("aws/<str:account_id>/pulls/", pulls.pulls, name="pulls"),
    path("aws/<str:account_id>/pulls/now/", pulls.pull_now, name="pull_now"),
    path("aws/<str:account_id>/pulls/sources/", pulls.pulls_sources, name="pulls_sources"),
    path("aws/<str:account_id>/pulls/<int:pk>/", pulls.pull, name="pull"),
    path("aws/<str:account_id>/pulls/<int:pk>/progress/", pulls.pull_progress, name="pull_progress"),
    path("aws/<str:account_id>/pulls/<int:pk>/cancel/", pulls.pull_cancel, name="pull_cancel"),
    path("aws/<str:account_id>/pulls/<int:pk>/refresh/", refreshes.pull_refresh, name="pull_refresh"),
    path(
        "aws/<str:account_id>/objects/<str:kind>/<path:aws_id>/refresh/",
        refreshes.object_refresh,
        name="object_refresh",
    ),
]
