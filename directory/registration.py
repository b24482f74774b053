"""What the app tells the apps below: what it mirrors, its pages, what is due once a minute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from accounts import stepup
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM, SEE_PEOPLE
from directory import (
    actions,
    draft_subjects,
    examples,
    finding_fixes,
    kinds,
    operations,
    permissions,
    selectors,
    sources,
    subjects,
)
from directory.account_access import EntitlementMirror, EntitlementSource
from directory.entitled import entitled_users, is_entitled_role
from directory.finding_source import DirectorySource
from directory.instances import instance_state
from directory.models import DirectoryUser
from directory.people import erasure, search
from directory.people.mirror import DirectoryPersonMirror
from directory.people.names import called
from directory.people.source import DirectoryPeopleSource
from directory.plan_check import DirectoryCheck
from directory.prerequisite import IDENTITY_CENTER
from directory.reserved_roles import reserved_role
from directory.unused_finding_source import UnusedAssignmentSource
from directory.views import touched
from findings import sources as findings
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from identities.models import IamRole
from sync import checks, mirror
from sync.activity import matching
from sync.activity import people as doers
from sync.aws import permission
from sync.ticks import register_part


def register() -> None:
    permission.register_part(permissions.PART)
    permission.register_part(permissions.ACCOUNT_ACCESS_PART)
    mirror.register(*sources.MIRRORS, EntitlementMirror(), DirectoryPersonMirror())
    for source in (*sources.SOURCES, EntitlementSource(), DirectoryPeopleSource()):
        mirror.register_source(source)
    kinds.register()
    search.register()
    examples.register()
    register_shell(
        ShellProvider(
            NavGroup(
                "IAM",
                (
                    NavItem(
                        "Identity Center",
                        "contact",
                        "identity_center",
                        permission=(SEE_IAM, SEE_PEOPLE),
                        position=55,
                        waits_for=IDENTITY_CENTER.rows,
                    ),
                ),
                position=10,
            )
        )
    )
    panels.register(
        panels.Panel(
            "role",
            "people",
            "Who can use it",
            url_name="role_people",
            count=_people_of,
            shows=lambda role: reserved_role(role) is not None or is_entitled_role(role),
            permission=SEE_IAM,
            position=25,
        )
    )
    panels.register(
        panels.Panel(
            "change",
            "touched",
            "What it provisions",
            "change_touched",
            lede=touched.LEDE,
            permission=SEE_IAM,
            shows=touched.is_measured,
            position=40,
        )
    )
    operations.register()
    actions.register()
    draft_subjects.register()
    checks.register(DirectoryCheck())
    findings.register(DirectorySource())
    findings.register(UnusedAssignmentSource())
    finding_fixes.register()
    stepup.register_words(
        {
            "directory_people_settings": "Save what is kept of people",
            "directory_people_erase": "Erase what is kept of a person",
        }
    )
    register_part(erasure.erase_due)
    doers.register_people(_people_held_by, _names_of)
    subjects.register()
    matching.register_services("sso.", "sso.amazonaws.com")
    matching.register_services("identitystore.", "identitystore.amazonaws.com")


def _people_of(role: IamRole) -> int | None:
    users = entitled_users(role) if is_entitled_role(role) else selectors.users_of(role)
    return users.people if users and not users.unknown else None


def _people_held_by(aws_account: AwsAccount) -> Sequence[AwsAccount]:
    """In whose mirror the people are who come into the AWS account."""
    held_by = instance_state(aws_account).held_by
    return [held_by] if held_by else []


def _names_of(held_by: Sequence[AwsAccount], ids: Iterable[str]) -> Mapping[str, str]:
    found = DirectoryUser.objects.filter(aws_account__in=held_by, aws_id__in=list(ids), erased_at__isnull=True)
    return {person.aws_id: called(person) for person in found}
