from __future__ import annotations

from django import forms

from sync.forms import NO_PEOPLE, REASON_LENGTH
from sync.operation_mixins import MOST_DAYS
from unused.operations import LEAST_DAYS

USUAL_DAYS = 30


class CleanUpForm(forms.Form):
    days = forms.IntegerField(
        label="Days until it is deleted",
        min_value=LEAST_DAYS,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
        help_text=f"{LEAST_DAYS} to {MOST_DAYS}. What somebody uses, or brings back, in the meantime isn’t deleted.",
        error_messages={
            "required": f"Say after how many days it is deleted, {LEAST_DAYS} to {MOST_DAYS}.",
            "invalid": f"That is no number of days: {LEAST_DAYS} to {MOST_DAYS}.",
            "min_value": f"At least {LEAST_DAYS} days: somebody has to have the time to miss it.",
            "max_value": f"At most {MOST_DAYS} days.",
        },
    )
    title = forms.CharField(max_length=200, required=False, label="What it does")
    reason = forms.CharField(
        required=False,
        max_length=REASON_LENGTH,
        label="Reason",
        help_text=NO_PEOPLE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
