"""What `identities` adds to the frame: links of the sidebar, search, a tab of policies."""

from __future__ import annotations

from accounts.roles import ASK_AWS, SEE_IAM
from iamconsole.web import panels
from iamconsole.web.counts import lately
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from identities import examples, key_accounts, kinds, search, selectors
from identities.account import last_accessed, sources
from identities.activity import events
from identities.models import IamGroup, IamRole, IamUser
from objects.selectors import count_live
from policies.models import ManagedPolicy
from sync import mirror
from sync.activity import principals
from sync.aws import permission


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


def register() -> None:
    mirror.register(*sources.MIRRORS.values(), *sources.ACCOUNT_MIRRORS.values(), *last_accessed.MIRRORS)
    for source in (*sources.SOURCES, last_accessed.LastAccessed()):
        mirror.register_source(source)
    register_shell(IdentitiesShell())
    kinds.register()
    search.register()
    examples.register()
    permission.register([key_accounts.OWNER_OF_KEY])
    panels.register(panels.Panel("policy", "attached", "Attached to", "policy_attached", count=_holders, position=40))
    events.register()
    for kind, by_sessions in ((IamUser.kind, False), (IamRole.kind, True)):
        principals.register(kind, by_sessions=by_sessions)
    for place in ("user", "role"):
        panels.register(
            panels.Panel(place, "activity", "Activity", f"{place}_activity", permission=ASK_AWS, position=53)
        )
