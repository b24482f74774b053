"""Base classes of the Django admin: rows scoped to the AWS accounts that the operator owns; most of them read-only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]  # generic for the type checker only
else:
    ModelAdmin = admin.ModelAdmin


@dataclass(frozen=True)
class OperatorOwnership:
    """What the operator owns: of nothing there is no admin, of all AWS accounts it is the whole console."""

    any: bool
    all: bool


def ownership(request: HttpRequest) -> OperatorOwnership:
    """Asked of the database once a request: the index asks for every model."""
    known: OperatorOwnership | None = getattr(request, "_ownership", None)
    if known is None:
        user = request.user
        known = OperatorOwnership(
            any=bool(user.is_authenticated and user.is_staff), all=bool(user.is_authenticated and user.owns_all())
        )
        request._ownership = known  # type: ignore[attr-defined]
    return known


class OwnedFilter(admin.RelatedFieldListFilter):
    """Offers only the AWS accounts that the operator owns."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        owned = request.user.owned_aws_accounts()  # type: ignore[union-attr]  # nobody else comes here
        return list(field.get_choices(include_blank=False, limit_choices_to={"pk__in": owned.values("pk")}))


class ScopedAdmin(ModelAdmin):
    """Shows, of a model that belongs to an AWS account, the rows of those that the operator owns."""

    aws_account_path: ClassVar[str] = "aws_account"  # from the model; "" when only owners of all may see it
    allows: ClassVar[Collection[str]] = ("add", "change", "delete")  # of what the operator owns
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if ownership(request).all:
            return rows
        if not self.aws_account_path:
            return rows.none()
        return rows.filter(**{f"{self.aws_account_path}__in": request.user.owned_aws_accounts()})  # type: ignore[union-attr]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """What the class names, and the AWS account of the row."""
        found = list(super().get_list_filter(request))
        is_of_one = self.aws_account_path.endswith("aws_account")
        return [*found, (self.aws_account_path, OwnedFilter)] if is_of_one else found

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """Where the class names none: the rows that the list shows."""
        relations = {field.name for field in self.model._meta.concrete_fields if field.is_relation}
        return self.list_select_related or [name for name in self.list_display if name in relations]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By what the list offers only: any other field could be guessed a letter at a time, such as a password."""
        offered = [entry[0] if isinstance(entry, tuple) else entry for entry in self.get_list_filter(request)]
        known = any(lookup == name or lookup.startswith(f"{name}__") for name in [*offered, self.date_hierarchy])
        return known and super().lookup_allowed(lookup, value, request)

    def _may(self, request: HttpRequest) -> bool:
        owned = ownership(request)
        return owned.any if self.aws_account_path else owned.all

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return "add" in self.allows and self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return "change" in self.allows and self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return "delete" in self.allows and self._may(request)

    def view_on_site(self, obj: Any) -> str | None:
        """The address of the row's page in the console, if it has one."""
        try:
            return str(obj.get_absolute_url())
        except (AttributeError, NoReverseMatch):
            return None

    @admin.display(description="page")
    def console_page(self, obj: Any) -> SafeString | str:
        url = self.view_on_site(obj)
        return format_html('<a href="{}">Open</a>', url) if url else ""


class ReadOnlyAdmin(ScopedAdmin):
    """What only pulls, changes and the console itself write: nobody adds, edits or deletes it here."""

    allows = ()
