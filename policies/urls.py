"""Pages of managed policies."""

from __future__ import annotations

from django.urls import path

from objects.object_pages import tab_patterns
from objects.views import object_action
from objects.views.selection import selection_patterns
from policies.organizations import views as organizations
from policies.tables import POLICIES
from policies.views import document, managed_policies

urlpatterns = [
    path("aws/<str:account_id>/policies/", managed_policies.policies, name="policies"),
    *selection_patterns(managed_policies.POLICY, POLICIES, "file-lock"),
    *tab_patterns(managed_policies.POLICY),
    object_action.action_pattern(managed_policies.POLICY),
    path("aws/<str:account_id>/organization/", organizations.organization, name="organization"),
    path("aws/<str:account_id>/organization/accounts/", organizations.accounts, name="organization_accounts"),
    path("aws/<str:account_id>/organization/policies/", organizations.policies, name="organization_policies"),
    *tab_patterns(organizations.POLICY),
    path("aws/<str:account_id>/documents/check/", document.document_check, name="document_check"),
]
