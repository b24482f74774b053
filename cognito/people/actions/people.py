"""The actions on a person; most can be done with many at once. Each says before the click which message goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Prefetch, prefetch_related_objects

from accounts.roles import PROPOSE
from cognito.models import CognitoMembership, CognitoUser, PoolProvider
from cognito.people import messages, schema, temporary_passwords
from cognito.people.actions.asked import EndSessionForm, ForgetDeviceForm, LinkForm, UnlinkForm
from cognito.people.actions.base import PersonForm
from cognito.people.actions.fields import AttributeFields, GroupOfPoolField, GuardedNames, PersonPasswordFields
from cognito.people.guarded import why_not_for_helpdesk
from cognito.people.messages import EMAIL, NO_MESSAGE, SMS
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from cognito.people.operations.confirming import clients_without_secret
from cognito.people.operations.mfa import FACTORS
from cognito.people.person_record import allowed_by, people_settings_of
from iamconsole.web.words import some
from objects import object_actions
from objects.object_actions import ObjectAction
from sync.calls import concealed
from sync.operations import Refusal, StepSpec

PLACE = "cognito_user"
_ADDRESS = "A message is sent where a new address is to be verified; the plan says so."
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
        field = self.fields["client"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = [(client.aws_id, client.name) for client in clients_without_secret(self.pool)]

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


class JoinCognitoGroupForm(PersonForm):
    heading = "Add {names} to a group"
    kind = "cognito.user.group.add"
    tells = (
        "Who is in it already is left out. A group that gives access to AWS, by a role or by rules of an identity "
        "pool, isn’t for helpdesk."
    )
    group = GroupOfPoolField(label="Group")
    wants: ClassVar[bool] = False  # members, to do it with

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["group"]
        assert isinstance(field, GroupOfPoolField)  # noqa: S101  for the type checker
        field.of_pool(self.pool)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        group = cleaned.get("group") if self.by_helpdesk else None
        if group and (why := why_not_for_helpdesk(self.draft, self.pool.arn, group.name)):
            self.add_error("group", why)
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        group = self.cleaned_data["group"]
        held = CognitoMembership.objects.filter(group=group, user__in=self.targets, gone_at__isnull=True)
        members = set(held.values_list("user", flat=True))
        fit = [person for person in self.targets if (person.pk in members) is self.wants]
        return [step for person in fit or self.targets for step in self.steps_of(person)]

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {"group": self.cleaned_data["group"].name}


class LeaveCognitoGroupForm(JoinCognitoGroupForm):
    heading = "Remove {names} from a group"
    kind = "cognito.user.group.remove"
    tells = "Who isn’t in it is left out. Tokens that they have say the group until they expire."
    wants = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["group"]
        assert isinstance(field, GroupOfPoolField) and field.rows is not None  # noqa: S101  for the type checker
        theirs = CognitoMembership.objects.filter(user__in=self.targets, gone_at__isnull=True)
        field.rows = field.rows.filter(pk__in=theirs.values("group"))
        names = [name for name, _ in field.suggestions]
        field.help_text = f"In {some(names)}." if names else "In no group, as far as the mirror knows."
        field.unknown = "None of them is in a group “{}”, as far as the mirror knows."


class AttributesForm(AttributeFields, PersonForm):
    heading = "Set attributes of {names}"
    kind = "cognito.user.attributes.set"
    tells = "Only what you fill in is changed. The plan shows the values to who may see people; no log does."

    def said(self, person: CognitoUser) -> str:
        values = self.values() if self.is_bound and hasattr(self, "cleaned_data") else {}
        return messages.of_attributes(person.pool, values) if values else _ADDRESS

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        values, kept = self.values(), allowed_by(people_settings_of(person.pool))
        if not values:
            raise Refusal("Fill in what is to be set.")
        said_verified = {name for name in ("email", "phone_number") if values.get(f"{name}_verified") == "true"}
        waiting = sorted(messages.waiting_for_code(person.pool) - said_verified)
        return as_params(person.aws_id, values, [name for name in kept if name not in waiting], waiting)


class DropAttributeForm(GuardedNames, PersonForm):
    heading = "Remove an attribute of {names}"
    kind = "cognito.user.attributes.delete"
    tells = "Its value is gone; of an attribute that the mirror keeps, the reverse brings it back."
    attribute = forms.ChoiceField(label="Attribute")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["attribute"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        names = [name for name in schema.settable(self.pool) if not schema.undeletable(self.pool, name)]
        names = [name for name in names if not name.endswith("_verified")]
        self.tell_left_out(names)
        field.choices = [(name, name) for name in self.offered(names)]

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        name = self.cleaned_data["attribute"]
        return {"names": [name], "compared": [name] if name in allowed_by(people_settings_of(person.pool)) else []}


class FactorsForm(PersonForm):
    heading = "Second factors of {names}"
    kind = "cognito.user.mfa.preference"
    tells = "A factor must be set up before it can be on. AWS is asked for what is on now when the change is applied."
    preferred = forms.ChoiceField(label="Asked for first", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Stays as it is"), ("on", "On"), ("off", "Off")]
        for factor, (label, _) in FACTORS.items():
            self.fields[factor] = forms.ChoiceField(label=label.capitalize(), choices=choices, required=False)
        first = self.fields["preferred"]
        assert isinstance(first, forms.ChoiceField)  # noqa: S101  for the type checker
        first.choices = [("", "None of them"), *((factor, label) for factor, (label, _) in FACTORS.items())]
        self.order_fields([*FACTORS, "preferred"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first = cleaned.get("preferred")
        if first and cleaned.get(first) != "on":
            self.add_error("preferred", f"Turn {FACTORS[first][0]} on, too: what is asked for first must be on.")
        elif not any(cleaned.get(factor) for factor in FACTORS):
            self.add_error(None, "Say which factor is to be on or off.")
        return cleaned

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        cleaned = self.cleaned_data
        on, off = ([factor for factor in FACTORS if cleaned[factor] == how] for how in ("on", "off"))
        return {"on": on, "off": off, "preferred": cleaned["preferred"]}


class LostTokenForm(PersonForm):
    heading = "Remove the authenticator app of {names}"
    kind = "cognito.user.mfa.delete_totp"
    tells = (
        "For a phone that was lost. Make sure that it is they who ask: who has the password gets in without the app."
    )

    def said(self, person: CognitoUser) -> str:
        return f"{NO_MESSAGE} {messages.after_lost_token(person.pool)}"


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
    return f"{messages.invitation(person.pool, EMAIL)} {temporary_passwords.voids(person)}".rstrip()


def _recovered(person: CognitoUser) -> str:
    return messages.recovery(person.pool, person)


def _code_again(person: CognitoUser) -> str:
    return messages.sign_up_code(person.pool, person)


def _waits_for_code(person: Any) -> bool:
    return bool(person.status == Status.UNCONFIRMED and messages.code_goes_to(person.pool))


def _none(person: CognitoUser) -> str:
    return NO_MESSAGE


def _perhaps(person: CognitoUser) -> str:
    return _ADDRESS


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
