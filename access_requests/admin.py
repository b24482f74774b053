"""The Django admin of requests for access, to look at."""

from __future__ import annotations

from django.contrib import admin

from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(AccessOffer)
class AccessOfferAdmin(ReadOnlyAdmin):
    search_fields = ("title", "object_name")
    list_display = ("title", "kind", "object_name", "longest_hours", "made_by", "withdrawn_at")


@admin.register(RequesterIdentity)
class RequesterIdentityAdmin(ReadOnlyAdmin):
    list_display = ("operator", "kind", "object_id", "linked_by", "linked_at")


@admin.register(AccessRequest)
class AccessRequestAdmin(ReadOnlyAdmin):
    list_display = ("pk", "requester", "offer", "change", "asked_at", "closed")
