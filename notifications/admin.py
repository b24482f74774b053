"""The Django admin of notifications: read-only. Addresses and secrets are sealed, and not shown at all."""

from __future__ import annotations

from django.contrib import admin

from iamconsole.web.admin import ReadOnlyAdmin
from notifications.models import Delivery, NotificationRoute, NotifiedEvent, OperatorNotifications


@admin.register(OperatorNotifications)
class OperatorNotificationsAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("operator", "weekly_report", "time_zone", "failing_since")
    search_fields = ("operator__name", "operator__email")


@admin.register(NotificationRoute)
class NotificationRouteAdmin(ReadOnlyAdmin):
    list_display = ("name", "channel", "aws_account", "is_on", "host", "failing_since")
    list_filter = ("channel", "is_on")
    search_fields = ("name", "host")
    exclude = ("address", "secret", "former_secret")


@admin.register(NotifiedEvent)
class NotifiedEventAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "aws_account", "at")
    list_filter = ("kind",)
    search_fields = ("title",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    aws_account_path = "event__aws_account"
    list_display = ("message_id", "event", "operator", "route", "state", "tries", "created_at")
    list_filter = ("state",)
    search_fields = ("message_id",)
