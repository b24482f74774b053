"""Every page of the console. Apps are named as strings: the frame imports none of them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from iamconsole import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("health/live/", views.alive, name="alive"),
    path("search/", views.search, name="search"),
    path("aws/<str:account_id>/", views.overview, name="overview"),
    # Not allauth.urls: its pages of social accounts would let operators join and part identities by themselves.
    path("auth/", include("allauth.account.urls")),
    path("auth/2fa/", include("allauth.mfa.urls")),
    path("auth/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("sync.urls")),
    path("", include("objects.urls")),
    path("", include("policies.urls")),
    path("", include("identities.urls")),
    path("", include("access.urls")),
    path("", include("cognito.urls")),
]

handler400 = "iamconsole.views.bad_request"
handler403 = "iamconsole.views.permission_denied"
handler404 = "iamconsole.views.not_found"
handler500 = "iamconsole.views.server_error"
