"""What `policies` adds to the frame: links of the sidebar, search, and a panel of the overview."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import counted
from objects.selectors import count_live
from policies import kinds
from policies.models import ManagedPolicy
from policies.organizations import examples, search
from policies.organizations.prerequisite import ORGANIZATION
from policies.organizations.selectors import ControlPoliciesUnknown
from policies.organizations.views import ControlPolicyTypeView, bounds


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


class PoliciesShell(ShellProvider):
    navigation = (
        NavGroup(
            "IAM",
            (
                NavItem("Policies", "file-lock", "policies", count_live(ManagedPolicy), SEE_IAM, position=40),
                NavItem(
                    "Organization",
                    "network",
                    "organization",
                    permission=SEE_IAM,
                    position=45,
                    waits_for=ORGANIZATION.rows,
                ),
            ),
            position=10,
        ),
        NavGroup(
            "Access",
            (NavItem("Check a policy", "file-check", "check_policy", permission=SEE_IAM, position=55),),
            position=15,
        ),
    )


def register() -> None:
    register_shell(PoliciesShell())
    kinds.register()
    examples.register()
    search.register()
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
