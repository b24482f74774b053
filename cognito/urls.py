"""Pages about user pools and identity pools."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cognito.identity_pools import urls as identity_pools
from cognito.object_pages import PERSON, POOL
from cognito.pools import views as pool_views
from cognito.restoring import urls as restoring
from cognito.trying import urls as trying
from cognito.views import care, people, person, pools, protection, searches, staging
from objects.object_pages import tab_patterns
from objects.views.object_action import action_pattern

AWS_ACCOUNT = "aws/<str:account_id>/"
POOL_PAGE = f"{AWS_ACCOUNT}user-pools/<str:aws_id>/"
PROTECTED = f"{AWS_ACCOUNT}data-protection/<str:aws_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{AWS_ACCOUNT}user-pools/", pools.user_pools, name="user_pools"),
    *restoring.urlpatterns,
    path(POOL_PAGE, pools.cognito_pool, name="cognito_pool"),
    *tab_patterns(POOL)[1:],
    path(f"{POOL_PAGE}do/look/", pool_views.look, name="cognito_pool_look"),
    action_pattern(POOL),
    path(f"{POOL_PAGE}people/", people.cognito_pool_people, name="cognito_pool_people"),
    path(f"{POOL_PAGE}people/ask/", people.cognito_people_ask, name="cognito_people_ask"),
    path(f"{POOL_PAGE}people/stage/", staging.cognito_people_stage, name="cognito_people_stage"),
    path(
        f"{POOL_PAGE}people/stage/<str:action>/",
        staging.cognito_people_stage_action,
        name="cognito_people_stage_action",
    ),
    path(f"{POOL_PAGE}searches/", searches.cognito_search_save, name="cognito_search_save"),
    path(f"{POOL_PAGE}searches/<int:pk>/forget/", searches.cognito_search_forget, name="cognito_search_forget"),
    path(f"{AWS_ACCOUNT}pool-groups/<str:aws_id>/", pools.cognito_group, name="cognito_group"),
    path(f"{AWS_ACCOUNT}app-clients/<str:aws_id>/", pools.cognito_client, name="cognito_client"),
    path(f"{AWS_ACCOUNT}people/<str:aws_id>/", person.cognito_user, name="cognito_user"),
    path(
        f"{AWS_ACCOUNT}people/<str:aws_id>/stored-data/",
        person.cognito_user_stored_data,
        name="cognito_user_stored_data",
    ),
    path(f"{AWS_ACCOUNT}people/<str:aws_id>/preview/", person.cognito_user_preview, name="cognito_user_preview"),
    action_pattern(PERSON),
    path(f"{AWS_ACCOUNT}data-protection/", protection.data_protection, name="data_protection"),
    path(PROTECTED, protection.data_protection_pool, name="data_protection_pool"),
    path(f"{PROTECTED}erase/", protection.data_protection_erase, name="data_protection_erase"),
    path(f"{POOL_PAGE}invite/", care.cognito_invite, name="cognito_invite"),
    path(f"{POOL_PAGE}people/csv/", care.cognito_people_csv, name="cognito_people_csv"),
    path("aws/<str:account_id>/changes/<int:pk>/logo/", pool_views.change_logo, name="change_logo"),
    path("aws/<str:account_id>/changes/<int:pk>/ticket/", care.change_ticket, name="change_ticket"),
    path(f"{POOL_PAGE}settings/", pool_views.settings, name="cognito_pool_settings"),
    path(f"{POOL_PAGE}clients/", pool_views.clients, name="cognito_pool_clients"),
    path(f"{POOL_PAGE}providers/", pool_views.providers, name="cognito_pool_providers"),
    *identity_pools.urlpatterns,
    *trying.urlpatterns,
]
