"""The Django admin of policies and their documents: to look at, never to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from iamconsole.web.admin import ReadOnlyAdmin, ownership
from policies.models import (
    AllowedPrefix,
    Document,
    EditorDraft,
    ManagedPolicy,
    OrgAccount,
    Organization,
    OrgPolicy,
    OrgTarget,
    OrgUnit,
    PolicyVersion,
)
from sync.admin_kinds import MirroredAdmin, SyncAdmin


@admin.register(ManagedPolicy)
class ManagedPolicyAdmin(MirroredAdmin):
    page_name = "policy"
    list_display = ("name", "aws_account", "is_aws", "default_version", "attachment_count", "gone_at", "console_page")
    list_filter = (*MirroredAdmin.list_filter, "is_aws")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(SyncAdmin):
    aws_account_path = "policy__aws_account"
    list_display = ("__str__", "document", "created_at", "gone_at")
    list_filter = (("gone_at", admin.EmptyFieldListFilter),)
    list_select_related = ("policy", "document")
    search_fields = ("policy__name", "policy__arn", "version_id")


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Shared by all AWS accounts; owners of single ones see those that their managed policies carry."""

    aws_account_path = "pk"
    list_display = ("text_hash", "size", "problem")
    list_filter = (("problem", admin.EmptyFieldListFilter),)
    search_fields = ("text_hash", "canonical_hash", "text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = admin.ModelAdmin.get_queryset(self, request)
        if ownership(request).all:
            return rows
        owned = request.user.owned_aws_accounts()  # type: ignore[union-attr]  # nobody else comes here
        return rows.filter(pk__in=PolicyVersion.objects.filter(policy__aws_account__in=owned).values("document"))


@admin.register(AllowedPrefix)
class AllowedPrefixAdmin(ReadOnlyAdmin):
    """What documents may allow, which are shared by all AWS accounts: for owners of all."""

    aws_account_path = ""
    list_display = ("service", "prefix", "document")
    list_filter = ("service",)
    list_select_related = ("document",)
    search_fields = ("service", "prefix")


@admin.register(Organization)
class OrganizationAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "management_id", "all_features", "delegated", "gone_at")


@admin.register(OrgUnit)
class OrgUnitAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "path", "gone_at")


@admin.register(OrgAccount)
class OrgAccountAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "aws_id", "parent_id", "state", "gone_at")
    list_filter = (*MirroredAdmin.list_filter, "state")


@admin.register(OrgPolicy)
class OrgPolicyAdmin(MirroredAdmin):
    page_name = "control_policy"
    list_display = ("name", "aws_account", "type", "is_aws", "gone_at", "console_page")
    list_filter = (*MirroredAdmin.list_filter, "type", "is_aws")


@admin.register(OrgTarget)
class OrgTargetAdmin(MirroredAdmin):
    list_display = ("policy", "aws_account", "name", "target_id", "gone_at")


@admin.register(EditorDraft)
class EditorDraftAdmin(SyncAdmin):
    """That there is one, and of whom: what is typed is nobody else's to read."""

    list_display = ("action", "object_name", "operator", "aws_account", "saved_at")
    list_select_related = ("operator", "aws_account")
    search_fields = ("object_name", "operator__email")
    exclude = ("text", "fields", "base", "tab", "sequence")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("text", "fields")
