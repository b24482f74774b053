"""What an operator says to stage a change."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

    independent: ClassVar[bool] = False  # no step of it stops the others (sync.models.Change)

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

    @property
    def not_before(self) -> datetime | None:
        """Until when the change waits once it is applied, of the cleaned form; None: not at all."""
        return None

    def steps(self) -> Sequence[StepSpec]:
        """Of the cleaned form. Raises Refusal with a sentence."""
        raise NotImplementedError

    def titled(self, steps: Sequence[StepSpec]) -> str:
        """The title that was typed, or one made of the steps."""
        if value := self.cleaned_data["title"]:
            return str(value)
        return title_of_specs(steps)

    def refuse(self, refusal: ForOperator, sentence: str = "") -> None:
        """Puts it beside the field that it is about, if there is one, else above them. `sentence`: said instead."""
        name = self.named_otherwise.get(refusal.field, refusal.field)
        beside = name in self.fields and not self.fields[name].widget.is_hidden
        self.add_error(name if beside else None, sentence or str(refusal))

    def refuse_too_long(self) -> None:
        """For a form that takes a file: the one that was given is longer than its view lets through."""


def title_of_specs(steps: Sequence[StepSpec]) -> str:
    """ "Attach reports-read to the role reports-exporter, and 2 more". Raises BadParams."""
    operation = registry[steps[0].kind]
    first = operation.title(operation.parse(steps[0].params))
    return first if len(steps) == 1 else f"{first}, and {len(steps) - 1} more"


# ---- A text or a file ----------------------------------------------------------------------------------------------
# A text that operators paste or give as a file, and see again as a text: the fields of that, and bytes to text.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NotText(Exception):
    """The text is a sentence for the operator."""


@dataclass(frozen=True)
class TextOrFileLabels:
    """What the two fields say of themselves. `accept`: as HTML has it; `too_long`: what to do then."""

    text: str
    text_help: str
    file: str
    file_help: str
    accept: str
    too_long: str
    save_as: str = "UTF-8"


class TextOrFileForm(StageForm):
    """Derive from it, and read what `given` returns in `clean`."""

    asked: ClassVar[TextOrFileLabels]

    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "form-control mono"}),
    )
    file = forms.FileField(required=False, allow_empty_file=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text, file = self.fields["text"], self.fields["file"]
        text.label, text.help_text = self.asked.text, self.asked.text_help
        file.label, file.help_text = self.asked.file, self.asked.file_help
        file.widget.attrs["accept"] = self.asked.accept

    def given(self) -> str:
        """The text; that of the file where there is one, and it stands in the form from now on. Raises NotText."""
        data: Any = self.data
        if upload := self.cleaned_data.get("file"):
            text = decoded(upload.read(), self.asked.save_as).removeprefix("\ufeff")
            data = data.copy()
            data["text"] = text
            self.data = data
            return text
        return str(data.get("text", ""))

    def refuse_too_long(self) -> None:
        """The file was dropped on its way in; whatever else was said of it isn't so."""
        self.errors.pop("file", None)
        self.add_error("file", self.asked.too_long)


def decoded(data: bytes, save_as: str = "UTF-8") -> str:
    """Raises NotText."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "")
    if not encoding:  # UTF-16 without a mark: every other byte of a header line is 0
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be" if data[:1] == b"\0" else "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise NotText(f"The file is no text: it is neither UTF-8 nor UTF-16. Save it as “{save_as}”.") from None
