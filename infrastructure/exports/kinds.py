"""The lists whose rows can be exported as code."""

from __future__ import annotations

from dataclasses import dataclass

from iamconsole.web.tables import Table
from identities.object_pages import GROUP, ROLE, USER
from identities.tables import GROUPS, ROLES, USERS
from objects.object_pages import ObjectPages
from policies.tables import POLICIES
from policies.views.managed_policies import POLICY


@dataclass(frozen=True)
class ExportedList:
    kind: ObjectPages
    table: Table


LISTS = {
    listed.kind.many: listed
    for listed in (
        ExportedList(USER, USERS),
        ExportedList(GROUP, GROUPS),
        ExportedList(ROLE, ROLES),
        ExportedList(POLICY, POLICIES),
    )
}
