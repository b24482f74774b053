"""Pages of managed policies."""

from __future__ import annotations

from accounts.roles import ADMINISTER, PROPOSE, SEE_IAM
from iamconsole.web.addresses import SIGNED_IN, AddressScope, needs, page
from iamconsole.web.prerequisites import behind
from objects.views.lists import ObjectList, object_patterns
from policies.organizations import node_views
from policies.organizations import views as organizations
from policies.organizations.prerequisite import ORGANIZATION
from policies.pasted import views as pasted
from policies.tables import POLICIES
from policies.views import completion, document, drafts, managed_policies, starting

_ERASING = needs(ADMINISTER, scope=AddressScope.ANY, refusal="Only owners of an AWS account erase drafts of others.")

urlpatterns = [
    *object_patterns(ObjectList(managed_policies.POLICY, POLICIES)),
    page(
        "aws/<str:account_id>/organization/",
        behind(ORGANIZATION, organizations.organization),
        needs(SEE_IAM),
        name="organization",
    ),
    page(
        "aws/<str:account_id>/organization/accounts/",
        behind(ORGANIZATION, organizations.accounts),
        needs(SEE_IAM),
        name="organization_accounts",
    ),
    page(
        "aws/<str:account_id>/organization/places/<str:node_id>/",
        node_views.node,
        needs(SEE_IAM),
        name="organization_node",
    ),
    *object_patterns(organizations.POLICIES, waits_for=ORGANIZATION),
    page("catalogue/", completion.catalogue_words, SIGNED_IN, name="catalogue_words"),
    page("catalogue/actions/", completion.catalogue_actions, SIGNED_IN, name="catalogue_actions"),
    page("catalogue/services/<str:prefix>/", completion.catalogue_words, SIGNED_IN, name="catalogue_service"),
    *(
        page(f"aws/<str:account_id>/documents/{part}/", view, needs(SEE_IAM), name=f"document_{part}")
        for part, view in (
            ("surroundings", completion.document_surroundings),
            ("objects", completion.document_objects),
            ("about", completion.document_about),
        )
    ),
    page("aws/<str:account_id>/documents/check/", document.document_check, needs(PROPOSE), name="document_check"),
    page(
        "aws/<str:account_id>/documents/check/control-policy/",
        document.control_policy_check,
        needs(PROPOSE),
        name="control_policy_check",
    ),
    page("aws/<str:account_id>/documents/view/", document.document_view, needs(PROPOSE), name="document_view"),
    page("aws/<str:account_id>/documents/start/", starting.start, needs(PROPOSE), name="document_start"),
    page("aws/<str:account_id>/documents/start/use/", starting.use, needs(PROPOSE), name="document_start_use"),
    page(
        "aws/<str:account_id>/documents/start/templates/<str:template>/",
        starting.template,
        needs(PROPOSE),
        name="document_template",
    ),
    page("aws/<str:account_id>/documents/paste/", pasted.check_policy, needs(SEE_IAM), name="check_policy"),
    page("aws/<str:account_id>/documents/paste/said/", pasted.said, needs(SEE_IAM), name="check_policy_said"),
    page("aws/<str:account_id>/documents/paste/view/", pasted.view, needs(SEE_IAM), name="check_policy_view"),
    page("drafts/", drafts.drafts, SIGNED_IN, name="drafts"),
    page("drafts/session/", drafts.draft_session, SIGNED_IN, name="draft_session"),
    page("drafts/<int:pk>/discard/", drafts.draft_discard, SIGNED_IN, name="draft_discard"),
    page("drafts/<int:pk>/erase/", drafts.draft_erase, _ERASING, name="draft_erase"),
    page("aws/<str:account_id>/drafts/save/", drafts.draft_save, needs(PROPOSE), name="draft_save"),
    page("aws/<str:account_id>/drafts/<int:pk>/", drafts.draft, needs(PROPOSE), name="draft"),
    page("aws/<str:account_id>/drafts/<int:pk>/choose/", drafts.draft_choose, needs(PROPOSE), name="draft_choose"),
]
