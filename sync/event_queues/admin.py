"""The Django admin of queues of events: read-only."""

from __future__ import annotations

from django.contrib import admin

from sync.admin_kinds import SyncAdmin
from sync.models import AcceptedPipeline, EventQueue, ObjectHint, ReceivedEvent


@admin.register(EventQueue)
class EventQueueAdmin(SyncAdmin):
    list_display = ("name", "region", "aws_account", "asked_at", "received_at", "events", "refused")
    search_fields = ("name", "region")


@admin.register(ReceivedEvent)
class ReceivedEventAdmin(SyncAdmin):
    """Without the record, which is personal."""

    exclude = ("record",)
    list_display = ("event_id", "aws_account", "at", "received_at")
    search_fields = ("event_id",)


@admin.register(ObjectHint)
class ObjectHintAdmin(SyncAdmin):
    list_display = ("kind", "object_id", "source", "aws_account", "next_at", "tries")
    search_fields = ("kind", "object_id")


@admin.register(AcceptedPipeline)
class AcceptedPipelineAdmin(SyncAdmin):
    list_display = ("name", "role_name", "role_id", "aws_account", "made_at", "ended_at")
    search_fields = ("name", "role_name", "role_id")
