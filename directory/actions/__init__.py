"""What can be done with Identity Center from its pages."""

from __future__ import annotations

from directory.actions import assignments, groups, people, permission_sets


def register() -> None:
    assignments.register()
    permission_sets.register()
    groups.register()
    people.register()
