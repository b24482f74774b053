"""What an operator says to mute findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from findings.models import Finding
from findings.mute_limits import longest_mute
from findings.services import LONGEST_REASON

_USUAL = timedelta(days=30)
_FARTHEST = timedelta(days=10_000)  # from now: of days near the end of the calendar some have no time of that day


class MuteForm(forms.Form):
    """For findings that are muted together, until the shortest of their limits at most."""

    reason = forms.CharField(
        label="Reason",
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everybody who sees the finding reads it. No names of customers.",
        error_messages={"required": "Say why it is muted: who reads this next has to know."},
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
        super().__init__(*args, **kwargs)
        longest = min(longest_mute(finding.severity) for finding in findings)
        today = timezone.localdate()
        until = self.fields["until"]
        until.initial = today + min(longest, _USUAL)
        until.widget.attrs |= {"min": f"{today + timedelta(days=1)}", "max": f"{today + longest}"}
        until.help_text = f"{longest.days} days at most. Then it is open again by itself."
        self.fields["reason"].widget.attrs["maxlength"] = LONGEST_REASON

    @property
    def ends(self) -> datetime:
        """At this time of that day, of the cleaned form."""
        day: date = self.cleaned_data["until"]
        away = day - timezone.localdate()
        return timezone.now() + max(-_FARTHEST, min(_FARTHEST, away))
