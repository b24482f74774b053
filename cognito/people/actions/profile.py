"""Actions on what is known of a person, groups and attributes, and on second factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from cognito.models import CognitoMembership, CognitoUser
from cognito.people import messages, schema
from cognito.people.actions.base import AttributeFields, GroupOfPoolField, GuardedNames, PersonForm
from cognito.people.guarded import why_not_for_helpdesk
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.attributes import as_params
from cognito.people.operations.credentials import FACTORS
from cognito.people.person_record import allowed_by, people_settings_of
from iamconsole.web.words import some
from objects.fields import offer
from sync.operations import Refusal, StepSpec

MAY_VERIFY = "A message is sent where a new address is to be verified; the plan says so."


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
        return messages.of_attributes(person.pool, values) if values else MAY_VERIFY

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
        names = [name for name in schema.settable(self.pool) if not schema.undeletable(self.pool, name)]
        names = [name for name in names if not name.endswith("_verified")]
        self.tell_left_out(names)
        offer(self, "attribute", [(name, name) for name in self.offered(names)])

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        name = self.cleaned_data["attribute"]
        return {"names": [name], "compared": [name] if name in allowed_by(people_settings_of(person.pool)) else []}


# ---- Actions on a person’s second factors --------------------------------------------------------------------------
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
        offer(self, "preferred", [("", "None of them"), *((factor, label) for factor, (label, _) in FACTORS.items())])
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
