"""Writes the table of docs/changes.md of what may happen in which state: `python -m tests.sync.transitions_table`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from accounts.roles import Role, roles_with
from sync.changes.events import Event, FreshSignIn, OperatorEvent, Whose
from sync.changes.system_events import SYSTEM_EVENTS
from sync.changes.transitions import OPERATOR_EVENTS
from sync.models import Change

PAGE = Path("docs/changes.md")
_BEGIN, _END = "<!-- by tests/sync/transitions_table.py -->\n", "<!-- end -->\n"


def rendered() -> str:
    by_people = [_line(_called(event), event, _who(event), _asks(event)) for event in OPERATOR_EVENTS]
    by_system = [_line(event.name, event, event.by, "") for event in SYSTEM_EVENTS]
    head = "| what | in which states | leads to | who | asks for | and only where |\n|---|---|---|---|---|---|\n"
    return "".join([_BEGIN, head, *by_people, *by_system, _END])


def write() -> None:
    text = PAGE.read_text()
    PAGE.write_text(re.sub(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", lambda _: rendered(), text, flags=re.S))


def _line(called: str, event: Event, who: str, asks: str) -> str:
    cells = (called, _states(event.starts_from), _states(event.leads_to), who, asks, event.besides)
    return f"| {' | '.join(cells)} |\n"


def _called(event: OperatorEvent) -> str:
    return f"*{event.button.label}* (`{event.name}`)"


def _states(states: Iterable[Change.State]) -> str:
    found = set(states)
    if found == set(Change.State):
        return "any"
    if len(found) > 8:
        left = ", ".join(state.value for state in Change.State if state not in found)
        return f"any but {left}"
    return ", ".join(state.value for state in Change.State if state in found)


def _who(event: OperatorEvent) -> str:
    roles = {role for perm in event.needs for role in roles_with(perm)}
    who = ", ".join(role.label.lower() for role in Role if role in roles)
    if more := {role for perm in event.needs_at_end for role in roles_with(perm)} - roles:
        who += f"; of the end of temporary access also {', '.join(role.label.lower() for role in Role if role in more)}"
    if event.own_by_care:
        who += "; helpdesk of their own"
    return who if event.whose is Whose.ANYBODYS else f"{who}; {event.whose.value}"


def _asks(event: OperatorEvent) -> str:
    fresh = {
        FreshSignIn.NEVER: "",
        FreshSignIn.ALWAYS: "fresh sign-in",
        FreshSignIn.FOR_END: "fresh sign-in for the end of temporary access",
    }
    asked = (fresh[event.fresh_sign_in], event.words, "the name of what it destroys" if event.types_name else "")
    return ", ".join(filter(None, asked))


if __name__ == "__main__":
    write()
