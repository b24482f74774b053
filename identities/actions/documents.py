"""Writing documents: inline policies, who may assume a role, managed policies; and the end of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from iamconsole.web.words import counted
from identities.actions.make import FixedPathField, NewForm
from identities.draft_subjects import TRUST
from identities.forms import TrustField
from identities.kinds import kind_of
from identities.models import Attachment, IamRole, IamUser, InlinePolicy, Principal
from identities.operations import attach, delete_boundary, delete_inline, detach, put_boundary, put_inline, update_trust
from identities.operations.inline import SIZES
from identities.trust import joined
from objects.fields import UntilField, offer
from objects.object_actions import ActionForm
from policies.actions.document_edit import SKELETON, DocumentEditForm
from policies.draft_subjects import NEW_POLICY
from policies.ending import ends_itself
from policies.fields import DocumentField, PolicyField
from policies.kinds import POLICY
from policies.models import Document
from policies.operations import create_policy, plan_delete
from policies.operations.managed import LONGEST_DESCRIPTION
from policies.quotas import INLINE_OF_USER, MANAGED_POLICY, TRUST_POLICY
from policies.selectors import kept_versions
from sync.operations import StepSpec

LONGEST_NAME = 128  # IAM API Reference, PutRolePolicy


def inline_of(owner: Principal) -> QuerySet[InlinePolicy]:
    held = InlinePolicy.objects.live().filter(**{kind_of(owner).name: owner})
    return held.select_related("document").order_by("name")


class PutInlineForm(DocumentEditForm):
    heading = "Inline policy of {names}"
    about = "It belongs to this identity only, and is deleted with it."
    skeleton = SKELETON
    part_field = "policy"
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
        document.quota, document.of = SIZES[kind_of(self.target)], f"inline_{kind_of(self.target).name}"

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
        offer(self, "policy", [(name, name) for name in inline_of(self.target).values_list("name", flat=True)])


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
    document = TrustField(TRUST_POLICY, of=TRUST, label="Trust policy as JSON")

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        trust: Document | None = self.target.trust
        return trust

    def steps(self) -> Sequence[StepSpec]:
        return [update_trust(self.target, self.cleaned_data["document"])]


# ---- Managed policies: making them, and their end, which is a matter of all who have them --------------------
class CreatePolicyForm(NewForm):
    heading = "New policy"
    about = "It grants nothing until it is attached. Name, path and description can't be changed later."
    path = FixedPathField()
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, required=False)
    document = DocumentField(MANAGED_POLICY, of=NEW_POLICY, label="Policy as JSON", initial=SKELETON)

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        arn = POLICY.arn_of(self.aws_account, cleaned["name"], cleaned["path"])
        return [create_policy(arn, cleaned["document"], cleaned["description"])]


class DeletePolicyForm(ActionForm):
    """Detach it from everybody, clear it as boundary, delete all versions but the one in force, then the policy."""

    heading = "Delete {names}"
    boundary = PolicyField(
        label="Boundary instead",
        required=False,
        help_text="For those who have it as their boundary; left empty, they have none then, which can add access.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bounded = [owner for policy in self.targets for owner in _bounded(policy)]
        if not self.bounded:
            del self.fields["boundary"]

    @property
    def about(self) -> str:  # type: ignore[override]  # of this policy
        first = []
        if attached := sum(_attachments(policy).count() for policy in self.targets):
            first.append(f"detaches it from {counted(attached, 'user, group or role', 'users, groups and roles')}")
        if self.bounded:
            first.append(f"takes it off {counted(len(self.bounded), 'user or role', 'users and roles')} as boundary")
        if others := sum(len(kept_versions(policy)) - 1 for policy in self.targets):
            first.append(f"deletes {counted(others, 'other version')}")
        plan = f"The plan first {joined(first)}. " if first else ""
        return f"{plan}Made again from its history, it has a new unique id."

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled([step for step in steps if step.kind == "iam.policy.delete"])

    def clean_boundary(self) -> str:
        value = str(self.cleaned_data["boundary"])
        if value in {policy.arn for policy in self.targets}:
            raise forms.ValidationError("This is a policy that goes.")
        return value

    def steps(self) -> Sequence[StepSpec]:
        return [step for policy in self.targets for step in self._whole(policy)]

    def _whole(self, policy: Any) -> Iterator[StepSpec]:
        instead = self.cleaned_data.get("boundary")
        held = _attachments(policy).select_related("user", "group", "role").order_by("pk")
        yield from (detach(one.user or one.group or one.role, policy.arn) for one in held)
        yield from (put_boundary(owner, instead) if instead else delete_boundary(owner) for owner in _bounded(policy))
        yield from plan_delete(policy)


def _attachments(policy: Any) -> Any:
    return Attachment.objects.live().filter(aws_account=policy.aws_account, arn=policy.arn)


def _bounded(policy: Any) -> Iterator[IamUser | IamRole]:
    for model in (IamUser, IamRole):
        bounded: Any = model.objects.live()
        yield from bounded.filter(aws_account=policy.aws_account, boundary_arn=policy.arn).order_by("name_key")
