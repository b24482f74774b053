"""What can be done with people of user pools, from a person's page and from the list of a pool's people."""

from cognito.people.actions import people
from cognito.people.tickets import is_of_people
from iamconsole.web import panels

__all__ = ["register"]

_LEDE = "To copy: who did what for whom and when, and what they will see"


def register() -> None:
    people.register()
    panels.register(
        panels.Panel(
            "change.afterwards", "ticket", "Note for a ticket", "change_ticket", lede=_LEDE, shows=is_of_people
        )
    )
