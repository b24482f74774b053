"""The form of a pasted document: its type, what it belongs to, and the editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import AwsAccount, Operator
from objects.object_actions import EditorForm
from policies.drafts import MOST_SENT
from policies.engine.lint.sizes import RCP, SCP, of_resource
from policies.engine.lint.subject import service_of
from policies.engine.statements import document_in
from policies.engine.structure import DocumentType
from policies.fields import DocumentField
from policies.pasted.chosen_type import LONGEST_RESOURCE, PastedType, pasted_type, subject_of

AS_IT_LOOKS = ("", "As it looks")
_CONTROL = {DocumentType.SCP: SCP, DocumentType.RCP: RCP}


class PastedField(DocumentField):
    """Its type is the form's to set."""

    check = "check_policy_said"
    view_address = "check_policy_view"
    above_template = "policies/pasted/type.html"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(None, **kwargs)

    def set_type(self, kind: DocumentType) -> None:
        self.kind = kind  # of this form's field alone
        self.counts_white_space = not kind.is_kept_by_iam

    def limit(self, text: str, aws_account: AwsAccount) -> int:
        if self.kind is DocumentType.RESOURCE:
            return of_resource(_services_in(text))
        return _CONTROL.get(self.kind) or super().limit(text, aws_account)

    def asked(self, form: Any) -> dict[str, str]:
        """What was said, and not what it looks like now: what is typed next may be of another type."""
        said = {"kind": form.type.said or "", "resource": form.resource}
        return {name: value for name, value in said.items() if value}

    def asked_of_view(self, form: Any) -> dict[str, str]:
        return self.asked(form)

    def describe(self, text: str, form: Any) -> Mapping[str, Any]:
        return {"type": form.type}

    def subject(self, form: Any) -> Mapping[str, str]:
        return subject_of(self.kind, form.resource)


class PastedPolicyForm(EditorForm):
    """Nothing is staged by it. `text`: what the editor begins with."""

    kind = forms.ChoiceField(
        required=False,
        label="Type",
        choices=[AS_IT_LOOKS, *((each.value, each.label) for each in DocumentType)],
    )
    belongs = forms.CharField(
        required=False,
        max_length=LONGEST_RESOURCE,
        label="Resource that it belongs to",
        help_text="Of a resource-based policy: the ARN, such as arn:aws:s3:::acme-reports.",
    )
    document = PastedField(required=False, label="Document as JSON")

    def __init__(
        self,
        aws_account: AwsAccount,
        operator: Operator,
        asked: Mapping[str, str],
        data: QueryDict | None = None,
        text: str = "",
    ) -> None:
        super().__init__(data, initial={"kind": asked.get("kind", ""), "document": text})
        self.aws_account, self.operator = aws_account, operator
        self.type: PastedType = pasted_type("", "")
        self._set_type()
        self.take_view(asked)
        self._set_type()

    def _set_type(self) -> None:
        """By the text as it is now: the fields of a view may have changed it."""
        self.type = pasted_type(str(self["kind"].value() or ""), str(self["document"].value() or ""))
        field = self.fields["document"]
        assert isinstance(field, PastedField)  # noqa: S101  as declared
        field.set_type(self.type.kind)

    def fix(self, key: str) -> None:
        super().fix(key)
        self._set_type()

    @property
    def resource(self) -> str:
        return str(self["belongs"].value() or "").strip()[:LONGEST_RESOURCE]

    @property
    def about_type(self) -> Sequence[Any]:
        return [self["kind"], self["belongs"]]


def _services_in(text: str) -> set[str]:
    """By the actions that the document names."""
    if len(text) > MOST_SENT:
        return set()
    words = (word for each in document_in(text).statements if not each.has("NotAction") for word in each.action_words)
    return {service_of(word.lower()) for word in words} - {""}
