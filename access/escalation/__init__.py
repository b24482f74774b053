"""Privilege escalation: how principals can become administrators, by techniques as data; finds the shortest paths."""

from __future__ import annotations

from access.escalation.account import EscalationAccount
from access.escalation.paths import EscalationPath, paths
from access.escalation.search import TECHNIQUES, Search

__all__ = ["EscalationAccount", "EscalationPath", "escalations"]


def escalations(account: EscalationAccount) -> list[EscalationPath]:
    """The shortest first, of these those that suppose nothing that the mirror doesn't know.

    Administrators themselves have none.
    """
    search = Search(account)
    search.look(TECHNIQUES)
    found = {(path.source, path.technique): path for path in paths(search)}
    search.suppose()
    for path in paths(search):
        found.setdefault((path.source, path.technique), path)
    return sorted(found.values(), key=lambda path: (len(path.steps), path.supposes, path.source, path.technique))
