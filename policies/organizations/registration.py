"""What organizations add to the frame: a link of the sidebar, search, and a panel of the overview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels, search
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import counted
from policies.models import OrgPolicy
from policies.organizations.selectors import ControlPoliciesUnknown
from policies.organizations.views import ControlPolicyTypeView, bounds


class OrganizationShell(ShellProvider):
    navigation: ClassVar[tuple[NavGroup, ...]] = (
        NavGroup("IAM", (NavItem("Organization", "network", "organization", permission=SEE_IAM, position=80),)),
    )


def _bounds(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    url = reverse("organization", kwargs={"account_id": aws_account.account_id})
    for bound in bounds(aws_account):
        held = bound.is_read
        yield panels.PanelRow(
            bound.named, url, text=_in_words(bound), icon="shield" if held else "circle-question-mark"
        )


def _in_words(bound: ControlPolicyTypeView) -> str:
    found = bound.found
    if isinstance(found, ControlPoliciesUnknown):
        return f"Not read, so the limit is unknown. {found.why}"
    if found.unbound:
        return found.unbound
    policies = {policy.aws_id for level in found.levels for policy in level.policies}
    return (
        f"{counted(len(policies), 'policy', 'policies')} on {counted(len(found.levels), 'level')} "
        "limit this AWS account."
    )


def register() -> None:
    register_shell(OrganizationShell())
    rows = OrgPolicy.objects.visible_to
    search.register(
        search.SearchKind(
            "organization_policies", "Control policies", "shield", rows=rows, url_name="control_policy", position=45
        )
    )
    panels.register(
        panels.Panel(
            "overview.side",
            "bounds",
            "Limits of this AWS account",
            url_name="organization",
            rows=_bounds,
            permission=SEE_IAM,
            position=25,
        )
    )
