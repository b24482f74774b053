"""A text that operators paste or give as a file, and see again as a text: the fields of that, and bytes to text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from objects.forms import StageForm

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
