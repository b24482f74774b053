"""The form of the role builder: four questions at once, and what comes of the answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import AwsAccount, Operator
from guides.roles import known
from guides.roles.answers import RoleAnswers, Touch
from guides.roles.invoking import HAND, STARTER_BY_NAME, STARTERS, TARGETS, Started, starters_of
from guides.roles.known import NotFoundError
from guides.roles.outside import ISSUER_BY_NAME
from guides.roles.own_log import own_log
from guides.roles.rows import ADD, MOST_ROWS, rows_of, with_row
from guides.roles.steps import steps_of
from guides.roles.trust_form import OUTSIDE_CHOICES, SERVICE_CHOICES, TrustFields
from identities.actions.make import FixedPathField
from identities.actions.roles import DescriptionField
from identities.actions.trusted_services import BY_PRINCIPAL, EC2
from identities.forms import RoleField
from identities.models import IamRole
from objects.fields import NamedField
from objects.forms import StageForm
from policies.fields import PolicyField
from sync.operations import StepSpec

REMOVE, STAGE = "take_out", "stage"  # a form whose button is called "remove" has no method of that name any more
_PATH = re.compile(r"([\w+=,.@-]+(/[\w+=,.@-]+)*)?", re.ASCII)
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
# IAM User Guide, "Tags for AWS Identity and Access Management resources".
_TAG_KEY = re.compile(r"(?!aws:)[\w .:/=+@-]{1,128}")
_TAG_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
_MOST_TAGS = 50
INLINE, MANAGED = "inline", "managed"


class TagsField(forms.CharField):
    """ "team=shop, data=orders". Cleans to a mapping."""

    def clean(self, value: Any) -> dict[str, str]:
        said = [each.strip() for each in re.split(r"[,\n]", super().clean(value)) if each.strip()]
        found: dict[str, str] = {}
        for each in said:
            key, equals, text = (part.strip() for part in each.partition("="))
            if not equals or not _TAG_KEY.fullmatch(key) or not _TAG_VALUE.fullmatch(text):
                raise forms.ValidationError(f"“{each[:60]}” is no tag: write key=value, separated by commas.")
            if key.casefold() in {other.casefold() for other in found}:
                raise forms.ValidationError(f"{key} is given twice.")
            found[key] = text
        if len(found) > _MOST_TAGS:
            raise forms.ValidationError(f"A role has {_MOST_TAGS} tags at most.")
        return found


class RoleBuilderForm(TrustFields, StageForm):
    """Always bound: a page that is opened has the usual answers. `rows`: what it may touch."""

    named_otherwise = MappingProxyType({**StageForm.named_otherwise, "arn": "name", "boundary_arn": "boundary"})

    starts = forms.ChoiceField(
        choices=[(each.name, each.title) for each in STARTERS], required=False, label="What starts it"
    )
    starter_role = RoleField(
        required=False,
        label="Its role",
        help_text="One that is there gets one more policy. If empty, a new one is made for it.",
    )
    own_logs = forms.BooleanField(required=False, label="It writes its own log")
    add = forms.CharField(required=False, max_length=2_048, label="Add a resource")
    name = forms.CharField(
        required=False, max_length=64, label="Role name", help_text="If empty, that of what has the role."
    )
    path = FixedPathField()
    boundary = PolicyField(label="Permissions boundary", required=False)
    tags = TagsField(required=False, max_length=4_000, help_text="Such as team=shop, data=orders.")
    policy_as = forms.ChoiceField(
        choices=[(INLINE, "Inline: of this role alone"), (MANAGED, "Managed: others can have it, too")],
        widget=forms.RadioSelect,
        label="Its policy",
        required=False,
    )
    description = DescriptionField()

    def __init__(self, aws_account: AwsAccount, operator: Operator, data: QueryDict) -> None:
        super().__init__(data)
        self.aws_account, self.operator = aws_account, operator
        self.set_up_trust()
        self.rows = rows_of(aws_account, data)
        self.answers: RoleAnswers | None = None  # once it is valid
        self.problems: list[tuple[str, str]] = []  # what it lacks: the id of the field, and a sentence
        for name, field in self.fields.items():
            if isinstance(field, NamedField):
                field.of(aws_account)
                field.widget.attrs |= {"list": f"id_{name}_list", "autocomplete": "off"}

    # ---- What the page shows ---------------------------------------------------------------------------------
    @property
    def service_choices(self) -> Sequence[Any]:
        return SERVICE_CHOICES

    @property
    def outside_choices(self) -> Sequence[Any]:
        return OUTSIDE_CHOICES

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.asks]

    @property
    def kept_fields(self) -> list[forms.BoundField]:
        """What isn't asked now, and was typed for another answer."""
        return [self[name] for name in self.of_trust if name not in self.asks]

    @property
    def service_page(self) -> str:
        """AWS's page about the roles of the chosen one; "" where the table has none."""
        if issuer := ISSUER_BY_NAME.get(self.chosen):
            return issuer.page
        known_service = BY_PRINCIPAL.get(self.service)
        return known_service.guide if known_service else ""

    @property
    def service_says(self) -> str:
        """Whether it says on whose behalf it comes, in a sentence."""
        if self.chosen in ISSUER_BY_NAME:
            return "Its tokens name their subject and audience."
        known_service = BY_PRINCIPAL.get(self.service)
        source = known_service.says_source if known_service else None
        if source is None:
            return "It says with no condition key on whose behalf it comes."
        return f"It says on whose behalf it comes (“{source.page}”)."

    @property
    def starters(self) -> Sequence[Any]:
        return starters_of(self.service)

    @property
    def start_note(self) -> str:
        target = TARGETS.get(self.service)
        return target.notes.get(self.chosen_start, "") if target else ""

    @property
    def chosen_start(self) -> str:
        said = str(self["starts"].value() or "")
        return said if said in {each.name for each in self.starters} else HAND

    @property
    def starts_by_role(self) -> bool:
        target = TARGETS.get(self.service)
        return bool(target) and self.chosen_start in target.ways  # type: ignore[union-attr]  # there is one

    @property
    def offers_own_log(self) -> bool:
        return own_log(self.aws_account, self.service, "eu-west-1", "name") is not None

    # ---- What is answered ------------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        trust = self.trust_of(cleaned)
        named = str(cleaned.get("named") or "").strip() if "named" in self.asks else ""
        name = str(cleaned.get("name") or "").strip() or named
        if not _ROLE.fullmatch(name):
            hint = "Give it a name" if not name else "A role’s name has letters, digits and +=,.@_- only"
            self.add_error("name", f"{hint}, at most 64 characters.")
        touches = self._touches(cleaned, named)
        started = self._started(cleaned, named, name)
        if trust is None or self.errors or touches is None:
            return cleaned
        self.answers = RoleAnswers(
            self.aws_account,
            name,
            cleaned["path"],
            trust,
            touches,
            cleaned["description"],
            cleaned["boundary"],
            cleaned["tags"],
            cleaned["policy_as"] == MANAGED,
            self.service == EC2,
            started,
        )
        return cleaned

    def clean_path(self) -> str:
        """/ at both ends, as AWS wants it."""
        value = str(self.cleaned_data["path"]).strip("/")
        if not _PATH.fullmatch(value):
            raise forms.ValidationError("A path has letters, digits and +=,.@_- between its slashes.")
        return f"/{value}/" if value else "/"

    def _touches(self, cleaned: Mapping[str, Any], named: str) -> list[Touch] | None:
        """None: something is wrong with a row."""
        if sum(not row.is_valid() for row in self.rows):  # each says what is wrong with it
            self.add_error(None, "Something is wrong with what it may touch: see there.")
            return None
        found = [row.touch for row in self.rows]
        seen = {(each.arn, each.prefix) for each in found}
        if len(seen) < len(found):
            self.add_error(None, "The same resource is listed twice: say in one row what it may do there.")
        log = own_log(self.aws_account, self.service, str(cleaned.get("region") or ""), named)
        return [*found, *([log] if log and cleaned.get("own_logs") and named else [])]

    def _started(self, cleaned: Mapping[str, Any], named: str, name: str) -> Started | None:
        if not self.starts_by_role:
            return None
        if not named:
            self.add_error("named", "Name it, for what starts it to be allowed that.")
            return None
        starter = STARTER_BY_NAME[self.chosen_start]
        role: IamRole | None = cleaned.get("starter_role")
        return Started(
            starter, self.service, str(cleaned.get("region") or ""), named, f"{name[:50]}-{starter.name}", role
        )

    def steps(self) -> Sequence[StepSpec]:
        assert self.answers is not None  # noqa: S101  the view asks of a valid form alone
        return steps_of(self.answers)

    def titled(self, steps: Sequence[StepSpec]) -> str:
        assert self.answers is not None  # noqa: S101  as above
        return str(self.cleaned_data["title"]) or f"Make the role {self.answers.name}"

    # ---- Without saying what is wrong ------------------------------------------------------------------------
    def look(self) -> None:
        """Finds what the answers come to, and keeps what they lack for the result alone: nothing is staged yet."""
        self.is_valid()
        for name, errors in self.errors.items():
            at = self[name].id_for_label if name in self.fields else ""
            self.problems += [(at, str(error)) for error in errors]
        for row in self.rows:
            self.problems += [
                (row[name].id_for_label, str(each)) for name, found in row.errors.items() for each in found
            ]
            row.errors.clear()
        self.errors.clear()


def added(aws_account: AwsAccount, data: QueryDict) -> QueryDict:
    """With a row of what is typed to be added. Raises NotFoundError."""
    rows = rows_of(aws_account, data)
    if len(rows) >= MOST_ROWS:
        raise NotFoundError(f"A role that touches more than {MOST_ROWS} resources does too much: make another one.")
    resource = known.found(aws_account, data.get(ADD, ""))
    listed = [(row.resource.arn, row["below"].value() or "") for row in rows if row.resource]
    if (resource.arn, resource.prefix) in listed:
        raise NotFoundError("It is listed already: say there what it may do.")
    found = with_row(data, resource)
    found[ADD] = ""
    return found
