"""The addresses of Identity Center."""

from __future__ import annotations

from accounts.roles import ADMINISTER, SEE_IAM, SEE_PEOPLE
from directory.object_pages import GROUP, PERMISSION_SET, PERSON
from directory.prerequisite import IDENTITY_CENTER
from directory.views import center, people, protection, role, touched
from iamconsole.web.addresses import needs, page
from iamconsole.web.prerequisites import behind
from objects.object_pages import tab_patterns
from objects.views.object_action import action_pattern

_CENTER = "aws/<str:account_id>/identity-center/"

urlpatterns = [
    page(_CENTER, behind(IDENTITY_CENTER, center.identity_center), needs(SEE_IAM, SEE_PEOPLE), name="identity_center"),
    page(
        f"{_CENTER}permission-sets/",
        behind(IDENTITY_CENTER, center.permission_sets),
        needs(SEE_IAM),
        name="permission_sets",
    ),
    *tab_patterns(PERMISSION_SET),
    action_pattern(PERMISSION_SET),
    page(
        f"{_CENTER}assignments/",
        behind(IDENTITY_CENTER, center.assignments),
        needs(SEE_IAM),
        name="directory_assignments",
    ),
    page(f"{_CENTER}groups/", behind(IDENTITY_CENTER, center.groups), needs(SEE_IAM), name="directory_groups"),
    *tab_patterns(GROUP),
    action_pattern(GROUP),
    action_pattern(PERSON),
    page(f"{_CENTER}people/", behind(IDENTITY_CENTER, people.people), needs(SEE_PEOPLE), name="directory_people"),
    page(
        f"{_CENTER}people/settings/",
        protection.people_settings,
        needs(ADMINISTER, fresh_sign_in=True),
        name="directory_people_settings",
    ),
    page(
        f"{_CENTER}people/erase/",
        protection.people_erase,
        needs(ADMINISTER, fresh_sign_in=True),
        name="directory_people_erase",
    ),
    page(f"{_CENTER}people/<str:aws_id>/", people.person, needs(SEE_PEOPLE), name="directory_person"),
    page(
        "aws/<str:account_id>/changes/<int:pk>/touched/",
        touched.change_touched,
        needs(SEE_IAM),
        name="change_touched",
    ),
    page("aws/<str:account_id>/roles/<str:aws_id>/people/", role.role_people, needs(SEE_IAM), name="role_people"),
]
