"""Edits of a document that is there: nothing typed is lost, and nothing that came meanwhile goes unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from iamconsole.web.diff import DiffLine, document_diff
from objects.object_actions import ActionForm
from policies.draft_blocks import ShownBlock
from policies.models import Document
from policies.operations.documents import text_of

SKELETON = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [],
      "Resource": []
    }
  ]
}"""
_MOVED = "The document was changed while you were editing: this is yours. Sent again, it replaces the one of now."
_SINCE = "The document was changed since you began this draft. Staged, your text replaces the one of now."
_THERE_SINCE = "An inline policy of that name was made since you began this draft. Staged, your text replaces it."
_THERE = "There is an inline policy of that name already. Sent again, this one replaces it."


class DocumentEditForm(ActionForm):
    """`base` says what it began with. Derive from it; the derived form has the field `document`.

    Where something else is there by the time it comes, it is shown again, with what changed in the meantime.
    """

    template = "policies/document_edit.html"
    skeleton: ClassVar[str] = ""  # what the editor begins with where there is nothing yet

    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    # What a finding's button mends in the text that the editor begins with: the key of a fix (policies/fixes.py).
    mend = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = self.current(self.initial)
        mend = str(self.initial.pop("mend", "") or "")
        self.initial.update({"document": there.text if there else self.skeleton, "base": self.base_of(there)})
        if there and mend:
            field: Any = self.fields["document"]
            self.initial["document"] = field.fixed(there.text, mend, self.aws_account).text
        self.meanwhile: list[DiffLine] = []  # what changed since it began
        self.meanwhile_access: list[ShownBlock] = []  # and whose access by that
        self.moved = ""  # a sentence that something did, of a draft that is opened

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        """What is there now."""
        raise NotImplementedError

    def base_of(self, there: Document | None) -> str:
        """What `base` is of it."""
        return there.canonical_hash if there else ""

    def text_at(self, base: str) -> str | None:
        """What was there when an edit began with `base`; None where that isn't known any more."""
        return text_of(base)

    def moved_words(self, base: str) -> str:
        """That another document is there than the one that it began with."""
        return _MOVED if base else _THERE

    def resume(self, base: str) -> None:
        """A draft that began with `base` is opened: says what changed since. Staged, it replaces what is there now."""
        there = self.current(self.initial)
        if base == self.base_of(there):
            return
        self.moved = self.since_words(base)
        self._compare(base, there)

    def since_words(self, base: str) -> str:
        """That another document is there than the one that a draft began with."""
        return _SINCE if base else _THERE_SINCE

    def _compare(self, base: str, there: Document | None) -> None:
        """What became of the document since `base`, and of access by that."""
        began = self.text_at(base)
        if began and there:
            document: Any = self["document"]
            self.meanwhile = document_diff(began, there.text)
            self.meanwhile_access = document.blocks_between(began, there.text)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        there = self.current(cleaned)
        base, now = cleaned.get("base", ""), self.base_of(there)
        if base == now:
            return cleaned
        self._compare(base, there)
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, whose fields may have several values
        data["base"] = now
        self.data = data
        raise forms.ValidationError(self.moved_words(base))
