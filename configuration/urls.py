"""Pages of the configuration file, for owners of all AWS accounts."""

from __future__ import annotations

from accounts.roles import ADMINISTER
from configuration import views
from iamconsole.web.addresses import AddressScope, needs, page

_ONLY_OWNERS = "Only owners of all AWS accounts export and import the configuration."
_OWNERS = needs(ADMINISTER, scope=AddressScope.ALL, refusal=_ONLY_OWNERS)
_RISKY = needs(ADMINISTER, scope=AddressScope.ALL, refusal=_ONLY_OWNERS, fresh_sign_in=True)

urlpatterns = [
    page("configuration/", views.configuration, _OWNERS, name="configuration"),
    page("configuration/export/", views.configuration_export, _OWNERS, name="configuration_export"),
    page("configuration/upload/", views.configuration_upload, _OWNERS, name="configuration_upload"),
    page("configuration/<int:pk>/", views.configuration_file, _OWNERS, name="configuration_file"),
    page("configuration/<int:pk>/import/", views.configuration_import, _RISKY, name="configuration_import"),
]
