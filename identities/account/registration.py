"""What all this adds: how the mirror reads it, links of the sidebar, search, lines of the overview."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import counted, day, some
from identities.account import last_accessed, password_policy, selectors, sources
from identities.models.account import ENDS_SOON
from sync import mirror


class AccountShell(ShellProvider):
    navigation = (
        NavGroup(
            "IAM",
            (
                NavItem("Identity providers", "id-card", "identity_providers", permission=SEE_IAM, position=50),
                NavItem("Account settings", "sliders-horizontal", "account_settings", permission=SEE_IAM, position=70),
            ),
            position=10,
        ),
    )


def _weak_passwords(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    settings = selectors.settings_of(aws_account)
    if settings is None or settings.password_policy is None:
        return
    policy = password_policy.read(settings.password_policy)
    if policy.weaknesses:
        what = "AWS’s default password policy is in force" if policy.is_default else "The password policy is weak"
        yield panels.PanelRow(
            title=what,
            url=reverse("account_settings", kwargs={"account_id": aws_account.account_id}),
            text=" ".join(policy.weaknesses),
            severity="medium",
            action="Review it",
        )


def _ending(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    """Sign-ins through a SAML provider, and server certificates, that stop to work soon."""
    by = timezone.now() + ENDS_SOON
    saml = selectors.saml_providers(aws_account).filter(gone_at__isnull=True)
    for provider in saml.filter(Q(valid_until__lt=by) | Q(certificate_expires_at__lt=by)).order_by("name_key"):
        ends = day(provider.ends_at)
        yield panels.PanelRow(
            title=f"Sign-in through {provider.name} {'ended' if provider.has_ended else 'ends'} on {ends}",
            url=reverse("saml_provider", kwargs={"account_id": aws_account.account_id, "aws_id": provider.aws_id}),
            text="After that nobody can sign in through it until new metadata is uploaded.",
            severity="high",
            action="Review it",
        )
    held = selectors.server_certificates(aws_account).filter(gone_at__isnull=True, expires_at__lt=by)
    names = list(held.order_by("expires_at").values_list("name", flat=True))
    if names:
        yield panels.PanelRow(
            title=f"{counted(len(names), 'server certificate')} expired or will within {ENDS_SOON.days} days",
            url=reverse("account_settings", kwargs={"account_id": aws_account.account_id}),
            text=f"{some(names)}. Clients that connect to what uses it will be warned.",
            severity="medium",
            action=f"Review {len(names)}",
        )


def register() -> None:
    mirror.register(*sources.MIRRORS.values(), *sources.ACCOUNT_MIRRORS.values(), *last_accessed.MIRRORS)
    for source in (*sources.SOURCES, last_accessed.LastAccessed()):
        mirror.register_source(source)
    register_shell(AccountShell())
    for panel_name, rows in (("weak_passwords", _weak_passwords), ("ending", _ending)):
        panels.register(
            panels.Panel("overview.attention", panel_name, "Needs attention", rows=rows, permission=SEE_IAM)
        )
