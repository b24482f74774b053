"""The actions on a person; most can be done with many at once. Each says before the click which message goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Prefetch, prefetch_related_objects

from accounts.roles import PROPOSE
from cognito.models import CognitoUser, PoolProvider
from cognito.people import changes, messages
from cognito.people.actions.asked import EndSessionForm, ForgetDeviceForm, LinkForm, UnlinkForm
from cognito.people.actions.base import PersonForm, PersonPasswordFields
from cognito.people.actions.profile import (
    MAY_VERIFY,
    AttributesForm,
    DropAttributeForm,
    FactorsForm,
    JoinCognitoGroupForm,
    LeaveCognitoGroupForm,
    LostTokenForm,
)
from cognito.people.messages import EMAIL, NO_MESSAGE, SMS
from cognito.people.operations.base import on_person
from cognito.people.operations.user_status import clients_without_secret
from objects import object_actions
from objects.fields import offer
from objects.object_actions import ObjectAction
from sync.calls import concealed
from sync.operations import StepSpec

PLACE = "cognito_user"
Status = CognitoUser.Status


class EnablePersonForm(PersonForm):
    heading = "Enable {names}"
    kind = "cognito.user.enable"
    tells = "They can sign in again, with what they signed in with before."


class DisablePersonForm(PersonForm):
    heading = "Disable {names}"
    kind = "cognito.user.disable"
    tells = "They can’t sign in any more, until somebody enables them."

    def said(self, person: CognitoUser) -> str:
        return f"{NO_MESSAGE} {messages.goes_on(person.pool)}"


class SignOutForm(PersonForm):
    heading = "Sign {names} out everywhere"
    kind = "cognito.user.sign_out"
    tells = "Every app asks them to sign in again once their tokens have expired; refresh tokens are void at once."

    def said(self, person: CognitoUser) -> str:
        return f"{NO_MESSAGE} {messages.signed_out(person.pool)}"


class ConfirmPersonForm(PersonForm):
    heading = "Confirm the sign-up of {names}"
    kind = "cognito.user.confirm"
    tells = "They can sign in without the code that AWS sent. Their e-mail address isn’t verified by that."


class ResendCodeForm(PersonForm):
    heading = "Send {names} the code of the sign-up once more"
    kind = "cognito.user.resend_code"
    tells = "The code that was sent before is void. Cognito sends five an hour at most to one person."
    client = forms.ChoiceField(
        label="App client", help_text="By whose id it is asked for: the app that they signed up in."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "client", [(client.aws_id, client.name) for client in clients_without_secret(self.pool)])

    def said(self, person: CognitoUser) -> str:
        return messages.sign_up_code(person.pool, person)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not clients_without_secret(self.pool):
            self.add_error(
                None, "Every app client of this pool has a secret, by which only the app can ask for a code."
            )
        return cleaned

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {"client_id": self.cleaned_data["client"]}


class ResetPersonPasswordForm(PersonForm):
    heading = "Reset the password of {names}"
    kind = "cognito.user.reset_password"
    tells = "The old password is void at once: they need the code to set a new one."

    def said(self, person: CognitoUser) -> str:
        return messages.recovery(self.pool, person)


class SetPersonPasswordForm(PersonPasswordFields, PersonForm):
    heading = "Set a password for {names}"
    kind = "cognito.user.set_password"
    tells = "The old password is void at once. Tell them the new one yourself."
    permanent = forms.BooleanField(
        required=False, label="They may keep it; else they choose a new one at the next sign-in"
    )

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {"permanent": self.cleaned_data["permanent"], **self.sealed_password()}


class ChannelForm(PersonForm):
    channel = forms.ChoiceField(label="By", choices=[(EMAIL, "E-mail"), (SMS, "Text message")], initial=EMAIL)

    @property
    def chosen(self) -> str:
        said: str = getattr(self, "cleaned_data", {}).get("channel") or EMAIL
        return said

    def said(self, person: CognitoUser) -> str:
        return messages.invitation(person.pool, self.chosen)


class InviteAgainForm(ChannelForm):
    heading = "Invite {names} once more"
    kind = "cognito.user.resend_invite"
    tells = "With a new temporary password; the one that was sent before is void."

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {"name": concealed(person.name), "channel": self.chosen}


class DeletePersonForm(PersonForm):
    heading = "Delete {names}"
    tells = "For good: who signs up again is somebody new. Who is enabled is disabled first."

    def steps_of(self, person: CognitoUser) -> Sequence[StepSpec]:
        disable = [on_person(person, "cognito.user.disable", NO_MESSAGE)] if person.enabled else []
        return [*disable, on_person(person, "cognito.user.delete", NO_MESSAGE)]


def _is_local(person: Any) -> bool:
    return bool(person.status != Status.EXTERNAL_PROVIDER)


def _may_be_linked(person: Any) -> bool:
    """Two actions ask: the providers are read once."""
    prefetch_related_objects([person.pool], Prefetch("poolproviders", PoolProvider.objects.live(), to_attr="providers"))
    return _is_local(person) and bool(person.pool.providers)


def _invited(person: CognitoUser) -> str:
    return f"{messages.invitation(person.pool, EMAIL)} {changes.voids(person)}".rstrip()


def _recovered(person: CognitoUser) -> str:
    return messages.recovery(person.pool, person)


def _code_again(person: CognitoUser) -> str:
    return messages.sign_up_code(person.pool, person)


def _waits_for_code(person: Any) -> bool:
    return bool(person.status == Status.UNCONFIRMED and messages.code_goes_to(person.pool))


def _none(person: CognitoUser) -> str:
    return NO_MESSAGE


def _perhaps(person: CognitoUser) -> str:
    return MAY_VERIFY


def register() -> None:
    object_actions.register(
        PLACE,
        ObjectAction(
            "reset-password",
            "Reset the password…",
            ResetPersonPasswordForm,
            icon="lock-keyhole",
            many=True,
            message=_recovered,
            position=10,
            offered=lambda person: person.enabled and person.status in (Status.CONFIRMED, Status.RESET_REQUIRED),
        ),
        ObjectAction(
            "set-password",
            "Set a password…",
            SetPersonPasswordForm,
            icon="key-round",
            offered=_is_local,
            message=_none,
            position=11,
        ),
        ObjectAction(
            "invite-again",
            "Invite once more…",
            InviteAgainForm,
            icon="mail",
            many=True,
            message=_invited,
            position=12,
            offered=lambda person: person.status == Status.FORCE_CHANGE_PASSWORD,
        ),
        ObjectAction(
            "confirm",
            "Confirm the sign-up…",
            ConfirmPersonForm,
            icon="circle-check",
            many=True,
            message=_none,
            position=13,
            offered=lambda person: person.status == Status.UNCONFIRMED,
        ),
        ObjectAction(
            "resend-code",
            "Send the sign-up code once more…",
            ResendCodeForm,
            icon="mail",
            many=True,
            message=_code_again,
            position=14,
            offered=_waits_for_code,
        ),
        ObjectAction(
            "lost-token",
            "Remove a lost authenticator app…",
            LostTokenForm,
            icon="smartphone",
            offered=_is_local,
            message=_none,
            position=20,
        ),
        ObjectAction(
            "factors",
            "Second factors…",
            FactorsForm,
            icon="shield-check",
            offered=_is_local,
            message=_none,
            position=21,
        ),
        ObjectAction(
            "sign-out", "Sign out everywhere…", SignOutForm, icon="timer-off", many=True, message=_none, position=30
        ),
        ObjectAction("end-session", "End a session…", EndSessionForm, icon="log-out", message=_none, position=31),
        ObjectAction(
            "forget-device",
            "Forget a device…",
            ForgetDeviceForm,
            icon="smartphone",
            message=_none,
            position=32,
            offered=lambda person: bool(person.pool.settings.get("DeviceConfiguration")),
        ),
        ObjectAction("attributes", "Set attributes…", AttributesForm, icon="pencil", message=_perhaps, position=40),
        ObjectAction(
            "drop-attribute",
            "Remove an attribute…",
            DropAttributeForm,
            icon="eraser",
            many=True,
            message=_none,
            position=41,
        ),
        ObjectAction(
            "join", "Add to a group…", JoinCognitoGroupForm, icon="user-plus", many=True, message=_none, position=50
        ),
        ObjectAction(
            "leave",
            "Remove from a group…",
            LeaveCognitoGroupForm,
            icon="user-minus",
            many=True,
            message=_none,
            position=51,
        ),
        ObjectAction(
            "link",
            "Link an account at a provider…",
            LinkForm,
            icon="link",
            message=_none,
            position=55,
            offered=_may_be_linked,
            needs=PROPOSE,
        ),
        ObjectAction(
            "unlink",
            "Unlink an account…",
            UnlinkForm,
            icon="unlink",
            message=_none,
            position=56,
            offered=_may_be_linked,
            needs=PROPOSE,
        ),
        ObjectAction(
            "enable",
            "Enable…",
            EnablePersonForm,
            icon="circle-check",
            many=True,
            message=_none,
            position=60,
            offered=lambda person: not person.enabled,
        ),
        ObjectAction(
            "disable",
            "Disable…",
            DisablePersonForm,
            icon="circle-off",
            many=True,
            danger=True,
            message=_none,
            position=61,
            offered=lambda person: person.enabled,
        ),
        ObjectAction(
            "delete",
            "Delete…",
            DeletePersonForm,
            icon="trash-2",
            many=True,
            danger=True,
            message=_none,
            position=90,
            needs=PROPOSE,
        ),
    )
