"""The site of the Django admin: for owners of AWS accounts, signed in through allauth, second factor and all."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


class ConsoleAdminSite(AdminSite):
    site_header = "IAM Console administration"
    site_title = "IAM Console"
    index_title = "Everything the console keeps"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Owners of at least one AWS account; each model's admin shows them what belongs to theirs."""
        return request.user.is_authenticated and request.user.is_staff

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Without Django's shortcut to the page of any row: it asks nobody whose row that is."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def admin_view(self, view: V, cacheable: bool = False) -> V:
        inner = super().admin_view(view, cacheable)

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            self._refuse_others(request)
            return inner(request, *args, **kwargs)

        return cast(V, update_wrapper(checked, view))

    def _refuse_others(self, request: HttpRequest) -> None:
        if request.user.is_authenticated and not self.has_permission(request):
            if request.user.is_stranger:
                raise Http404
            raise PermissionDenied("Only owners of an AWS account come in here.")

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No sign-in of the admin's own: it would know no second factor."""
        wanted = request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
        target = wanted if safe else reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect(f"{resolve_url(str(settings.LOGIN_URL))}?{urlencode({'next': target})}")
        self._refuse_others(request)
        return redirect(target)

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        return redirect("account_logout")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        return redirect("account_change_password")

    def password_change_done(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        return redirect("mfa_index")


class ConsoleAdminConfig(AdminConfig):
    default_site = "iamconsole.admin.ConsoleAdminSite"
