"""What `identities` adds to the frame: links of the sidebar, search, a tab of policies, lines of the overview."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Value
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.counts import first_of, lately
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import SOME, counted, number, some
from identities import kinds, selectors
from identities.dangling_trusts import deleted_in, trusting_deleted
from identities.models import IamGroup, IamRole, IamUser
from identities.trust import outside_accounts
from objects.selectors import count_live
from policies.models import ManagedPolicy

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
                NavItem("Root user", "crown", "root_user", permission=SEE_IAM, position=60),
            ),
            position=10,
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


def register() -> None:
    register_shell(IdentitiesShell())
    kinds.register()
    panels.register(panels.Panel("policy", "attached", "Attached to", "policy_attached", count=_holders, position=40))
    for panel_name, rows in (("administrators", _administrators), ("trusts", _trusts)):
        panels.register(
            panels.Panel("overview.attention", panel_name, "Needs attention", rows=rows, permission=SEE_IAM)
        )
