"""Pages of changes, of pulls, and of connecting an AWS account."""

from __future__ import annotations

from dataclasses import replace

from accounts.roles import ADMINISTER, APPROVE, ASK_AWS, CARE, PROPOSE, SEE_IAM
from iamconsole.web.addresses import AddressScope, needs, page
from sync.changes.events import FreshSignIn
from sync.changes.transitions import OPERATOR_EVENTS
from sync.spanning.events import EVENTS as SPAN_EVENTS
from sync.views import (
    change_actions,
    changes,
    connect,
    doers,
    drift,
    dry_runs,
    imports,
    labels,
    ownership,
    permissions,
    pulls,
    queue,
    secrets,
    spanning,
    spanning_actions,
    spanning_list,
)

_CHANGES = needs(SEE_IAM, CARE)  # those who look after people: of their own, which sync.views.live sees to
_ACROSS = needs(SEE_IAM, scope=AddressScope.ANY, is_of_all=True)
_CONNECTING = needs(ADMINISTER, scope=AddressScope.ALL, refusal="Only owners of all AWS accounts connect another one.")
_HELD = needs(ADMINISTER, scope=AddressScope.ANY, refusal="Only owners of an AWS account see what is on hold.")

_LABELS_REFUSED = "Only owners of an AWS account see the labels."
_LABELS_SEEN = needs(ADMINISTER, scope=AddressScope.ANY, refusal=_LABELS_REFUSED)
_LABELS_CHANGED = replace(_LABELS_SEEN, fresh_sign_in=True)

urlpatterns = [
    page("labels/", labels.labels, _LABELS_CHANGED, name="labels"),
    page("labels/<int:pk>/", labels.label, _LABELS_SEEN, name="label"),
    page("labels/<int:pk>/rename/", labels.label_rename, _LABELS_CHANGED, name="label_rename"),
    page("labels/<int:pk>/add/", labels.label_add, _LABELS_CHANGED, name="label_add"),
    page("labels/<int:pk>/remove/", labels.label_remove, _LABELS_CHANGED, name="label_remove"),
    page("labels/<int:pk>/delete/", labels.label_delete, _LABELS_CHANGED, name="label_delete"),
    page("aws/<str:account_id>/labels/<int:pk>/", labels.label_removal, needs(SEE_IAM), name="label_removal"),
    page(
        "aws/<str:account_id>/labels/<int:pk>/decide/",
        labels.label_decide,
        needs(APPROVE, fresh_sign_in=True),
        name="label_decide",
    ),
    page("queue/", queue.queue, _HELD, name="queue"),
    page("queue/look/", queue.queue_look, _HELD, name="queue_look"),
    page("queue/looked/", queue.queue_looked, _HELD, name="queue_looked"),
    page(
        "queue/release/",
        queue.queue_release,
        needs(
            ADMINISTER,
            scope=AddressScope.ALL,
            fresh_sign_in=True,
            refusal="Only owners of all AWS accounts release the queue of changes.",
        ),
        name="queue_release",
    ),
    page(
        "aws/<str:account_id>/changes/<int:pk>/held/decide/",
        queue.change_held_decide,
        needs(ADMINISTER, fresh_sign_in=True),
        name="change_held_decide",
    ),
    page(
        "aws/<str:account_id>/changes/<int:pk>/held/confirm/",
        queue.change_held_confirm,
        needs(ADMINISTER, fresh_sign_in=True),
        name="change_held_confirm",
    ),
    page("connect/", connect.connect, replace(_CONNECTING, fresh_sign_in=True), name="connect"),
    page("connect/check/", connect.connect_check, _CONNECTING, name="connect_check"),
    page("connect/identity/", connect.connect_identity, _CONNECTING, name="connect_identity"),
    page(
        "accounts/<str:account_id>/connection/",
        connect.reconnect,
        needs(ADMINISTER, fresh_sign_in=True),
        name="reconnect",
    ),
    page(
        "accounts/<str:account_id>/connection/check/",
        connect.reconnect_check,
        needs(ADMINISTER),
        name="reconnect_check",
    ),
    page(
        "import/",
        imports.import_snapshot,
        needs(ADMINISTER, scope=AddressScope.ALL, refusal="Only owners of all AWS accounts import another one."),
        name="import_snapshot",
    ),
    page("aws/<str:account_id>/import/", imports.import_newer, needs(ADMINISTER), name="import_newer"),
    page("aws/<str:account_id>/permissions/", permissions.permissions, needs(SEE_IAM), name="permissions"),
    page("aws/<str:account_id>/ownership/", ownership.ownership_rules, needs(ADMINISTER), name="ownership"),
    page("all/across/", spanning_list.spanning_changes, _ACROSS, name="spanning_changes"),
    page("all/across/<int:pk>/", spanning.spanning_change, _ACROSS, name="spanning_change"),
    page("all/across/<int:pk>/progress/", spanning.spanning_progress, _ACROSS, name="spanning_progress"),
    *[
        page(
            f"all/across/<int:pk>/{event.path}/",
            spanning_actions.spanning_action,
            needs(event.permission, scope=AddressScope.ANY, fresh_sign_in=bool(event.sign_in_words), is_of_all=True),
            name=event.url_name,
            kwargs={"event": event.name},
        )
        for event in SPAN_EVENTS
    ],
    page("aws/<str:account_id>/changes/", changes.changes, _CHANGES, name="changes"),
    page("aws/<str:account_id>/changes/<int:pk>/", changes.change, _CHANGES, name="change"),
    page("aws/<str:account_id>/changes/<int:pk>/progress/", changes.change_progress, _CHANGES, name="change_progress"),
    page("aws/<str:account_id>/changes/<int:pk>/dry-run/last/", dry_runs.change_tried, _CHANGES, name="change_tried"),
    *[
        page(
            f"aws/<str:account_id>/changes/<int:pk>/{event.path}/",
            change_actions.change_action,
            needs(*event.permissions, fresh_sign_in=event.fresh_sign_in is FreshSignIn.ALWAYS),
            name=event.url_name,
            kwargs={"event": event.name},
        )
        for event in OPERATOR_EVENTS
    ],
    page("aws/<str:account_id>/changes/<int:pk>/secrets/", secrets.change_secrets, _CHANGES, name="change_secrets"),
    page(
        "aws/<str:account_id>/changes/<int:pk>/secrets/csv/",
        secrets.change_secrets_csv,
        _CHANGES,
        name="change_secrets_csv",
    ),
    page(
        "aws/<str:account_id>/changes/<int:pk>/secrets/kept/",
        secrets.change_secrets_kept,
        _CHANGES,
        name="change_secrets_kept",
    ),
    page("aws/<str:account_id>/drift/", drift.drift, needs(SEE_IAM), name="drift"),
    page("aws/<str:account_id>/drift/feed/", drift.DriftFeed(), needs(SEE_IAM), name="drift_feed"),
    page("aws/<str:account_id>/drift/accept/", drift.drift_accept, needs(PROPOSE), name="drift_accept"),
    page("aws/<str:account_id>/drift/<int:pk>/", drift.drift_one, needs(SEE_IAM), name="drift_one"),
    page("aws/<str:account_id>/drift/<int:pk>/reverse/", drift.drift_reverse, needs(PROPOSE), name="drift_reverse"),
    page("aws/<str:account_id>/drift/<int:pk>/ask/", doers.drift_ask, needs(ASK_AWS), name="drift_ask"),
    page(
        "aws/<str:account_id>/drift/<int:pk>/erase/",
        doers.drift_doer_erase,
        needs(ADMINISTER, fresh_sign_in=True),
        name="drift_doer_erase",
    ),
    page("aws/<str:account_id>/pulls/", pulls.pulls, needs(SEE_IAM), name="pulls"),
    page("aws/<str:account_id>/pulls/now/", pulls.pull_now, needs(PROPOSE), name="pull_now"),
    page("aws/<str:account_id>/pulls/sources/", pulls.pulls_sources, needs(SEE_IAM), name="pulls_sources"),
    page("aws/<str:account_id>/pulls/<int:pk>/", pulls.pull, needs(SEE_IAM), name="pull"),
    page("aws/<str:account_id>/pulls/<int:pk>/progress/", pulls.pull_progress, needs(SEE_IAM), name="pull_progress"),
    page(
        "aws/<str:account_id>/pulls/<int:pk>/cancel/", pulls.pull_cancel, needs(PROPOSE, ADMINISTER), name="pull_cancel"
    ),
    page("aws/<str:account_id>/pulls/<int:pk>/refresh/", pulls.pull_refresh, needs(SEE_IAM), name="pull_refresh"),
    page(
        "aws/<str:account_id>/objects/<str:kind>/<path:aws_id>/refresh/",
        pulls.object_refresh,
        needs(PROPOSE),
        name="object_refresh",
    ),
]
