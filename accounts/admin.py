"""The Django admin of operators, grants, AWS accounts, audit entries. Services do what changes something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# allauth and Django register admins of their own; imported first, so that ours can take their places.
import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.access import signed_in
from accounts.models import (
    AccountLabel,
    ApiToken,
    ApprovalRule,
    AuditCheck,
    AuditEntry,
    AuditHead,
    AuditText,
    AwsAccount,
    ClaimedMembership,
    ClaimGroup,
    Grant,
    GrantGain,
    GrantRule,
    KeyCheck,
    LabelledAwsAccount,
    Operator,
    OrganizationPlace,
    ScimGroup,
    ScimMembership,
    ScimToken,
    ScimUser,
)
from accounts.services import aws_accounts, grants, invitations, operators, provider_operators
from accounts.services.operators import delete_group, map_claim, save_group, unmap_claim
from accounts.services.owners import keeping_an_owner
from accounts.stepup import demand_step_up
from iamconsole.web.admin import ReadOnlyAdmin, ScopedAdmin, ownership

for model in (EmailAddress, Authenticator, UserSession, Group, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


class EditableAdmin(ScopedAdmin):
    """What owners edit: with a fresh sign-in, audited by the service that does it, and always leaving an owner.

    What the service refuses, and the form didn't see, is said above the page.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._checked(request, lambda: super(EditableAdmin, self).changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._checked(request, lambda: super(EditableAdmin, self).delete_view(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._checked(request, lambda: super(EditableAdmin, self).changelist_view(request, *args, **kwargs))

    def _checked(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "POST":
            return view()
        demand_step_up(request)
        try:
            with keeping_an_owner():
                return view()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(request.get_full_path())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


def _before(form: ModelForm[Any]) -> dict[str, object]:
    """The values as they were when the page was sent, by field."""
    return {name: form.initial.get(name) for name in form.fields if name in form.initial}


@admin.register(Operator)
class OperatorAdmin(EditableAdmin):
    aws_account_path = ""
    list_display = ("email", "name", "is_active", "is_demo", "last_login", "date_joined")
    list_filter = ("is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "is_active", "oidc_may_join", "groups", "is_demo", "last_login", "date_joined")
    readonly_fields = ("is_demo", "last_login", "date_joined")
    filter_horizontal = ("groups",)
    allows = ("add", "change")  # the audit trail names them: they are deactivated

    def save_model(self, request: HttpRequest, obj: Operator, form: ModelForm[Any], change: bool) -> None:
        if not change:
            operators.make(actor=signed_in(request), operator=obj, password=None, request=request)
            messages.info(request, f"{obj.email} sets a password by “Forgot it?” on the sign-in page.")
            return
        before = {name: value for name, value in _before(form).items() if name != "groups"}
        operators.change(actor=signed_in(request), operator=obj, before=before, request=request)

    def save_related(self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool) -> None:
        chosen = list(form.cleaned_data["groups"])
        operators.set_groups(actor=signed_in(request), operator=form.instance, groups=chosen, request=request)


@admin.register(Group)
class GroupAdmin(EditableAdmin):
    aws_account_path = ""
    list_display = ("name",)
    search_fields = ("name",)
    fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Group, form: ModelForm[Any], change: bool) -> None:
        save_group(actor=signed_in(request), group=obj, before=_before(form), request=request)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        delete_group(actor=signed_in(request), group=obj, request=request)


@admin.register(ClaimGroup)
class ClaimGroupAdmin(EditableAdmin):
    """Which group of operators a value of the identity provider's claim puts somebody into (docs/sign-in.md)."""

    aws_account_path = ""
    list_display = ("value", "group")
    search_fields = ("value", "group__name")
    fields = ("value", "group")
    allows = ("add", "delete")  # it is taken away, and another one made

    def save_model(self, request: HttpRequest, obj: ClaimGroup, form: ModelForm[Any], change: bool) -> None:
        map_claim(actor=signed_in(request), mapping=obj, request=request)

    def delete_model(self, request: HttpRequest, obj: ClaimGroup) -> None:
        unmap_claim(actor=signed_in(request), mapping=obj, request=request)


@admin.register(ClaimedMembership)
class ClaimedMembershipAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("operator", "group")
    search_fields = ("operator__email", "group__name")


@admin.register(ScimToken)
class ScimTokenAdmin(ReadOnlyAdmin):
    """Made and ended on the page “SCIM provisioning”."""

    aws_account_path = ""
    list_display = ("name", "made_by", "made_at", "ends_at", "used_at")
    fields = ("name", "networks", "made_by", "made_at", "ends_at", "used_at")
    search_fields = ("name",)


@admin.register(ScimUser)
class ScimUserAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("user_name", "operator", "changed_at", "deactivated_at", "deleted_at")
    search_fields = ("user_name", "operator__email", "external_id")


@admin.register(ScimGroup)
class ScimGroupAdmin(ReadOnlyAdmin):
    """Mapped to groups of operators on the page “SCIM provisioning”."""

    aws_account_path = ""
    list_display = ("display_name", "group", "may_own", "changed_at")
    search_fields = ("display_name", "external_id", "group__name")


@admin.register(ScimMembership)
class ScimMembershipAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("operator", "group")
    search_fields = ("operator__email", "group__name")


@admin.register(SocialAccount)
class SocialAccountAdmin(EditableAdmin):
    """Whom the identity provider signs in as whom. Deleting one ends that, and the operator's sessions."""

    aws_account_path = ""
    list_display = ("user", "extra_data", "date_joined", "last_login")
    search_fields = ("user__email", "user__name", "uid")
    fields = ("user", "extra_data", "date_joined", "last_login")
    allows = ("delete",)

    def delete_model(self, request: HttpRequest, obj: SocialAccount) -> None:
        provider_operators.part(actor=signed_in(request), account=obj, request=request)


@admin.register(Grant)
class GrantAdmin(EditableAdmin):
    list_display = ("__str__", "operator", "group", "role", "aws_account", "created_at")
    list_filter = ("role",)
    search_fields = ("operator__email", "operator__name", "group__name", "aws_account__name", "aws_account__account_id")
    fields = ("operator", "group", "aws_account", "role", "pool_id")
    allows = ("add", "delete")  # a grant is taken, and another one given

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Owners of some AWS accounts choose among these, and among operators and groups with a grant there."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is None or ownership(request).all:
            return field
        owner = signed_in(request)
        if db_field.name == "aws_account":
            field.queryset = owner.owned_aws_accounts()
            field.required = True  # none would mean all of them
        elif db_field.name == "operator":
            field.queryset = Operator.objects.filter(invitations.seen_by(owner)).distinct()
        elif db_field.name == "group":
            field.queryset = Group.objects.filter(grants__aws_account__in=owner.owned_aws_accounts()).distinct()
        return field

    def save_model(self, request: HttpRequest, obj: Grant, form: ModelForm[Any], change: bool) -> None:
        grants.give(actor=signed_in(request), grant=obj, request=request)

    def delete_model(self, request: HttpRequest, obj: Grant) -> None:
        grants.take(actor=signed_in(request), grant=obj, request=request)


@admin.register(AwsAccount)
class AwsAccountAdmin(EditableAdmin):
    """Its settings. The connection is changed on its own page (sync.connect)."""

    aws_account_path = "pk"
    list_display = ("account_id", "name", "environment", "writes_enabled", "approvals_required", "console_page")
    list_filter = ("environment", "writes_enabled", "partition")
    search_fields = ("account_id", "name")
    readonly_fields = (*AwsAccount.CONNECTION_FIELDS, "resting", "rests_since", "created_at")
    fieldsets = (
        (None, {"fields": ("account_id", "name", "environment", "default_region", "partition")}),
        (
            "Connection",
            {"fields": ("connection", "read_role_arn", "write_role_arn", "external_id", "enrolled_in", "emulated")},
        ),
        ("Rules", {"fields": ("writes_enabled", "approvals_required", "break_glass_roles")}),
        ("Pulls", {"fields": ("resting", "rests_since", "pull_every_minutes", "quota_share", "created_at")}),
    )
    # It is added on the page “Connect an AWS account”, which tries the connection first, and never deleted: its changes
    # and audit entries name it.
    allows = ("change",)

    def save_model(self, request: HttpRequest, obj: AwsAccount, form: ModelForm[Any], change: bool) -> None:
        actor, before = signed_in(request), _before(form)
        wanted, obj.writes_enabled = obj.writes_enabled, bool(before.pop("writes_enabled"))
        aws_accounts.change(actor=actor, aws_account=obj, before=before, request=request)
        aws_accounts.turn_writes(actor=actor, aws_account=obj, on=wanted, request=request)


@admin.register(GrantRule)
class GrantRuleAdmin(ReadOnlyAdmin):
    """Given, taken and decided about on the page “Grants by label and unit”."""

    aws_account_path = ""
    list_display = ("__str__", "role", "label", "unit_id", "created_at")
    list_select_related = ("operator", "group", "label")
    search_fields = ("operator__email", "group__name", "label__name", "unit_id")


@admin.register(GrantGain)
class GrantGainAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("__str__", "state", "since")
    list_filter = ("state",)
    list_select_related = ("rule__operator", "rule__group", "rule__label", "aws_account")
    search_fields = ("aws_account__name", "aws_account__account_id")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Made by operators on the page My account; of owners of all AWS accounts alone, since it is of no one of them."""

    aws_account_path = ""
    list_display = ("__str__", "operator", "service", "expires_at", "last_used_at", "ended_why")
    list_select_related = ("operator",)
    search_fields = ("name", "service", "prefix", "operator__email")
    exclude = ("digest", "form_key")


@admin.register(OrganizationPlace)
class OrganizationPlaceAdmin(ReadOnlyAdmin):
    list_display = ("aws_account", "path")
    list_select_related = ("aws_account",)
    search_fields = ("aws_account__name", "aws_account__account_id", "path")


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ReadOnlyAdmin):
    """Made and removed on the page of the AWS account."""

    list_display = ("__str__", "aws_account")
    list_filter = ("risk",)
    list_select_related = ("aws_account", "group")
    search_fields = ("aws_account__name", "group__name")


@admin.register(Authenticator)
class AuthenticatorAdmin(EditableAdmin):
    """For those who lost their phone or key. Their secrets are shown to nobody."""

    aws_account_path = ""
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__email", "user__name")
    fields = ("user", "type", "created_at", "last_used_at")
    allows = ("delete",)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        operators.take_factor(actor=signed_in(request), authenticator=obj, request=request)


@admin.register(UserSession)
class UserSessionAdmin(EditableAdmin):
    """Deleting one signs its operator out there."""

    aws_account_path = ""
    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    search_fields = ("user__email", "user__name", "ip")
    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    allows = ("delete",)

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        operators.end_session(actor=signed_in(request), session=obj, request=request)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    search_fields = ("email", "user__name")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "verb", "object_name", "aws_account", "number", "console_page")
    list_filter = ("verb",)
    search_fields = ("actor_name", "object_name", "object_id", "reason")
    date_hierarchy = "at"


@admin.register(AuditText)
class AuditTextAdmin(ReadOnlyAdmin):
    """Without the texts: the audit trail says them."""

    list_display = ("object_kind", "object_id", "digest", "aws_account")
    search_fields = ("object_id",)
    fields = ("aws_account", "object_kind", "object_id", "digest")


@admin.register(AuditCheck)
class AuditCheckAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("asked_at", "asked_by", "finished_at", "sealed", "found")
    search_fields = ("asked_by__email",)


@admin.register(KeyCheck)
class KeyCheckAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("name", "value", "since")
    search_fields = ("name",)


@admin.register(AuditHead)
class AuditHeadAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("number", "seal")


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What was done in this administration, as Django notes it; the audit trail says it too, and is sealed."""

    aws_account_path = ""
    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    search_fields = ("object_repr", "change_message", "user__email")


@admin.register(AccountLabel)
class AccountLabelAdmin(ReadOnlyAdmin):
    """Its page changes it, since that may loosen what plans have to meet."""

    aws_account_path = ""
    list_display = ("name", "created_at", "deleted_at")
    search_fields = ("name",)


@admin.register(LabelledAwsAccount)
class LabelledAwsAccountAdmin(ReadOnlyAdmin):
    list_display = ("aws_account", "label", "since")
    search_fields = ("label__name", "aws_account__name")
