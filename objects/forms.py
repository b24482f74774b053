"""What an operator says to stage a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from accounts.models import AwsAccount
from objects.fields import UntilField
from sync.operations import StepSpec, registry
from sync.params import ForOperator


class StageForm(forms.Form):
    """What every proposal says of itself, and the steps that come of it. Derive from it, and set `aws_account`."""

    # Where a field has another name than the parameter that it is for: the parameter's, and the field's.
    named_otherwise: ClassVar[Mapping[str, str]] = {"until": "ends"}
    if_untitled: ClassVar[str] = "If empty, it is made from the steps."

    aws_account: AwsAccount

    title = forms.CharField(max_length=200, required=False, label="What it does")
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Reason",
        help_text="Approvers and the audit trail show it: no names or addresses of customers here either.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = f"For the list of changes. {self.if_untitled}"

    @property
    def until(self) -> datetime | None:
        """When what it gives is to be taken away again, of the cleaned form."""
        found: datetime | None = next(
            (self.cleaned_data[name] for name, field in self.fields.items() if isinstance(field, UntilField)), None
        )
        return found

    def steps(self) -> Sequence[StepSpec]:
        """Of the cleaned form. Raises Refusal with a sentence."""
        raise NotImplementedError

    def titled(self, steps: Sequence[StepSpec]) -> str:
        """The title that was typed, or one made of the steps."""
        if value := self.cleaned_data["title"]:
            return str(value)
        return _title(steps[0]) if len(steps) == 1 else f"{_title(steps[0])}, and {len(steps) - 1} more"

    def refuse(self, refusal: ForOperator, sentence: str = "") -> None:
        """Puts it beside the field that it is about, if there is one, else above them. `sentence`: said instead."""
        name = self.named_otherwise.get(refusal.field, refusal.field)
        beside = name in self.fields and not self.fields[name].widget.is_hidden
        self.add_error(name if beside else None, sentence or str(refusal))

    def refuse_too_long(self) -> None:
        """For a form that takes a file: the one that was given is longer than its view lets through."""


def _title(step: StepSpec) -> str:
    operation = registry[step.kind]
    return operation.title(operation.parse(step.params))
