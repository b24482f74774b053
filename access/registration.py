"""What `access` adds to the frame: links of the sidebar, search, and tabs of users, groups and roles."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from access import search
from access.anywhere import trusts_anywhere
from access.escalation.finding_source import RULES
from access.exposure.attention import attention
from access.plans import elsewhere_check, organization_blocks
from access.plans.conflicts import is_about_access
from access.plans.effect_blocks import LEDE, is_measured
from access.plans.revisions import is_measurable
from access.resource_plans import blocks as resource_blocks
from access.views import label_panels
from access.views.anywhere import ANYWHERE
from access.views.least_privilege import LEAST_PRIVILEGE
from access.views.named_in import NAMED_IN
from access.views.reach import REACH, has_questions
from access.views.saved_tests import has_failing
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from directory.kinds import PERSON
from findings.models import Finding
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from identities.object_pages import KINDS
from resources.kinds import RESOURCE


def open_paths(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Finding]:
    return Finding.objects.filter(aws_account=aws_account, rule__in=RULES, state=Finding.State.OPEN)


class AccessShell(ShellProvider):
    navigation = (
        NavGroup(
            "Access",
            (
                NavItem("Who can", "user-search", "who_can", permission=SEE_IAM, position=10),
                NavItem("Simulate", "flask-conical", "simulate", permission=SEE_IAM, position=15),
                NavItem("Why denied", "shield-question-mark", "why_denied", permission=SEE_IAM, position=17),
                NavItem(
                    "Privilege escalation paths",
                    "route",
                    "escalations",
                    open_paths,
                    SEE_IAM,
                    position=20,
                    counts_none=False,  # nor where nobody has looked yet
                ),
                NavItem("Tests", "list-checks", "access_tests", permission=SEE_IAM, position=50),
                NavItem("Guard rails", "fence", "guard_rails", permission=SEE_IAM, position=60),
            ),
            position=15,
            folded_from=20,
        ),
    )


def register() -> None:
    register_shell(AccessShell())
    label_panels.register()
    search.register()
    panels.register(
        panels.Panel("change", "access", "What access changes", "change_access", lede=LEDE, shows=is_measured)
    )
    panels.register(
        panels.Panel(
            "change",
            "organization_access",
            "What changes in AWS accounts below",
            "change_organization",
            lede=organization_blocks.LEDE,
            shows=organization_blocks.is_measured,
        )
    )
    panels.register(
        panels.Panel(
            "change",
            "resource_access",
            "Who gets to the resource",
            "change_resources",
            lede=resource_blocks.LEDE,
            shows=resource_blocks.is_measured,
        )
    )
    panels.register(
        panels.Panel(
            "change",
            "elsewhere_access",
            "Who gains and loses what by Identity Center",
            "change_elsewhere",
            lede=elsewhere_check.LEDE,
            shows=lambda change: elsewhere_check.NAME in change.measured,
        )
    )
    panels.register(
        panels.Panel(
            "revision", "access", "What access changes", "revision_access", permission=SEE_IAM, shows=is_measurable
        )
    )
    panels.register(
        panels.Panel(
            "conflict",
            "conflict_access",
            "What access somebody else changed",
            "change_conflict_access",
            permission=SEE_IAM,
            shows=is_about_access,
        )
    )
    panels.register(
        panels.Panel("change", "access_tests", "Saved tests", "change_tests", shows=has_failing, position=20)
    )
    panels.register(
        panels.Panel(
            "role", ANYWHERE, "By certificates", "role_anywhere", permission=SEE_IAM, position=26, shows=trusts_anywhere
        )
    )
    for place in ("user", "role"):
        panels.register(
            panels.Panel(place, "access", "Effective access", f"{place}_access", permission=SEE_IAM, position=25)
        )
        panels.register(
            panels.Panel(place, NAMED_IN, "Named in", f"{place}_{NAMED_IN}", permission=SEE_IAM, position=54)
        )
    panels.register(
        panels.Panel(
            RESOURCE.name,
            REACH,
            "Access",
            f"{RESOURCE.name}_{REACH}",
            permission=SEE_IAM,
            position=25,
            shows=has_questions,
        )
    )
    panels.register(
        panels.Panel(
            PERSON.name, "access", "Effective access", f"{PERSON.name}_access", permission=SEE_IAM, position=25
        )
    )
    panels.register(
        panels.Panel(
            "overview.attention", "exposure", "Needs attention", rows=attention, permission=SEE_IAM, position=30
        )
    )
    for kind in KINDS.values():
        url_name = f"{kind.name}_{LEAST_PRIVILEGE}"
        panels.register(panels.Panel(kind.name, LEAST_PRIVILEGE, "Least privilege", url_name, position=52))
