"""What forms about people of a pool have in common: each says before the click which message goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from accounts.access import may
from accounts.roles import PROPOSE
from cognito.models import CognitoGroup, CognitoUser, UserPool
from cognito.people import schema
from cognito.people.guarded import guarded_attributes, prefetch_groups, why_guarded_person
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.base import PersonOperation, on_person
from cognito.people.operations.credentials import PASSWORD
from cognito.people.person_record import allowed_by, people_settings_of
from iamconsole.web.words import some
from identities.account import password_policy
from objects.fields import NamedField
from objects.object_actions import ActionForm
from sync.operations import Refusal, StepSpec, registry
from sync.plan_draft import Draft
from sync.sealed import keep_typed

MADE_UP, TYPED = "made_up", "typed"
_PREFIX = "set-"


class GroupOfPoolField(NamedField):
    unknown = ""  # the sentence where it isn't one of these; {} stands for what was typed

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("group", lambda aws_account: CognitoGroup.objects.none(), help_text="Its name.", **kwargs)

    def of_pool(self, pool: UserPool) -> None:
        self.rows = CognitoGroup.objects.live().filter(pool=pool).order_by("name_key")

    def missing(self, said: str) -> Any:
        if self.unknown:
            raise forms.ValidationError(self.unknown.format(said[:80]))
        return super().missing(said)

    def words_of(self, row: Any) -> str:
        """A group has no ARN of its own."""
        carries = f"carries the role {row.role_arn.rpartition('/')[2]}" if row.role_arn else ""
        return ", ".join(filter(None, (row.description, carries)))

    def meant(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        """To the letter: names of groups have upper and lower case."""
        return rows.filter(name=said)


class OfPoolForm(ActionForm):
    """About a pool, or about people of one."""

    @property
    def pool(self) -> UserPool:
        pool: UserPool = getattr(self.target, "pool", self.target)
        return pool

    @cached_property
    def by_helpdesk(self) -> bool:
        """By who may propose no more."""
        return not may(self.operator, PROPOSE, self.aws_account)

    @cached_property
    def draft(self) -> Draft:
        """What is guarded is looked up once."""
        return Draft(self.aws_account)


class GuardedNames(OfPoolForm):
    """About attributes: of those that can give AWS access or an account away, helpdesk gets no field."""

    def offered(self, names: Sequence[str]) -> list[str]:
        guarded = self._guarded(names)
        return [name for name in names if name not in guarded]

    def tell_left_out(self, names: Sequence[str]) -> None:
        """Below the heading, where something is."""
        if guarded := self._guarded(names):
            verb = "isn’t" if len(guarded) == 1 else "aren’t"
            described = f"{some(guarded, shown=len(guarded))} {verb} for helpdesk: ask an editor or an owner."
            self.about = " ".join(filter(None, (self.about, described)))

    def _guarded(self, names: Sequence[str]) -> list[str]:
        return guarded_attributes(self.draft, self.pool.aws_id, names) if self.by_helpdesk else []


class AttributeFields(GuardedNames):
    """A field for each attribute that can be set. What is left empty stays as it is."""

    new: ClassVar[bool] = False  # of somebody who isn’t there yet

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required = set(schema.required(self.pool))
        self.tell_left_out(schema.settable(self.pool, new=self.new))
        for name in self.names():
            self.fields[f"{_PREFIX}{name}"] = _field(name, required=name in required)
        self.order_fields([name for name in self.fields if name not in ("title", "reason")])

    def names(self) -> list[str]:
        """Whether an address is verified stands after what is said of people."""
        offered = self.offered(schema.settable(self.pool, new=self.new))
        return sorted(offered, key=lambda name: name.endswith("_verified"))

    def seldom(self) -> list[str]:
        """Of the attributes that every pool has, those that this one neither needs nor has on its list."""
        asked = {*schema.required(self.pool), *allowed_by(people_settings_of(self.pool))}
        names = [name for name in self.names() if name not in asked and not name.startswith("custom:")]
        return [f"{_PREFIX}{name}" for name in names]

    def values(self) -> dict[str, str]:
        """Those that were filled in."""
        cleaned = self.cleaned_data
        return {
            name.removeprefix(_PREFIX): cleaned[name] for name in cleaned if name.startswith(_PREFIX) and cleaned[name]
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, sentence in schema.problems(self.pool, self.known_values(), new=self.new).items():
            self.add_error(f"{_PREFIX}{name}" if f"{_PREFIX}{name}" in self.fields else None, sentence)
        return cleaned

    def known_values(self) -> dict[str, str]:
        """… and what else is known of them."""
        return self.values()


def _field(name: str, *, required: bool) -> forms.Field:
    words = "The pool requires it; left empty, it stays." if required else ""
    if name.endswith("_verified"):
        choices = [("", "Leave to AWS"), ("true", "Verified"), ("false", "Not verified")]
        return forms.ChoiceField(label=name, choices=choices, required=False)
    return forms.CharField(label=name, max_length=2048, required=False, help_text=words)


class PersonPasswordFields(OfPoolForm):
    """A password that is typed, and sealed at once, or thought up by the console."""

    how = forms.ChoiceField(
        label="The password",
        choices=[
            (MADE_UP, "Generate a password; whoever applies the change sees it once, for 15 minutes"),
            (TYPED, "I type one"),
        ],
        initial=MADE_UP,
        widget=forms.RadioSelect,
    )
    password = forms.CharField(
        required=False,
        strip=False,
        label="Typed password",
        help_text="Only if you type one. After an error in the form you type it again: pages never contain it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("how") == TYPED:
            typed = cleaned.get("password", "")
            for sentence in refusals(self.pool, typed) if typed else ["Type the password."]:
                self.add_error("password", sentence)
        return cleaned

    def sealed_password(self) -> dict[str, Any]:
        """As a step takes it."""
        made_up = self.cleaned_data["how"] == MADE_UP
        text = think_up(self.pool) if made_up else self.cleaned_data["password"]
        reference = keep_typed(text, name=PASSWORD, aws_account=self.aws_account, operator=self.operator)
        return {"password": reference, "made_up": made_up}


# ---- Forms about people of one pool --------------------------------------------------------------------------------
class PersonForm(OfPoolForm):
    """About people of one pool."""

    tells: ClassVar[str] = ""  # what comes of it, beside the message

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = " ".join(filter(None, (self.tells, self.said(self.target), self.why_guarded)))

    @cached_property
    def why_guarded(self) -> str:
        """Of the first of them who may have access to AWS, where this could hand the account over."""
        operation = registry.get(self.kind)
        if not isinstance(operation, PersonOperation) or operation.only_takes:
            return ""
        prefetch_groups(self.draft, [person.aws_id for person in self.targets])
        return next(filter(None, (why_guarded_person(self.draft, person) for person in self.targets)), "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.by_helpdesk and self.why_guarded:
            self.add_error(None, f"{self.why_guarded} It isn’t for helpdesk: ask an editor or an owner.")
        return cleaned

    def said(self, person: CognitoUser) -> str:
        """Which message goes out, and what goes on."""
        return NO_MESSAGE

    def steps(self) -> Sequence[StepSpec]:
        if len({person.pool_id for person in self.targets}) > 1:
            raise Refusal("These are people of several pools: do it with those of one pool at a time.")
        return [step for person in self.targets for step in self.steps_of(person)]

    def steps_of(self, person: CognitoUser) -> Sequence[StepSpec]:
        return [on_person(person, self.kind, self.said(person), **self.parameters(person))]

    kind: ClassVar[str] = ""

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {}


# ---- Whether a password satisfies a pool's policy, said before it is sent; and passwords that do -------------------
# "Adding user pool password requirements" in the Amazon Cognito Developer Guide.
LONGEST = 256
# By IAM's names, what pools call alike.
_RULES = {
    "MinimumLength": "MinimumPasswordLength",
    "RequireUppercase": "RequireUppercaseCharacters",
    "RequireLowercase": "RequireLowercaseCharacters",
    "RequireNumbers": "RequireNumbers",
    "RequireSymbols": "RequireSymbols",
}


def refusals(pool: UserPool, password: str) -> list[str]:
    """Sentences; none where it is fine."""
    if len(password) > LONGEST or any(character.isspace() for character in password):
        return [f"AWS takes at most {LONGEST} characters, and no blanks."]
    return password_policy.missing(_policy(pool), password)


def think_up(pool: UserPool) -> str:
    return password_policy.think_up(_policy(pool))


def _policy(pool: UserPool) -> Mapping[str, Any]:
    said = pool.settings.get("Policies", {}).get("PasswordPolicy", {})
    return {theirs: said[ours] for ours, theirs in _RULES.items() if ours in said} or {"MinimumPasswordLength": 8}
