"""What this app adds: links to contain somebody from their page, and where they are found."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts import stepup
from accounts.access import may, signed_in
from accounts.models import Operator
from accounts.roles import CONTAIN, roles_with
from contain import reports
from contain.models import Containment
from contain.subjects.registry import KINDS
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.search import places
from objects.object_links import ObjectLink, register_object_link
from sync.tombstones import register_need


def _may_contain(request: HttpRequest, row: Any) -> bool:
    return row.gone_at is None and may(signed_in(request), CONTAIN, row.aws_account)


def _may_somewhere(request: HttpRequest) -> bool:
    operator = request.user
    return isinstance(operator, Operator) and bool(operator.aws_accounts_with(roles_with(CONTAIN)))


def register() -> None:
    register_object_link(ObjectLink("Contain…", "siren", tuple(KINDS), "{}_contain", _may_contain))
    link = NavItem("Contain", "siren", "contain_home", per_aws_account=False, position=90, shows=_may_somewhere)
    register_shell(ShellProvider(NavGroup("Access", (link,))))
    places.register(
        places.SearchPlace(
            "contain",
            "Contain somebody",
            "contain_home",
            places.TASKS,
            "Cut off a leaked key, a user, a role, a session or a person at once.",
            words="leaked key stolen compromised incident revoke sessions night",
            icon="siren",
        )
    )
    reports.register()
    register_need(Containment)
    stepup.register_words(
        {
            **{f"{slug}_contain_begin": "Contain them" for slug in KINDS},
            "containment_retry": "Retry the step",
            "containment_start": "Start what was not started",
        }
    )
