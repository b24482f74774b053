"""Pages about who can do what."""

from __future__ import annotations

from dataclasses import replace

from access.views import (
    anywhere,
    ask_aws,
    change,
    differences,
    effective_access,
    escalations,
    guard_rails,
    named_in,
    organization_change,
    person,
    reach,
    resource_change,
    saved_tests,
    simulate,
    who_can,
    why_denied,
)
from access.views.least_privilege import LEAST_PRIVILEGE, least_privilege, use_proposal
from accounts.roles import ADMINISTER, APPROVE, CARE, PROPOSE, SEE_IAM, SEE_PEOPLE
from directory.kinds import PERSON
from iamconsole.web.addresses import AddressScope, needs, page
from identities.models import IamRole, IamUser
from identities.object_pages import KINDS

AWS_ACCOUNT = "aws/<str:account_id>/"
_BY_OWNERS = needs(ADMINISTER, fresh_sign_in=True)
# Of a label: its view asks beyond that for all AWS accounts that have it (sync.views.labels.fetch_label).
LABEL = "labels/<int:label>/"
_LABEL_SEEN = needs(ADMINISTER, scope=AddressScope.ANY, refusal="Only owners of an AWS account see the labels.")
_LABEL_CHANGED = replace(_LABEL_SEEN, fresh_sign_in=True)

urlpatterns = [
    page(f"{AWS_ACCOUNT}who-can/", who_can.who_can, needs(SEE_IAM), name="who_can"),
    page(f"{AWS_ACCOUNT}simulate/", simulate.simulate, needs(SEE_IAM), name="simulate"),
    page(f"{AWS_ACCOUNT}simulate/save/", simulate.save_question, needs(SEE_IAM), name="save_question"),
    page(
        f"{AWS_ACCOUNT}simulate/saved/<int:pk>/delete/",
        simulate.delete_question,
        needs(SEE_IAM),
        name="question_delete",
    ),
    page(f"{AWS_ACCOUNT}why-denied/", why_denied.why_denied, needs(SEE_IAM), name="why_denied"),
    page(f"{AWS_ACCOUNT}guard-rails/", guard_rails.guard_rails, needs(SEE_IAM), name="guard_rails"),
    page(f"{AWS_ACCOUNT}guard-rails/new/", guard_rails.guard_rail_new, _BY_OWNERS, name="guard_rail_new"),
    page(f"{AWS_ACCOUNT}guard-rails/own/<int:pk>/", guard_rails.guard_rail, needs(SEE_IAM), name="guard_rail"),
    page(
        f"{AWS_ACCOUNT}guard-rails/own/<int:pk>/change/",
        guard_rails.guard_rail_change,
        _BY_OWNERS,
        name="guard_rail_change",
    ),
    page(
        f"{AWS_ACCOUNT}guard-rails/own/<int:pk>/delete/",
        guard_rails.guard_rail_delete,
        _BY_OWNERS,
        name="guard_rail_delete",
    ),
    page(
        f"{AWS_ACCOUNT}guard-rails/own/<int:pk>/decide/",
        guard_rails.guard_rail_decide,
        needs(APPROVE, fresh_sign_in=True),
        name="guard_rail_decide",
    ),
    page(
        f"{AWS_ACCOUNT}guard-rails/own/check/", guard_rails.guard_rail_check, needs(ADMINISTER), name="guard_rail_check"
    ),
    page(f"{AWS_ACCOUNT}guard-rails/<slug:rule>/", guard_rails.guard_rail_rule, needs(SEE_IAM), name="guard_rail_rule"),
    page(f"{AWS_ACCOUNT}guard-rails/<slug:rule>/set/", guard_rails.guard_rail_set, _BY_OWNERS, name="guard_rail_set"),
    page(f"{AWS_ACCOUNT}tests/", saved_tests.tests, needs(SEE_IAM), name="access_tests"),
    page(f"{AWS_ACCOUNT}tests/new/", saved_tests.new_test, needs(PROPOSE, ADMINISTER), name="access_test_new"),
    page(f"{AWS_ACCOUNT}tests/<int:pk>/", saved_tests.test, needs(SEE_IAM), name="access_test"),
    page(
        f"{AWS_ACCOUNT}tests/<int:pk>/change/",
        saved_tests.change_test,
        needs(PROPOSE, ADMINISTER),
        name="access_test_change",
    ),
    page(
        f"{AWS_ACCOUNT}tests/<int:pk>/delete/",
        saved_tests.delete_test,
        needs(PROPOSE, ADMINISTER),
        name="access_test_delete",
    ),
    page(f"{AWS_ACCOUNT}tests/<int:pk>/decide/", saved_tests.decide_test, needs(APPROVE), name="access_test_decide"),
    page(f"{AWS_ACCOUNT}changes/<int:pk>/tests/", saved_tests.change_tests, needs(SEE_IAM, CARE), name="change_tests"),
    page(f"{AWS_ACCOUNT}ask-aws/", ask_aws.ask_aws, needs(SEE_IAM), name="ask_aws"),
    page(f"{AWS_ACCOUNT}disagreements/", ask_aws.disagreements, needs(SEE_IAM), name="disagreements"),
    page(f"{AWS_ACCOUNT}escalations/", escalations.escalations, needs(SEE_IAM), name="escalations"),
    page(f"{AWS_ACCOUNT}escalations/cut/", escalations.stage_cut, needs(PROPOSE), name="stage_cut"),
    page(f"{AWS_ACCOUNT}changes/<int:pk>/access/", change.change_access, needs(SEE_IAM, CARE), name="change_access"),
    page(
        f"{AWS_ACCOUNT}changes/<int:pk>/organization/",
        organization_change.change_organization,
        needs(SEE_IAM, CARE),
        name="change_organization",
    ),
    page(
        f"{AWS_ACCOUNT}changes/<int:pk>/resources/",
        resource_change.change_resources,
        needs(SEE_IAM, CARE),
        name="change_resources",
    ),
    page(
        f"{AWS_ACCOUNT}changes/<int:pk>/elsewhere/",
        organization_change.change_elsewhere,
        needs(SEE_IAM, CARE),
        name="change_elsewhere",
    ),
    page(
        f"{AWS_ACCOUNT}changes/<int:pk>/conflict/access/",
        differences.conflict_access,
        needs(SEE_IAM),
        name="change_conflict_access",
    ),
    page(
        f"{AWS_ACCOUNT}revisions/<int:pk>/access/", differences.revision_access, needs(SEE_IAM), name="revision_access"
    ),
    page(f"{AWS_ACCOUNT}users/<str:aws_id>/access/", effective_access.user_access, needs(SEE_IAM), name="user_access"),
    page(f"{AWS_ACCOUNT}roles/<str:aws_id>/anywhere/", anywhere.role_anywhere, needs(SEE_IAM), name="role_anywhere"),
    page(f"{AWS_ACCOUNT}roles/<str:aws_id>/access/", effective_access.role_access, needs(SEE_IAM), name="role_access"),
    *(
        page(
            f"{AWS_ACCOUNT}{kind.many}/<str:aws_id>/least-privilege/",
            least_privilege,
            needs(SEE_IAM),
            name=f"{kind.name}_{LEAST_PRIVILEGE}",
            kwargs={"kind": kind},
        )
        for kind in KINDS.values()
    ),
    *(
        page(
            f"{AWS_ACCOUNT}{kind.many}/<str:aws_id>/least-privilege/use/",
            use_proposal,
            needs(kind.of.stage),
            name=f"{kind.name}_{LEAST_PRIVILEGE}_use",
            kwargs={"kind": kind},
        )
        for kind in KINDS.values()
    ),
    *(
        page(
            f"{AWS_ACCOUNT}{kind.many}/<str:aws_id>/named-in/",
            named_in.named_in,
            needs(SEE_IAM),
            name=f"{kind.name}_{named_in.NAMED_IN}",
            kwargs={"kind": kind},
        )
        for kind in (KINDS[IamUser], KINDS[IamRole])
    ),
    page(
        f"{AWS_ACCOUNT}{PERSON.address}/<str:aws_id>/access/",
        person.person_access,
        needs(SEE_PEOPLE),
        name=f"{PERSON.name}_access",
    ),
    page(f"{AWS_ACCOUNT}resources/<str:aws_id>/reach/", reach.reach, needs(SEE_IAM), name="resource_reach"),
    *(
        page(f"{LABEL}{route}", view, access, name=f"label_{name}")
        for route, view, access, name in (
            ("guard-rails/", guard_rails.guard_rails, _LABEL_SEEN, "guard_rails"),
            ("guard-rails/new/", guard_rails.guard_rail_new, _LABEL_CHANGED, "guard_rail_new"),
            ("guard-rails/own/<int:pk>/", guard_rails.guard_rail, _LABEL_SEEN, "guard_rail"),
            ("guard-rails/own/<int:pk>/change/", guard_rails.guard_rail_change, _LABEL_CHANGED, "guard_rail_change"),
            ("guard-rails/own/<int:pk>/delete/", guard_rails.guard_rail_delete, _LABEL_CHANGED, "guard_rail_delete"),
            ("guard-rails/<slug:rule>/", guard_rails.guard_rail_rule, _LABEL_SEEN, "guard_rail_rule"),
            ("guard-rails/<slug:rule>/set/", guard_rails.guard_rail_set, _LABEL_CHANGED, "guard_rail_set"),
            ("tests/", saved_tests.tests, _LABEL_SEEN, "access_tests"),
            ("tests/new/", saved_tests.new_test, _LABEL_CHANGED, "access_test_new"),
            ("tests/<int:pk>/", saved_tests.test, _LABEL_SEEN, "access_test"),
            ("tests/<int:pk>/change/", saved_tests.change_test, _LABEL_CHANGED, "access_test_change"),
            ("tests/<int:pk>/delete/", saved_tests.delete_test, _LABEL_CHANGED, "access_test_delete"),
        )
    ),
]
