"""Every page of the console. Apps are named as strings: the frame imports none of them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from iamconsole import views
from iamconsole.web.addresses import PUBLIC, SIGNED_IN, needs, page
from iamconsole.web.glossary.views import glossary, glossary_term
from iamconsole.web.help.pages import help_pages
from iamconsole.web.help.views import help_index, help_page
from iamconsole.web.search.views import search_box, search_page

urlpatterns = [
    page("", views.home, SIGNED_IN, name="home"),
    page("health/", views.health, PUBLIC, name="health"),
    page("health/live/", views.alive, PUBLIC, name="alive"),
    page("health/ready/", views.ready, PUBLIC, name="ready"),
    page("search/", search_page, SIGNED_IN, name="search"),
    page("search/box/", search_box, SIGNED_IN, name="search_box"),
    page("help/", help_index, SIGNED_IN, name="help"),
    *(
        page(f"help/{name}/", help_page, SIGNED_IN, name=each.url_name, kwargs={"name": name})
        for name, each in help_pages().items()
    ),
    page("glossary/", glossary, SIGNED_IN, name="glossary"),
    page("glossary/<slug:slug>/", glossary_term, SIGNED_IN, name="glossary_term"),
    page("aws/<str:account_id>/", views.overview, needs("see_iam", "see_people"), name="overview"),
    # Not allauth.urls: its pages of social accounts would let operators join and part identities by themselves.
    path("auth/", include("allauth.account.urls")),
    path("auth/2fa/", include("allauth.mfa.urls")),
    path("auth/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
    path("", include("monitoring.urls")),
    path("", include("accounts.urls")),
    path("", include("accounts.scim.urls")),
    path("", include("notifications.urls")),
    path("", include("sync.urls")),
    path("", include("findings.urls")),
    path("", include("objects.urls")),
    path("", include("policies.urls")),
    path("", include("identities.urls")),
    path("", include("resources.urls")),
    path("", include("directory.urls")),
    path("", include("infrastructure.urls")),
    path("", include("access.urls")),
    path("", include("cognito.urls")),
    path("", include("estate.urls")),
    path("", include("contain.urls")),
    path("", include("access_requests.urls")),
    path("", include("reviews.urls")),
    path("", include("configuration.urls")),
    path("", include("unused.urls")),
    path("", include("guides.urls")),
    path("", include("api.urls")),
]

handler400 = "iamconsole.views.bad_request"
handler403 = "iamconsole.views.permission_denied"
handler404 = "iamconsole.views.not_found"
handler500 = "iamconsole.views.server_error"
