"""The Django admin of IAM's users, groups and roles, and of what ties them together: to look at, never to edit."""

from __future__ import annotations

from django.contrib import admin

from identities.kinds import KINDS
from identities.models import (
    AccessKey,
    Attachment,
    IamAccount,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    InstanceProfile,
    LoginProfile,
    Membership,
    MfaDevice,
    ReportedUser,
    RootUser,
    SamlProvider,
    ServerCertificate,
    ServiceCredential,
    ServiceLastAccessed,
    SigningCertificate,
    SshKey,
    TrustedPrincipal,
)
from objects.admin import add_to_admin
from sync.admin_kinds import MirroredAdmin, SyncAdmin


@admin.register(IamUser)
class IamUserAdmin(MirroredAdmin):
    page_name = "user"
    list_display = ("name", "aws_account", "path", "boundary_arn", "created_at", "gone_at", "console_page")


@admin.register(IamGroup)
class IamGroupAdmin(MirroredAdmin):
    page_name = "group"
    list_display = ("name", "aws_account", "path", "created_at", "gone_at", "console_page")


@admin.register(IamRole)
class IamRoleAdmin(MirroredAdmin):
    page_name = "role"
    list_display = ("name", "aws_account", "path", "boundary_arn", "last_used_at", "gone_at", "console_page")


@admin.register(Membership)
class MembershipAdmin(MirroredAdmin):
    list_display = ("user", "group", "aws_account", "first_seen", "gone_at")
    search_fields = ("user__name", "group__name")


@admin.register(Attachment)
class AttachmentAdmin(MirroredAdmin):
    list_display = ("name", "user", "group", "role", "aws_account", "first_seen", "gone_at")
    search_fields = ("name", "arn", "user__name", "group__name", "role__name")


@admin.register(InlinePolicy)
class InlinePolicyAdmin(MirroredAdmin):
    list_display = ("name", "user", "group", "role", "aws_account", "first_seen", "gone_at")
    search_fields = ("name", "user__name", "group__name", "role__name")


@admin.register(IamAccount)
class IamAccountAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "alias", "first_seen")


@admin.register(InstanceProfile)
class InstanceProfileAdmin(MirroredAdmin):
    page_name = "instance_profile"
    list_display = ("name", "aws_account", "role", "created_at", "gone_at", "console_page")


@admin.register(SamlProvider)
class SamlProviderAdmin(MirroredAdmin):
    page_name = "saml_provider"
    list_display = ("name", "aws_account", "certificate_expires_at", "valid_until", "gone_at", "console_page")


@admin.register(ServerCertificate)
class ServerCertificateAdmin(MirroredAdmin):
    page_name = "server_certificate"
    list_display = ("name", "aws_account", "expires_at", "gone_at", "console_page")


@admin.register(ServiceLastAccessed)
class ServiceLastAccessedAdmin(SyncAdmin):
    list_display = ("object_id", "kind", "aws_account", "service", "at", "region")
    list_filter = ("kind",)
    search_fields = ("object_id", "service")


@admin.register(AccessKey, LoginProfile, MfaDevice, ServiceCredential, SigningCertificate, SshKey)
class CredentialAdmin(MirroredAdmin):
    list_display = ("name", "user", "aws_account", "status", "created_at", "gone_at")
    search_fields = ("name", "user__name")


@admin.register(ReportedUser, RootUser)
class ReportedAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "password_last_used_at", "mfa_active", "generated_at", "gone_at")


@admin.register(TrustedPrincipal)
class TrustedPrincipalAdmin(SyncAdmin):
    aws_account_path = "role__aws_account"
    list_display = ("value", "type", "role", "outside_account")
    list_filter = ("type", "is_unique_id")
    search_fields = ("value", "role__name")


add_to_admin(KINDS)
