"""What this app adds: the guided tasks, and their link in the sidebar."""

from __future__ import annotations

from accounts import stepup
from accounts.roles import PROPOSE, SEE_IAM
from guides import tasks
from guides.account.first_look import FIRST_LOOK
from guides.account.first_task import FIRST
from guides.account.root_task import ROOT
from guides.keys.task import KEYS_TO_ROLES
from guides.people import reports
from guides.people.joins import JOINS
from guides.people.leaves import LEAVES
from guides.people.moves import MOVES
from guides.roles.prefill import QUICK_STARTS
from guides.runs.selectors import is_staged_by_task
from guides.tasks import GuidedTask, TaskStart
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.panels import Panel
from iamconsole.web.search import places
from iamconsole.web.search.places import SearchPlace

ROLE = GuidedTask(
    "role",
    "A role for a service",
    "Who uses it, what it may touch: its trust policy, least permissions, and what the policy engine proves of them.",
    "hat-glasses",
    "build_role",
    words="role builder oidc gitlab terraform kubernetes irsa saml external id",
    starts=[TaskStart(each.name, each.title, f"start={each.name}") for each in QUICK_STARTS],
)
TO_GROUPS = GuidedTask(
    "to-groups",
    "From direct policies to groups",
    "Users with policies of their own get them by groups instead, and the policy engine proves that nobody’s access "
    "changes.",
    "users-round",
    "direct_to_groups",
    words="attached directly inline policies cis group membership proof",
    position=60,
)

CLEAN_UP = GuidedTask(
    "unused",
    "Clean up what nobody uses",
    "Users, keys, passwords, roles and policies by their last use: switched off by one change, and deleted later.",
    "archive",
    "unused",
    words="unused cleanup idle stale last used delete orphaned dead",
    position=70,
)
CONNECT = SearchPlace(
    "connect_first",
    "Connect my first AWS account",
    "connect_first",
    places.TASKS,
    "Read-only, by one stack of CloudFormation.",
    words="new begin quick create stack role onboarding",
    icon="plug",
)


def register() -> None:
    for task in (ROLE, FIRST_LOOK, FIRST, ROOT, JOINS, LEAVES, MOVES, TO_GROUPS, KEYS_TO_ROLES, CLEAN_UP):
        tasks.register(task)
    reports.register()
    for place in ("change", "change.afterwards"):
        panels.register(
            Panel(place, "task", "Its task", "change_task", shows=is_staged_by_task, permission=PROPOSE, position=90)
        )
    places.register(CONNECT)
    stepup.register_words({"connect_first": "Connect the AWS account"})
    register_shell(
        ShellProvider(NavGroup("IAM", (NavItem("Tasks", "list-checks", "tasks", permission=SEE_IAM, position=90),)))
    )
