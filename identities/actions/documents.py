"""Writing documents: inline policies, and who may assume a role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from identities.actions.make import FixedPathField, NewForm
from identities.forms import TrustField
from identities.models import InlinePolicy, Principal
from identities.operations import attach, delete_inline, put_inline, update_trust
from identities.operations.inline import SIZES
from identities.operations.owners import KINDS_OF_OWNERS
from objects.fields import UntilField
from objects.object_actions import ActionForm
from policies.ending import ends_itself
from policies.fields import DocumentField
from policies.models import Document
from policies.operations import create_policy, policy_arn
from policies.quotas import INLINE_OF_USER, TRUST_POLICY
from sync.operations import StepSpec

LONGEST_NAME = 128  # IAM API Reference, PutRolePolicy
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
# Of a managed policy, which never changes its path.
_MOVED = "The document was changed while you were editing: this is yours. Sent again, it replaces the one of now."
_THERE = "There is an inline policy of that name already. Sent again, this one replaces it."
_OWNER = {kind.model: kind for kind in KINDS_OF_OWNERS}


def inline_of(owner: Principal) -> QuerySet[InlinePolicy]:
    held = InlinePolicy.objects.live().filter(**{_OWNER[type(owner)].word: owner})
    return held.select_related("document").order_by("name")


def _begin(there: Document | None, otherwise: str) -> dict[str, str]:
    """What the editor begins with."""
    if there is None:
        return {"document": otherwise, "base": ""}
    return {"document": there.text, "base": there.canonical_hash}


class DocumentEditForm(ActionForm):
    """An edit of a document begins with what is there, and says so when that is something else by the time it comes."""

    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        """What is there now."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        now = self.current(cleaned)
        base = now.canonical_hash if now else ""
        if cleaned.get("base", "") != base:
            self.data = {**self.data.dict(), "base": base}  # type: ignore[attr-defined]  # a QueryDict
            raise forms.ValidationError(_MOVED if cleaned.get("base") else _THERE)
        return cleaned


class PutInlineForm(DocumentEditForm):
    heading = "Inline policy of {names}"
    about = "It belongs to this identity only, and is deleted with it."
    policy = forms.CharField(max_length=LONGEST_NAME, label="Name", help_text="Letters, digits and +=,.@_- only.")
    document = DocumentField(INLINE_OF_USER, label="Inline policy as JSON")
    ends = UntilField(
        "Left empty, it stays. Its statements that allow get a condition on aws:CurrentTime, so AWS ends them by "
        "itself; then this console puts back what is there now, by a change that is planned and approved together with "
        "this one."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = self.fields["document"]
        assert isinstance(document, DocumentField)  # noqa: S101  as declared
        document.quota = SIZES[_OWNER[type(self.target)]]
        there = self.current(self.initial)
        self.initial.update(_begin(there, SKELETON))

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        row = inline_of(self.target).filter(name=cleaned.get("policy", "")).first()
        return row.document if row else None

    def steps(self) -> Sequence[StepSpec]:
        document = self.cleaned_data["document"]
        if self.until is not None:
            document = ends_itself(document, self.until)
        return [put_inline(self.target, self.cleaned_data["policy"], document)]


class OneInlineForm(ActionForm):
    """About one of those that the owner has."""

    policy = forms.ChoiceField(label="Inline policy")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["policy"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
        field.choices = [(name, name) for name in inline_of(self.target).values_list("name", flat=True)]


class DeleteInlineForm(OneInlineForm):
    heading = "Delete an inline policy of {names}"
    about = "What only it allows is no longer allowed; what it denies is no longer denied."

    def steps(self) -> Sequence[StepSpec]:
        return [delete_inline(self.target, self.cleaned_data["policy"])]


class MoveInlineForm(NewForm, OneInlineForm):
    heading = "Make a managed policy of an inline policy of {names}"
    about = "The same document as a managed policy, attached in its place: others can have it too, and it has versions."
    path = FixedPathField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("name", self.initial.get("policy", ""))
        self.order_fields(["policy"])

    def titled(self, steps: Sequence[StepSpec]) -> str:
        cleaned = self.cleaned_data
        made = (
            f"Make the managed policy {cleaned['name']} of the inline policy {cleaned['policy']} of {self.target.name}"
        )
        return str(cleaned["title"]) or made

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        row = inline_of(self.target).get(name=cleaned["policy"])
        arn = policy_arn(self.aws_account, cleaned["name"], cleaned["path"])
        return [
            create_policy(arn, row.document.text),
            attach(self.target, arn),
            delete_inline(self.target, row.name),
        ]


class TrustForm(DocumentEditForm):
    heading = "Trust policy of {names}"
    about = "Who may assume the role. Sessions that were begun before go on until they expire."
    document = TrustField(TRUST_POLICY, label="Trust policy as JSON")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = self.current({})
        self.initial.update(_begin(there, ""))

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        trust: Document | None = self.target.trust
        return trust

    def steps(self) -> Sequence[StepSpec]:
        return [update_trust(self.target, self.cleaned_data["document"])]
