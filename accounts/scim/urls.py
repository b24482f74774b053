"""The endpoints of SCIM, and the pages on which owners say what a directory may do."""

from __future__ import annotations

from accounts.roles import ADMINISTER
from accounts.scim import views as endpoints
from accounts.views import scim
from iamconsole.web.addresses import PUBLIC, AddressScope, needs, page

_ONLY_OWNERS = "Only owners of all AWS accounts say what a directory may do here."
_SEEN = needs(ADMINISTER, scope=AddressScope.ALL, refusal=_ONLY_OWNERS)
_DONE = needs(ADMINISTER, scope=AddressScope.ALL, refusal=_ONLY_OWNERS, fresh_sign_in=True)

_PAGES = [
    page("operators/scim/", scim.scim, _SEEN, name="scim"),
    page("operators/scim/tokens/", scim.scim_token_make, _DONE, name="scim_token_make"),
    page("operators/scim/tokens/<int:pk>/end/", scim.scim_token_end, _DONE, name="scim_token_end"),
    page("operators/scim/groups/<int:pk>/", scim.scim_group_map, _DONE, name="scim_group_map"),
    page("operators/scim/hand-over/", scim.scim_hand_over, _DONE, name="scim_hand_over"),
]

# Without a trailing slash, as RFC 7644 has them. Who comes without a token is refused (accounts/scim/protocol.py).
_SCIM = "scim/v2/"
_ENDPOINTS = [
    page(f"{_SCIM}ServiceProviderConfig", endpoints.scim_config, PUBLIC, name="scim_api_config"),
    page(f"{_SCIM}Schemas", endpoints.scim_schemas, PUBLIC, name="scim_api_schemas"),
    page(f"{_SCIM}Schemas/<str:uid>", endpoints.scim_schemas, PUBLIC, name="scim_api_schema"),
    page(f"{_SCIM}ResourceTypes", endpoints.scim_resource_types, PUBLIC, name="scim_api_types"),
    page(f"{_SCIM}ResourceTypes/<str:uid>", endpoints.scim_resource_types, PUBLIC, name="scim_api_type"),
    page(f"{_SCIM}.search", endpoints.scim_search, PUBLIC, name="scim_api_search"),
    page(f"{_SCIM}Users", endpoints.scim_users, PUBLIC, name="scim_api_users"),
    page(f"{_SCIM}Users/.search", endpoints.scim_users_search, PUBLIC, name="scim_api_users_search"),
    page(f"{_SCIM}Users/<str:uid>", endpoints.scim_user, PUBLIC, name="scim_api_user"),
    page(f"{_SCIM}Groups", endpoints.scim_groups_list, PUBLIC, name="scim_api_groups"),
    page(f"{_SCIM}Groups/.search", endpoints.scim_groups_search, PUBLIC, name="scim_api_groups_search"),
    page(f"{_SCIM}Groups/<str:uid>", endpoints.scim_group, PUBLIC, name="scim_api_group"),
    page(f"{_SCIM}<path:rest>", endpoints.scim_nothing, PUBLIC, name="scim_api_nothing"),
]

urlpatterns = [*_PAGES, *_ENDPOINTS]
