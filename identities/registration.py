"""What `identities` adds to the frame: links of the sidebar, search, a tab of policies, lines of the overview."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.roles import ASK_AWS, SEE_IAM
from iamconsole.web import panels
from iamconsole.web.counts import first_of, lately
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import SOME, ago, counted, day, number, some
from identities import examples, kinds, search, selectors
from identities.account import last_accessed, password_policy, sources
from identities.account.selectors import saml_providers, server_certificates, settings_of
from identities.activity import events
from identities.credentials.root import root_of
from identities.dangling_trusts import deleted_in, trusting_deleted
from identities.models import IamGroup, IamRole, IamUser
from identities.models.account import ENDS_SOON
from identities.models.credentials import key_cutoff
from identities.trust import outside_accounts
from objects.selectors import count_live
from policies.models import ManagedPolicy
from sync import mirror
from sync.activity import principals
from sync.models import Ownership

Trusting = list[tuple[str, list[dict[str, str]]]]  # names of roles, and whom they trust


class IdentitiesShell(ShellProvider):
    navigation = (
        NavGroup("", (NavItem("As of", "calendar-clock", "as_of", permission=SEE_IAM, position=17),), position=0),
        NavGroup(
            "IAM",
            (
                NavItem("Users", "user", "users", count_live(IamUser), SEE_IAM, position=10),
                NavItem("Groups", "users", "groups", count_live(IamGroup), SEE_IAM, position=20),
                NavItem("Roles", "hat-glasses", "roles", count_live(IamRole), SEE_IAM, position=30),
                NavItem("Identity providers", "id-card", "identity_providers", permission=SEE_IAM, position=50),
                NavItem("Root user", "crown", "root_user", permission=SEE_IAM, position=60),
                NavItem("Account settings", "sliders-horizontal", "account_settings", permission=SEE_IAM, position=70),
            ),
            position=10,
            folded_from=50,
        ),
    )


def _holders(policy: ManagedPolicy) -> int:
    return lately(selectors.holders_of(policy))


# ---- Needs attention -----------------------------------------------------------------------------------------


def _administrators(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    holds = selectors.has_attached("user", selectors.ADMINISTRATOR)
    users = IamUser.objects.live().filter(holds, aws_account=aws_account).order_by("name_key")
    names = first_of(users.values_list("name", flat=True), SOME)
    if names:
        yield panels.PanelRow(
            title=f"{counted(names.total, 'user has', 'users have')} {selectors.ADMINISTRATOR} attached directly",
            url=f"{_list(aws_account, 'users')}?attached={selectors.ADMINISTRATOR}",
            text=f"{some(names.rows, names.total)} may do everything that no boundary or organisation policy cuts off.",
            severity="high",
            action=f"Review {number(names.total)}",
        )


def _trusts(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    """Roles that an outside AWS account may assume, and roles that trust somebody who was deleted."""
    outside, deleted = _trusting(aws_account)
    if outside:
        ours = set(AwsAccount.objects.values_list("account_id", flat=True))
        trusted = sorted(set().union(*(outside_accounts(principals, ours) for _, principals in outside)))
        yield panels.PanelRow(
            title=f"{counted(len(outside), 'role trusts', 'roles trust')} an outside AWS account",
            url=f"{_list(aws_account, 'roles')}?trust=outside",
            text=f"{some([name for name, _ in outside])}: {some(trusted)} may assume {_them(outside)}.",
            severity="high",
            action=f"Review {len(outside)}",
        )
    if deleted:
        named = [principal for _, trusted in deleted for principal in trusted]
        who = sorted({each.principal.name for each in deleted_in(named, signed_in(request)) if each.principal})
        meant = f" Meant: {some(who)}." if who else ""
        names = some([name for name, _ in deleted])
        yield panels.PanelRow(
            title=f"{counted(len(deleted), 'role trusts', 'roles trust')} somebody who was deleted",
            url=f"{_list(aws_account, 'roles')}?trust=deleted",
            text=f"{names}.{meant} Nobody can assume it: a new principal of the same name isn’t trusted.",
            severity="medium",
            action=f"Review {len(deleted)}",
        )


def _trusting(aws_account: AwsAccount) -> tuple[Trusting, Trusting]:
    """The roles that trust an outside AWS account, and those that trust somebody who was deleted, in one query."""
    roles = IamRole.objects.live().filter(aws_account=aws_account).order_by()
    both = [
        found(roles).annotate(of=Value(of)).values_list("of", "name", "trusted")
        for of, found in enumerate((selectors.trusting_outside, trusting_deleted))
    ]
    found: tuple[Trusting, Trusting] = ([], [])
    for of, name, trusted in sorted(both[0].union(both[1], all=True), key=lambda row: str(row[1]).casefold()):
        found[of].append((name, trusted))
    return found


def _them(found: Trusting) -> str:
    return "it" if len(found) == 1 else "them"


def _list(aws_account: AwsAccount, name: str) -> str:
    return reverse(name, kwargs={"account_id": aws_account.account_id})


# ---- Credentials that need attention -------------------------------------------------------------------------
def root_rows(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    root, url = root_of(aws_account), reverse("root_user", kwargs={"account_id": aws_account.account_id})
    if root.has_keys:
        yield panels.PanelRow(
            title="The root user has an access key",
            url=url,
            text="No policy limits what it may do, and nobody needs it: delete it once nothing uses it.",
            severity="critical",
            action="Look at it",
        )
    if root.mfa is False:
        yield panels.PanelRow(
            title="The root user has no MFA",
            url=url,
            text="Anybody who learns its password controls the AWS account.",
            severity="critical",
            action="Look at it",
        )
    if root.used_recently and root.last_used_at is not None:
        yield panels.PanelRow(
            title="The root user was used",
            url=url,
            text=f"{ago(root.last_used_at).capitalize()}. Few tasks need it; IAM roles are for all others.",
            severity="medium",
            action="Look at it",
        )


def credential_rows(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    users = IamUser.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
    yield from _users_row(
        aws_account,
        users.filter(has_password__in=[True], mfa_count=0),
        "mfa=none",
        ("user signs", "users sign", "in without MFA"),
        "With a password alone they can sign in to the AWS Management Console.",
    )
    yield from _users_row(
        aws_account,
        users.filter(oldest_key_at__lt=key_cutoff()),
        "keys=old",
        ("user has", "users have", "an access key older than 90 days"),
        "A key that leaked long ago still works.",
    )


def _users_row(
    aws_account: AwsAccount, users: QuerySet[IamUser], query: str, words: tuple[str, str, str], why: str
) -> Iterator[panels.PanelRow]:
    names = first_of(users.order_by("name_key").values_list("name", flat=True), SOME)
    if names:
        one, many, what = words
        url = reverse("users", kwargs={"account_id": aws_account.account_id})
        yield panels.PanelRow(
            title=f"{counted(names.total, one, many)} {what}",
            url=f"{url}?{query}",
            text=f"{some(names.rows, names.total)}. {why}",
            severity="high",
            action=f"Review {number(names.total)}",
        )


# ---- What belongs to the AWS account and needs attention -----------------------------------------------------
def _weak_passwords(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    settings = settings_of(aws_account)
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
    saml = saml_providers(aws_account).filter(gone_at__isnull=True)
    for provider in saml.filter(Q(valid_until__lt=by) | Q(certificate_expires_at__lt=by)).order_by("name_key"):
        ends = day(provider.ends_at)
        yield panels.PanelRow(
            title=f"Sign-in through {provider.name} {'ended' if provider.has_ended else 'ends'} on {ends}",
            url=reverse("saml_provider", kwargs={"account_id": aws_account.account_id, "aws_id": provider.aws_id}),
            text="After that nobody can sign in through it until new metadata is uploaded.",
            severity="high",
            action="Review it",
        )
    held = server_certificates(aws_account).filter(gone_at__isnull=True, expires_at__lt=by)
    names = list(held.order_by("expires_at").values_list("name", flat=True))
    if names:
        yield panels.PanelRow(
            title=f"{counted(len(names), 'server certificate')} expired or will within {ENDS_SOON.days} days",
            url=reverse("account_settings", kwargs={"account_id": aws_account.account_id}),
            text=f"{some(names)}. Clients that connect to what uses it will be warned.",
            severity="medium",
            action=f"Review {len(names)}",
        )


# ---- All of it -----------------------------------------------------------------------------------------------
_NEED_ATTENTION = (
    ("weak_passwords", _weak_passwords, 50),
    ("ending", _ending, 50),
    ("root", root_rows, 20),
    ("credentials", credential_rows, 20),
    ("administrators", _administrators, 50),
    ("trusts", _trusts, 50),
)


def register() -> None:
    mirror.register(*sources.MIRRORS.values(), *sources.ACCOUNT_MIRRORS.values(), *last_accessed.MIRRORS)
    for source in (*sources.SOURCES, last_accessed.LastAccessed()):
        mirror.register_source(source)
    register_shell(IdentitiesShell())
    kinds.register()
    search.register()
    examples.register()
    panels.register(panels.Panel("policy", "attached", "Attached to", "policy_attached", count=_holders, position=40))
    events.register()
    for kind, by_sessions in ((IamUser.kind, False), (IamRole.kind, True)):
        principals.register(kind, by_sessions=by_sessions)
    for place in ("user", "role"):
        panels.register(
            panels.Panel(place, "activity", "Activity", f"{place}_activity", permission=ASK_AWS, position=53)
        )
    for name, rows, position in _NEED_ATTENTION:
        panels.register(
            panels.Panel(
                "overview.attention", name, "Needs attention", rows=rows, permission=SEE_IAM, position=position
            )
        )
