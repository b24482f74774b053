"""The form of a guard rail with a document of the operators' own: in the editor that policies have, with a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from access.guard_rails.content import RailContent
from access.guard_rails.form import RailForm
from access.guard_rails.parameters import LONGEST_DOCUMENT
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from objects.object_actions import EditorForm
from policies import page_editors
from policies.engine.structure import DocumentType
from policies.fields import DocumentField
from policies.page_editors import PageEditor
from sync.models import SafeguardVersion
from sync.safeguards.scopes import Scope
from sync.safeguards.services import LONGEST_NAME

PLACE, NAME = "guard_rail", "own"
SKELETON = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Action": [],
      "Resource": "*"
    }
  ]
}"""
_PART = re.compile(r"(?:label-(\d{1,15})-)?(\d{1,15})?", re.ASCII)
_MOVED = (
    "Somebody changed the guard rail while you were editing: this is yours. Sent again, it replaces the one of now."
)
_SINCE = "The guard rail was changed since you began this draft. Saved, your text replaces the one of now."


class RailDocumentField(DocumentField):
    """It is written, and checked, as a service control policy; the guard rail says beyond that what it takes."""

    kind = DocumentType.SCP
    check = "guard_rail_check"
    view_address = "check_policy_view"
    counts_white_space = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(None, **kwargs)

    def clean(self, value: Any) -> str:
        return str(forms.CharField.clean(self, value))  # the guard rail's parameter reads it

    def limit(self, text: str, aws_account: AwsAccount) -> int:
        return LONGEST_DOCUMENT

    def asked(self, form: Any) -> dict[str, str]:
        return {}

    def subject(self, form: Any) -> Mapping[str, str]:
        return {"pasted": "yes"}


class OwnRailForm(EditorForm, RailForm):
    heading: ClassVar[str] = "A guard rail of your own"
    part_field: ClassVar[str] = ""

    base = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    name = forms.CharField(max_length=LONGEST_NAME, label="What it says", help_text="A sentence, in your words.")
    document = RailDocumentField(label="What no plan may let anybody do")

    def __init__(
        self,
        *args: Any,
        scope: Scope,
        home: AwsAccount,
        operator: Operator,
        asked: Mapping[str, str],
        version: SafeguardVersion | None = None,
        **kwargs: Any,
    ) -> None:
        """`home`: the AWS account in which it is written: its own, or one that has the label."""
        content = RailContent.read(version.content) if version else None
        super().__init__(*args, scope=scope, content=content, name=version.name if version else "", **kwargs)
        self.aws_account, self.operator = home, operator
        self.part = part_of(scope, version.safeguard_id if version else None)
        self._now = str(version.number) if version else ""
        self.moved = ""  # a sentence that somebody else changed it since a draft began
        self.initial.setdefault("document", "")
        self.initial.update({"base": self._now, "document": self.initial["document"] or SKELETON})
        self.take_view(asked)

    def resume(self, base: str) -> None:
        """A draft that began with version `base` is opened."""
        self.moved = _SINCE if base != self._now else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self._now or "base" not in self.data or cleaned.get("base") == self._now:
            return cleaned
        self._write(self["base"], self._now)
        raise forms.ValidationError(_MOVED)

    def opened(self, place: str = PLACE, action: str = NAME) -> None:
        """Its page is about to be shown. What AWS can't be asked of has no drafts: nobody proposes anything there."""
        if self.aws_account.is_connected:
            super().opened(place, action)

    @property
    def beside(self) -> list[forms.BoundField]:
        """The fields before the editor."""
        return [bound for bound in self.visible_fields() if bound.name not in ("document", "reason", "others")]

    @property
    def below(self) -> list[forms.BoundField]:
        return [self[name] for name in ("others", "reason") if name in self.fields]


def part_of(scope: Scope, safeguard: int | None) -> str:
    """As its draft names it: "12", "label-3-12"; without the last number what isn't there yet."""
    label = "" if isinstance(scope, AwsAccount) else f"label-{scope.pk}-"
    return f"{label}{safeguard or ''}"


def _url(aws_account: AwsAccount, part: str) -> str:
    found = _PART.fullmatch(part)
    label, safeguard = found.groups() if found else (None, None)
    prefix, where = ("label_", int(label)) if label else ("", aws_account.account_id)
    if safeguard:
        return reverse(f"{prefix}guard_rail", args=[where, int(safeguard)])
    return reverse(f"{prefix}guard_rail_new", args=[where])


def register() -> None:
    page_editors.register(PageEditor(PLACE, NAME, OwnRailForm, ADMINISTER, _url))
