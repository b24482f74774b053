"""Operations on people of user pools. Plans, logs and the audit trail name them by their `sub`."""

from cognito.operations.people import (
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
from sync import operations

__all__ = ["register"]

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
    operations.register(*_OPERATIONS)
