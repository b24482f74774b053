"""What an operator says to change the policy of a resource, or Block Public Access of a bucket."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from objects.object_actions import ActionForm
from policies.actions.document_edit import DocumentEditForm
from policies.models import Document
from resources.fields import ResourcePolicyField
from resources.models import Resource
from resources.operations.blocking import BLOCK, SETTINGS
from resources.operations.functions import plan_function_policy
from resources.operations.policies import POLICY, delete_policy, put_policy
from resources.operations.public_access import put_public_access_block
from resources.statements import without_statements
from resources.table import KINDS
from resources.table.computing import FUNCTION
from resources.table.writing import WRITING
from sync.operations import Refusal, StepSpec

_IN_FORCE = "It is in force at once, for everybody whom it names. The plan says who gains and loses what."
_STATEMENTS = "Lambda takes it statement by statement: the plan has a step for each that is removed or added."


class _OnResource:
    """`on`: the name of an alias of a function, "" for the resource itself."""

    target: Resource
    part: str

    @property
    def stands_on(self) -> str:
        has_aliases = self.target.kind == FUNCTION.kind
        return f"{self.target.arn}:{self.part}" if self.part and has_aliases else self.target.arn

    @property
    def standing(self) -> Document | None:
        found = self.target.policies.select_related("document").filter(part=POLICY, arn=self.stands_on).first()
        return found.document if found else None


# ---- Edit ----------------------------------------------------------------------------------------------------
class EditResourcePolicyForm(_OnResource, DocumentEditForm):
    heading = "Edit the policy of {names}"
    part_field = "on"
    document = ResourcePolicyField()
    on = forms.CharField(required=False, max_length=128, widget=forms.HiddenInput)
    # What a finding's button takes out of the text that the editor begins with: names of statements, one a line.
    without = forms.CharField(required=False, max_length=4_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = str(self.initial.pop("without", "") or "").splitlines()
        if named and self.standing:
            left = without_statements(self.standing.text, named)
            self.initial["document"] = left or self.initial["document"]
        document: Any = self.fields["document"]
        document.of_resource(self.target)
        self.about = f"{_IN_FORCE} {_STATEMENTS}" if self.target.kind == FUNCTION.kind else _IN_FORCE
        self.cannot = _cannot(self.target)

    @property
    def skeleton(self) -> str:  # type: ignore[override]
        return skeleton_of(self.target, self.stands_on)

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        return self.standing

    def steps(self) -> Sequence[StepSpec]:
        document = self.cleaned_data["document"]
        if self.target.kind == FUNCTION.kind:
            return plan_function_policy(self.target, self.stands_on, document)
        return [put_policy(self.target, document)]


def _cannot(row: Resource) -> str:
    problem = row.not_read.get(POLICY)
    if not problem:
        return ""
    title = KINDS[row.kind].part(POLICY).title
    return f"{title}: not read, so nobody knows what stands there. {problem['why']} Then refresh this page."


def skeleton_of(row: Resource, on: str) -> str:
    """What the editor begins with where there is no policy: a statement to fill in, about the resource itself."""
    statement: dict[str, Any] = {"Sid": "Statement1", "Effect": "Allow", "Principal": {"AWS": []}, "Action": []}
    if row.kind not in WRITING or WRITING[row.kind].names_resources:
        statement["Resource"] = on
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


# ---- Delete --------------------------------------------------------------------------------------------------
_LEFT = "AWS always keeps one: the policy that it gives a new one takes its place."


class DeleteResourcePolicyForm(_OnResource, ActionForm):
    heading = "Delete the policy of {names}"
    template = "resources/delete_policy.html"
    part_field = "on"
    on = forms.CharField(required=False, max_length=128, widget=forms.HiddenInput)
    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"base": self._base, **self.initial}
        writing = WRITING.get(self.target.kind)
        always_one = writing is not None and writing.leaves is not None
        then = _LEFT if always_one else KINDS[self.target.kind].none_means
        self.about = f"{then} What stood there stays in the history."
        self.cannot = _cannot(self.target)

    @property
    def _base(self) -> str:
        return self.standing.canonical_hash if self.standing else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("base") != self._base:
            data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, whose fields may have several values
            data["base"] = self._base
            self.data = data
            raise forms.ValidationError("The policy was changed since you opened this page: it is shown as it is now.")
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        if self.standing is None:
            raise Refusal(f"There is no policy on {self.target.name}.")
        if self.target.kind == FUNCTION.kind:
            return plan_function_policy(self.target, self.stands_on, None)
        return [delete_policy(self.target)]


# ---- Block Public Access -------------------------------------------------------------------------------------
_BLOCKS = {
    "BlockPublicAcls": ("block_acls", "Refuse new public access control lists"),
    "IgnorePublicAcls": ("ignore_acls", "Ignore public access control lists that are there"),
    "BlockPublicPolicy": ("block_policy", "Refuse new public policies"),
    "RestrictPublicBuckets": ("restrict", "Leave in nobody from outside its AWS account by a public policy"),
}


class PublicAccessBlockForm(ActionForm):
    heading = "Block Public Access of {names}"
    about = "What is blocked for the AWS account stays blocked, whatever is set here."
    named_otherwise: ClassVar[Mapping[str, str]] = {"settings": "restrict", "until": "ends"}
    block_acls = forms.BooleanField(required=False, help_text="BlockPublicAcls")
    ignore_acls = forms.BooleanField(required=False, help_text="IgnorePublicAcls")
    block_policy = forms.BooleanField(required=False, help_text="BlockPublicPolicy")
    restrict = forms.BooleanField(required=False, help_text="RestrictPublicBuckets")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = self.target.facts.get(BLOCK) or {}
        for setting, (name, label) in _BLOCKS.items():
            self.fields[name].label = label
            self.initial.setdefault(name, bool(now.get(setting)))
        if problem := self.target.not_read.get(BLOCK):
            self.cannot = f"Block Public Access isn’t read, so nobody knows what is set. {problem['why']}"

    def steps(self) -> Sequence[StepSpec]:
        on = [setting for setting in SETTINGS if self.cleaned_data[_BLOCKS[setting][0]]]
        return [put_public_access_block(self.target, on)]
