"""Form fields of what roles say of themselves."""

from __future__ import annotations

from typing import Any

from django import forms

from identities.operations.roles import (
    LONGEST_DESCRIPTION,
    LONGEST_SESSION_S,
    SHORTEST_SESSION_S,
    USUAL_SESSION_S,
)


class DescriptionField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_DESCRIPTION, required=False, **kwargs)


class MinutesField(forms.IntegerField):
    """The longest session of a role; AWS counts it in seconds."""

    def __init__(self, **kwargs: Any) -> None:
        usual = {
            "label": "Longest session, in minutes",
            "initial": USUAL_SESSION_S // 60,
            "min_value": SHORTEST_SESSION_S // 60,
            "max_value": LONGEST_SESSION_S // 60,
            "help_text": "60 to 720. Then it is assumed anew.",
        }
        super().__init__(**{**usual, **kwargs})
