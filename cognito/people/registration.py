"""What the people of user pools add: how the mirror reads them, what can be done to them, and when they are erased."""

from __future__ import annotations

from cognito.people import erasure
from cognito.people.groups import GROUPS_OF_PERSON
from cognito.people.members import MembersSource
from cognito.people.mirror import PERSON
from cognito.people.operations import (
    attributes,
    confirming,
    devices,
    groups,
    leaving,
    linking,
    making,
    mfa,
    passwords,
    signing_out,
    user_status,
)
from cognito.people.source import PeopleSource
from sync import beat, mirror, operations

_OPERATIONS = (
    making.CreatePerson(),
    making.ResendInvitation(),
    user_status.EnablePerson(),
    user_status.DisablePerson(),
    user_status.ConfirmPerson(),
    confirming.ResendCode(),
    passwords.ResetPassword(),
    passwords.SetPersonPassword(),
    attributes.SetAttributes(),
    attributes.DeleteAttributes(),
    groups.AddToGroup(),
    groups.RemoveFromGroup(),
    mfa.SetPreference(),
    mfa.DeleteToken(),
    signing_out.SignOut(),
    signing_out.RevokeSession(),
    devices.ForgetDevice(),
    linking.LinkAccount(),
    linking.UnlinkAccount(),
    leaving.DeletePerson(),
)


def register() -> None:
    mirror.register(PERSON, GROUPS_OF_PERSON)
    mirror.register_source(PeopleSource())
    mirror.register_source(MembersSource())
    operations.register(*_OPERATIONS)
    beat.register(erasure.erase_due)
