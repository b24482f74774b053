"""Pages about user pools and identity pools."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from accounts.roles import ADMINISTER, CARE, PROPOSE, SEE_IAM, SEE_PEOPLE
from cognito.identity_pools import views as identity_pools
from cognito.identity_pools.views import IDENTITY_POOL
from cognito.object_pages import PERSON, POOL
from cognito.people.views import care, people, person, protection
from cognito.pools import views
from cognito.pools import views as pool_views
from cognito.restoring import views as restoring
from cognito.trying import views as trying
from iamconsole.web.addresses import needs, page
from objects.object_pages import tab_patterns
from objects.views.object_action import action_pattern

AWS_ACCOUNT = "aws/<str:account_id>/"
POOL_PAGE = f"{AWS_ACCOUNT}user-pools/<str:aws_id>/"
PROTECTED = f"{AWS_ACCOUNT}data-protection/<str:aws_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    page(f"{AWS_ACCOUNT}user-pools/", views.user_pools, needs(SEE_IAM, SEE_PEOPLE), name="user_pools"),
    page(
        f"{AWS_ACCOUNT}user-pools/restore/",
        restoring.cognito_pool_restore_new,
        needs(PROPOSE),
        name="cognito_pool_restore_new",
    ),
    page(
        f"{AWS_ACCOUNT}user-pools/<str:aws_id>/export/",
        restoring.cognito_pool_export,
        needs(SEE_IAM),
        name="cognito_pool_export",
    ),
    page(
        f"{AWS_ACCOUNT}user-pools/<str:aws_id>/restore/",
        restoring.cognito_pool_restore,
        needs(PROPOSE),
        name="cognito_pool_restore",
    ),
    page(POOL_PAGE, views.cognito_pool, needs(SEE_IAM, SEE_PEOPLE), name="cognito_pool"),
    *tab_patterns(POOL)[1:],
    page(
        f"{POOL_PAGE}do/ui-customization/",
        pool_views.ui_customization,
        needs(PROPOSE),
        name="cognito_pool_ui_customization",
    ),
    action_pattern(POOL),
    page(f"{POOL_PAGE}people/", people.cognito_pool_people, needs(SEE_PEOPLE), name="cognito_pool_people"),
    page(f"{POOL_PAGE}people/ask/", people.cognito_people_ask, needs(SEE_PEOPLE), name="cognito_people_ask"),
    page(f"{POOL_PAGE}people/stage/", people.cognito_people_stage, needs(CARE), name="cognito_people_stage"),
    page(
        f"{POOL_PAGE}people/stage/<str:action>/",
        people.cognito_people_stage_action,
        needs(CARE),
        name="cognito_people_stage_action",
    ),
    page(f"{POOL_PAGE}searches/", people.cognito_search_save, needs(SEE_PEOPLE), name="cognito_search_save"),
    page(
        f"{POOL_PAGE}searches/<int:pk>/forget/",
        people.cognito_search_forget,
        needs(SEE_PEOPLE),
        name="cognito_search_forget",
    ),
    page(f"{AWS_ACCOUNT}pool-groups/<str:aws_id>/", views.cognito_group, needs(SEE_IAM), name="cognito_group"),
    page(f"{AWS_ACCOUNT}app-clients/<str:aws_id>/", views.cognito_client, needs(SEE_IAM), name="cognito_client"),
    page(f"{AWS_ACCOUNT}people/<str:aws_id>/", person.cognito_user, needs(SEE_PEOPLE), name="cognito_user"),
    page(
        f"{AWS_ACCOUNT}people/<str:aws_id>/stored-data/",
        person.cognito_user_stored_data,
        needs(SEE_PEOPLE),
        name="cognito_user_stored_data",
    ),
    page(
        f"{AWS_ACCOUNT}people/<str:aws_id>/preview/",
        person.cognito_user_preview,
        needs(SEE_PEOPLE),
        name="cognito_user_preview",
    ),
    action_pattern(PERSON),
    page(f"{AWS_ACCOUNT}data-protection/", protection.data_protection, needs(SEE_IAM), name="data_protection"),
    page(
        PROTECTED, protection.data_protection_pool, needs(ADMINISTER, fresh_sign_in=True), name="data_protection_pool"
    ),
    page(
        f"{PROTECTED}erase/",
        protection.data_protection_erase,
        needs(ADMINISTER, fresh_sign_in=True),
        name="data_protection_erase",
    ),
    page(f"{POOL_PAGE}invite/", care.cognito_invite, needs(CARE), name="cognito_invite"),
    page(f"{POOL_PAGE}people/csv/", care.cognito_people_csv, needs(CARE), name="cognito_people_csv"),
    page(
        "aws/<str:account_id>/changes/<int:pk>/logo/", pool_views.change_logo, needs(SEE_IAM, CARE), name="change_logo"
    ),
    page(
        "aws/<str:account_id>/changes/<int:pk>/ticket/", care.change_ticket, needs(SEE_IAM, CARE), name="change_ticket"
    ),
    page(f"{POOL_PAGE}settings/", pool_views.settings, needs(SEE_IAM), name="cognito_pool_settings"),
    page(f"{POOL_PAGE}clients/", pool_views.clients, needs(SEE_IAM), name="cognito_pool_clients"),
    page(f"{POOL_PAGE}providers/", pool_views.providers, needs(SEE_IAM), name="cognito_pool_providers"),
    page(f"{AWS_ACCOUNT}identity-pools/", identity_pools.identity_pools, needs(SEE_IAM), name="identity_pools"),
    action_pattern(IDENTITY_POOL),
    *tab_patterns(IDENTITY_POOL),
    page(
        f"{AWS_ACCOUNT}identity-pools/<str:aws_id>/try/",
        trying.try_credentials,
        needs(PROPOSE),
        name="identity_pool_try",
    ),
    page(f"{AWS_ACCOUNT}user-pools/<str:aws_id>/try/", trying.try_sign_in, needs(PROPOSE), name="try_sign_in"),
    page(f"{AWS_ACCOUNT}user-pools/<str:aws_id>/try-sign-up/", trying.try_sign_up, needs(PROPOSE), name="try_sign_up"),
]
