"""What an operator says of findings: to mute or accept them, who looks after them, how a rule is set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from findings.models import Finding, FindingSeverity, RuleSetting
from findings.mute_limits import longest_mute
from findings.owners import groups_that_may_own, may_own
from findings.services import LONGEST_REASON

_USUAL = timedelta(days=30)
_FARTHEST = timedelta(days=10_000)  # from now: of days near the end of the calendar some have no time of that day


def _reason(said: str, why: str) -> forms.CharField:
    return forms.CharField(
        label="Reason",
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
        help_text=said,
        error_messages={"required": why},
    )


class ActForm(forms.Form):
    """For several findings together."""

    def __init__(self, findings: Sequence[Finding], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = findings


class MuteForm(ActForm):
    """For findings that are muted together, until the shortest of their limits at most."""

    reason = _reason(
        "Everybody who sees the finding reads it. No names of customers.",
        "Say why it is muted: who reads this next has to know.",
    )
    until = forms.DateField(
        label="Until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Choose a day: every mute ends.",
            "invalid": "Write the day as YYYY-MM-DD.",
        },
    )

    def __init__(self, findings: Sequence[Finding], *args: Any, **kwargs: Any) -> None:
        super().__init__(findings, *args, **kwargs)
        longest = min(longest_mute(finding.severity) for finding in findings)
        today = timezone.localdate()
        until = self.fields["until"]
        until.initial = today + min(longest, _USUAL)
        until.widget.attrs |= {"min": f"{today + timedelta(days=1)}", "max": f"{today + longest}"}
        until.help_text = f"{longest.days} days at most. Then it is open again by itself."

    @property
    def ends(self) -> datetime:
        """At this time of that day, of the cleaned form."""
        day: date = self.cleaned_data["until"]
        away = day - timezone.localdate()
        return timezone.now() + max(-_FARTHEST, min(_FARTHEST, away))


class AcceptForm(ActForm):
    reason = _reason(
        "Everybody who sees the finding reads it. It is open again when it gets worse, or was mended and is back.",
        "Say why it is accepted: who reads this next has to know.",
    )


class AssignForm(ActForm):
    """To an operator or a group who see findings of all the AWS accounts concerned."""

    owner = forms.ChoiceField(label="Owner", required=False)

    def __init__(self, findings: Sequence[Finding], *args: Any, **kwargs: Any) -> None:
        super().__init__(findings, *args, **kwargs)
        places = list({each.aws_account_id: each.aws_account for each in findings}.values())
        self.people: dict[str, Operator] = {f"operator:{each.pk}": each for each in _in_all(places, may_own)}
        self.groups: dict[str, Group] = {f"group:{each.pk}": each for each in _in_all(places, groups_that_may_own)}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [
            ("", "Whom a tag of the object names"),
            ("Groups", [(key, str(each)) for key, each in self.groups.items()]),
            ("Operators", [(key, str(each)) for key, each in self.people.items()]),
        ]
        field.help_text = "A tag owner or team of the object counts where nobody is chosen."

    @property
    def chosen(self) -> dict[str, Any]:
        """Of the cleaned form."""
        key = self.cleaned_data["owner"]
        return {"owner": self.people.get(key), "group": self.groups.get(key)}


def _in_all(places: Sequence[AwsAccount], of: Any) -> list[Any]:
    """Those of the first that all the others have, too."""
    first, *others = places
    ids = [set(of(each).values_list("pk", flat=True)) for each in others]
    return [row for row in of(first) if all(row.pk in known for known in ids)]


class StageFixesForm(ActForm):
    title = forms.CharField(max_length=200, required=False, label="What it does")
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Reason",
        help_text="Approvers and the audit trail show it: no names or addresses of customers here either.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmForm(forms.Form):
    """That somebody looked at a control by hand."""

    passes = forms.TypedChoiceField(
        label="What you saw",
        choices=[("yes", "It passes"), ("no", "It fails")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Say what you saw."},
    )
    note = forms.CharField(
        label="What you looked at",
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
        help_text="It holds for 90 days. Everybody who sees findings reads it: no names of customers.",
        error_messages={"required": "Say what you looked at: who reads this next has to know."},
    )


class FindingRuleForm(forms.Form):
    """How an AWS account has a rule set."""

    setting = forms.ChoiceField(
        label="In this AWS account",
        required=False,
        choices=[
            ("", "As the rule is"),
            *((each.value, f"{each.label} at least") for each in FindingSeverity if each is not FindingSeverity.LOW),
            ("off", "Off: nothing is listed, counted or sent"),
        ],
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
        help_text="Everybody who sees the rule reads it. No names of customers.",
    )

    def __init__(self, setting: RuleSetting | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if setting is not None:
            self.initial = {"setting": "off" if setting.is_off else setting.severity, "reason": setting.reason}

    @property
    def is_off(self) -> bool:
        return bool(self.cleaned_data["setting"] == "off")

    @property
    def severity(self) -> str:
        return "" if self.is_off else str(self.cleaned_data["setting"])
