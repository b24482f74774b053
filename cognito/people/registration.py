"""What the people of user pools add: how the mirror reads them, what can be done to them, and when they are erased."""

from __future__ import annotations

from accounts.roles import SEE_PEOPLE
from cognito.people import erasure, search
from cognito.people.actions import people as actions_on_people
from cognito.people.changes import is_of_people
from cognito.people.mirrors.members import MembersSource
from cognito.people.mirrors.person import GROUPS_OF_PERSON, PERSON
from cognito.people.mirrors.source import PeopleSource
from cognito.people.operations import attributes, credentials, groups, linking, making, sessions, user_status
from cognito.people.selectors import people_of
from iamconsole.web import panels
from iamconsole.web.counts import lately
from sync import mirror, operations
from sync.ticks import register_part

_LEDE = "To copy: who did what for whom and when, and what they will see"
_OPERATIONS = (
    making.CreatePerson(),
    making.ResendInvitation(),
    user_status.EnablePerson(),
    user_status.DisablePerson(),
    user_status.ConfirmPerson(),
    user_status.ResendCode(),
    credentials.ResetPassword(),
    credentials.SetPersonPassword(),
    attributes.SetAttributes(),
    attributes.DeleteAttributes(),
    groups.AddToGroup(),
    groups.RemoveFromGroup(),
    credentials.SetPreference(),
    credentials.DeleteToken(),
    sessions.SignOut(),
    sessions.RevokeSession(),
    sessions.ForgetDevice(),
    linking.LinkAccount(),
    linking.UnlinkAccount(),
    user_status.DeletePerson(),
)


def register() -> None:
    search.register()
    mirror.register(PERSON, GROUPS_OF_PERSON)
    mirror.register_source(PeopleSource())
    mirror.register_source(MembersSource())
    operations.register(*_OPERATIONS)
    actions_on_people.register()
    register_part(erasure.erase_due)
    panels.register(
        panels.Panel(
            "cognito_pool",
            "people",
            "People",
            "cognito_pool_people",
            count=lambda pool: lately(people_of(pool)),
            permission=SEE_PEOPLE,
            position=20,
        )
    )
    panels.register(
        panels.Panel(
            "change.afterwards", "ticket", "Note for a ticket", "change_ticket", lede=_LEDE, shows=is_of_people
        )
    )
