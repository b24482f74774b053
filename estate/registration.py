"""What this app adds to the page shell: links of the pages over all AWS accounts, on these pages only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from accounts import stepup
from accounts.access import may, signed_in, visible_aws_accounts
from accounts.fallbacks import register_need
from accounts.models import Operator
from accounts.roles import ADMINISTER, SEE_IAM, SEE_PEOPLE, roles_with
from estate import figures, search
from estate.enrolment import proofs, roll, work
from estate.event_queues.views import summary_rows
from estate.lists import LISTS
from estate.staging.selection import BY_KIND
from iamconsole.sealed_values import register_sealed
from iamconsole.web import panels
from iamconsole.web.addresses import is_of_all_aws_accounts
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.panels import Panel
from iamconsole.web.search import places
from iamconsole.web.search.places import PAGES, SearchPlace
from objects.kinds import kind_of
from objects.object_links import ObjectLink, register_object_link
from sync import ticks
from sync.aws import permission
from sync.connect import SharedExternalIds, register_shared_external_ids

_SYSTEM = "How the console itself is: workers, queue, disk, database"
_SYSTEM_WORDS = "health status metrics monitoring workers beat redis queue throttled errors versions"

# Of each list: its words, its icon, its heading in the sidebar, its place there.
_LINKS = {
    "findings": ("Findings", "shield-alert", "", 5),
    "changes": ("Changes", "git-pull-request-arrow", "", 10),
    "drift": ("Drift", "file-diff", "", 15),
    "users": ("Users", "user", "IAM", 10),
    "groups": ("Groups", "users", "IAM", 20),
    "roles": ("Roles", "hat-glasses", "IAM", 30),
    "policies": ("Policies", "file-text", "IAM", 40),
    "people": ("People", "contact", "IAM", 45),
    "user-pools": ("User pools", "users-round", "Cognito", 10),
}
_POSITIONS = {"": 0, "IAM": 10, "Cognito": 20}


def _sees_iam(request: HttpRequest) -> bool:
    operator = request.user
    if not isinstance(operator, Operator) or not is_of_all_aws_accounts(request):
        return False
    return bool(operator.aws_accounts_with(roles_with(SEE_IAM)))


def _sees_people(request: HttpRequest) -> bool:
    operator = request.user
    if not isinstance(operator, Operator) or not is_of_all_aws_accounts(request):
        return False
    return bool(operator.aws_accounts_with(roles_with(SEE_PEOPLE)))


def _link(path: str, name: str) -> NavGroup:
    label, icon, heading, position = _LINKS[path]
    shows = _sees_people if path == "people" else _sees_iam
    item = NavItem(label, icon, name, per_aws_account=False, position=position, shows=shows)
    return NavGroup(heading, (item,), _POSITIONS[heading])


def _stages_in_several(request: HttpRequest, row: Any) -> bool:
    """Whether the operator may change such an object in another AWS account, too."""
    kind = kind_of(type(row))
    if kind is None or getattr(row, "is_reserved", False) or getattr(row, "is_aws", False):
        return False
    operator = signed_in(request)
    return sum(may(operator, kind.stage, each) for each in visible_aws_accounts(request)) > 1


def _owns_all(request: HttpRequest) -> bool:
    return is_of_all_aws_accounts(request) and _is_owner_of_all(request)


def _is_owner_of_all(request: HttpRequest) -> bool:
    return isinstance(request.user, Operator) and request.user.owns_all()


def _register_enrolment() -> None:
    permission.register_part(roll.PART)
    permission.register([replace(roll.LISTING, part=roll.PART)])
    register_shared_external_ids(SharedExternalIds(roll.organization_of, roll.check_shared))
    ticks.register_part(work.wake_waiting)
    register_sealed(proofs.SEALED_PROOFS)
    register_need(proofs.NEED)
    stepup.register_words(
        {
            "enrolment_new": "Make the enrolment",
            "enrolment_connect": "Connect the AWS accounts that work",
            "enrolment_end": "End the enrolment",
        }
    )


def _register_event_queues() -> None:
    panels.register(Panel("account", "events", "Events", rows=summary_rows, permission=ADMINISTER, position=65))
    stepup.register_words(
        {
            "event_queue_enter": "Enter the queue",
            "event_queue_end": "End that events are taken from the queue",
            "pipeline_name": "Accept what the pipeline changes",
        }
    )


def register() -> None:
    figures.register()
    _register_enrolment()
    search.register()
    _register_event_queues()
    register_object_link(
        ObjectLink("In all AWS accounts…", "layers", tuple(BY_KIND), "{}_everywhere", _stages_in_several)
    )
    home = NavItem("Overview", "gauge", "all_overview", per_aws_account=False, position=0, shows=_sees_iam)
    enrolment = NavItem("Enrolment", "plug", "enrolment_home", per_aws_account=False, position=20, shows=_owns_all)
    system = NavItem("System", "server", "system", per_aws_account=False, position=40, shows=_is_owner_of_all)
    places.register(SearchPlace("system", "System", "system", PAGES, _SYSTEM, words=_SYSTEM_WORDS, icon="server"))
    lists = [(each.path, each.name) for each in LISTS]
    links = (_link(path, name) for path, name in (("findings", "all_findings"), ("people", "all_people"), *lists))
    register_shell(ShellProvider(NavGroup("", (home, enrolment, system), 0), *links))
