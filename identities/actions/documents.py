"""Writing documents: inline policies, and who may assume a role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from identities.actions.make import FixedPathField, NewForm
from identities.forms import TrustField
from identities.kinds import kind_of
from identities.models import InlinePolicy, Principal
from identities.operations import attach, delete_inline, put_inline, update_trust
from identities.operations.inline import SIZES
from objects.fields import UntilField
from objects.object_actions import ActionForm
from policies.actions.document_edit import SKELETON, DocumentEditForm
from policies.ending import ends_itself
from policies.fields import DocumentField
from policies.kinds import POLICY
from policies.models import Document
from policies.operations import create_policy
from policies.quotas import INLINE_OF_USER, TRUST_POLICY
from sync.operations import StepSpec

LONGEST_NAME = 128  # IAM API Reference, PutRolePolicy


def inline_of(owner: Principal) -> QuerySet[InlinePolicy]:
    held = InlinePolicy.objects.live().filter(**{kind_of(owner).name: owner})
    return held.select_related("document").order_by("name")


class PutInlineForm(DocumentEditForm):
    heading = "Inline policy of {names}"
    about = "It belongs to this identity only, and is deleted with it."
    skeleton = SKELETON
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
        document.quota = SIZES[kind_of(self.target)]

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
        arn = POLICY.arn_of(self.aws_account, cleaned["name"], cleaned["path"])
        return [
            create_policy(arn, row.document.text),
            attach(self.target, arn),
            delete_inline(self.target, row.name),
        ]


class TrustForm(DocumentEditForm):
    heading = "Trust policy of {names}"
    about = "Who may assume the role. Sessions that were begun before go on until they expire."
    document = TrustField(TRUST_POLICY, label="Trust policy as JSON")

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        trust: Document | None = self.target.trust
        return trust

    def steps(self) -> Sequence[StepSpec]:
        return [update_trust(self.target, self.cleaned_data["document"])]
