"""What an owner says when they start a review, and what reviewers say of several grants at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.access import who_may
from accounts.models import AwsAccount, Operator
from accounts.names import on_one_line
from accounts.roles import SEE_IAM
from findings.owners import groups_that_may_own
from reviews.grants import source_of, sources
from reviews.models import LONGEST_TITLE, Review
from reviews.services import NewReview
from sync.forms import NO_PEOPLE, REASON_LENGTH

USUAL = timedelta(days=14)
_LONGEST = timedelta(days=366)
_CHECKS = {"class": "form-check-input"}
_MOST_GROUPS = 100


def _checks(label: str, **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, widget=forms.CheckboxSelectMultiple(attrs=_CHECKS), **more)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Until the end of that day (UTC). Reviewers are reminded three days before, and then.",
        error_messages={"required": "Choose a day.", "invalid": "Write the day as YYYY-MM-DD."},
    )


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=timezone.get_default_timezone())


class _DueForm(forms.Form):
    due_on = _day("Due on")

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        today = timezone.localdate()
        if not today <= day <= today + _LONGEST:
            raise forms.ValidationError(f"Choose a day from today on, within {_LONGEST.days} days.")
        return day

    @property
    def due_at(self) -> datetime:
        return end_of(self.cleaned_data["due_on"])


class PostponeForm(_DueForm):
    pass


class StartForm(_DueForm):
    title = forms.CharField(
        label="What it is called",
        max_length=LONGEST_TITLE,
        validators=[on_one_line],
        help_text=f"Such as “Q4 2026”. {NO_PEOPLE}",
        error_messages={"required": "Give it a name: the next one refers to it."},
    )
    aws_accounts = _checks("AWS accounts", error_messages={"required": "Choose at least one AWS account."})
    sources = _checks("Grants", error_messages={"required": "Choose at least one kind of grants."})
    only = forms.ChoiceField(
        label="Which of them",
        choices=Review.Only.choices,
        widget=forms.RadioSelect(attrs=_CHECKS),
        initial=Review.Only.WRITING,
    )
    group_names = forms.CharField(
        label="Only these groups",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="Names of groups, one a line: their members, and what they have themselves. Empty: whoever has it.",
    )
    operators = _checks(
        "Reviewers", required=False, help_text="Each gets only what they may see, and nobody their own."
    )
    groups = _checks("Reviewers by group", required=False, help_text="All who are in it now.")
    by_owner_tag = forms.BooleanField(
        label="First whom a tag names",
        required=False,
        help_text="The tag owner or team of a user, role or permission set, where it is the e-mail of an operator.",
    )
    field_order = ("title", "aws_accounts", "sources", "only", "group_names", "operators", "groups")

    def __init__(self, owned: Sequence[AwsAccount], actor: Operator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self._owned = {each.account_id: each for each in owned}
        self._operators = {str(each.pk): each for account in owned for each in who_may(SEE_IAM, account)}
        self._groups = {str(each.pk): each for account in owned for each in groups_that_may_own(account)}
        self._offer("aws_accounts", [(key, str(each)) for key, each in self._owned.items()])
        self._offer("sources", [(each.name, each.label) for each in sources()])
        people = sorted(self._operators.items(), key=lambda pair: str(pair[1]).casefold())
        self._offer("operators", [(key, f"{each} ({each.email})") for key, each in people])
        self._offer("groups", [(key, str(each)) for key, each in self._groups.items()])
        if not self._groups:
            del self.fields["groups"]
        today = timezone.localdate()
        self.fields["due_on"].initial = today + USUAL
        self.fields["sources"].initial = [each.name for each in sources()]
        self.fields["aws_accounts"].initial = list(self._owned) if len(self._owned) == 1 else []

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  declared above
        field.choices = choices

    def clean_group_names(self) -> list[str]:
        lines = self.cleaned_data["group_names"].splitlines()
        names = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
        if len(names) > _MOST_GROUPS:
            raise forms.ValidationError(f"At most {_MOST_GROUPS} groups: make several reviews of it.")
        return names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in ("operators", "groups", "by_owner_tag")):
            self.add_error("operators", "Pick at least one reviewer, or let tags name them.")
        return cleaned

    def wanted(self) -> NewReview:
        """Of the cleaned form."""
        cleaned = self.cleaned_data
        found = [source_of(name) for name in cleaned["sources"]]
        return NewReview(
            cleaned["title"].strip(),
            [self._owned[key] for key in cleaned["aws_accounts"]],
            [each for each in found if each is not None],
            cleaned["only"],
            cleaned["group_names"],
            self.due_at,
            [self._operators[key] for key in cleaned["operators"]],
            [self._groups[key] for key in cleaned.get("groups", ())],
            cleaned["by_owner_tag"],
        )


class DecideForm(forms.Form):
    """`revokes`: then it needs a reason; what is kept may have one."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=REASON_LENGTH,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=f"The report and the audit trail show it. {NO_PEOPLE}",
        error_messages={"required": "Say why it is revoked."},
    )

    def __init__(self, *args: Any, revokes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = revokes


class PassOnForm(forms.Form):
    to = forms.ChoiceField(label="To", error_messages={"required": "Choose who decides them."})

    def __init__(self, places: Collection[AwsAccount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = {str(each.pk): each for place in places for each in who_may(SEE_IAM, place)}
        self._operators = dict(sorted(found.items(), key=lambda pair: str(pair[1]).casefold()))
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", "Choose…"), *((key, f"{each} ({each.email})") for key, each in self._operators.items())]

    @property
    def chosen(self) -> Operator:
        """Of the cleaned form."""
        return self._operators[self.cleaned_data["to"]]
