"""The versions of a managed policy: new ones, which of them is in force, and their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms

from iamconsole.web.diff import DiffLine, document_diff
from iamconsole.web.words import counted
from objects.fields import offer
from objects.object_actions import ActionForm
from policies import draft_subjects
from policies.access_lines import AccessLine, access_lines
from policies.actions.document_edit import SKELETON, DocumentEditForm
from policies.fields import DocumentField
from policies.models import Document, PolicyVersion
from policies.operations.update import DeleteVersion, UpdatePolicy, plan_set_default, plan_update
from policies.quotas import MANAGED_POLICY, VERSIONS_OF_POLICY, quotas_of
from policies.selectors import kept_versions
from sync.operations import StepSpec


class EditPolicyForm(DocumentEditForm):
    heading = "Edit {names}"
    document = DocumentField(MANAGED_POLICY, of=draft_subjects.POLICY, label="Policy as JSON")

    @property
    def about(self) -> str:  # type: ignore[override]  # of this policy
        count = self.target.attachment_count
        attached = f"Attached to {counted(count, 'principal')}" if count else "Attached to nobody"
        return f"{self.target.default_version} is in force. {attached}."

    @property
    def remark(self) -> str:  # type: ignore[override]  # of this policy
        """Which version the plan deletes to make room, when all are used."""
        most = quotas_of(self.aws_account)[VERSIONS_OF_POLICY].value
        if len(self.kept) < most:
            return ""
        oldest = next(version.version_id for version in self.kept if version.version_id != self.target.default_version)
        return f"All {most} versions are used, so the plan deletes {oldest} to make room."

    @cached_property
    def kept(self) -> list[PolicyVersion]:
        return kept_versions(self.target)

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        in_force = next((each for each in self.kept if each.version_id == self.target.default_version), None)
        return in_force.document if in_force else None

    def base_of(self, there: Document | None) -> str:
        return str(self.target.default_version)

    def text_at(self, base: str) -> str | None:
        version = self.target.versions.filter(version_id=base).select_related("document").first()
        return version.document.text if version else None

    def moved_words(self, base: str) -> str:
        came = f"Version {self.target.default_version} came into force while you were editing{base and f' {base}'}."
        return f"{came} Your text is kept. Stage it again to replace what is in force now."

    def since_words(self, base: str) -> str:
        began = f" with {base}" if base else ""
        came = f"Version {self.target.default_version} came into force since you began this draft{began}."
        return f"{came} Staged, your text replaces what is in force now."

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled([step for step in steps if step.kind == UpdatePolicy.kind])

    def steps(self) -> Sequence[StepSpec]:
        return plan_update(self.target, self.cleaned_data["document"])


class NewVersionForm(ActionForm):
    heading = "New version of {names}"
    about = "It is kept beside the one in force, and changes nothing until somebody makes it the default."
    remark = "Where all five versions are used, the plan deletes the oldest."
    document = DocumentField(MANAGED_POLICY, of=draft_subjects.VERSION, label="Policy as JSON")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = self.target.default
        self.initial.update({"document": in_force.document.text if in_force else SKELETON})

    def steps(self) -> Sequence[StepSpec]:
        return plan_update(self.target, self.cleaned_data["document"], make_default=False)


class OneVersionForm(ActionForm):
    """About one of the versions that aren't in force."""

    version = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = {
            version.version_id: version
            for version in reversed(kept_versions(self.target))
            if version.version_id != self.target.default_version
        }
        offer(self, "version", [(version, version) for version in self.others])

    @property
    def chosen(self) -> PolicyVersion | None:
        """The one that the address names, or that was chosen."""
        return self.others.get(self["version"].value() or "")


class MakeDefaultForm(OneVersionForm):
    template = "policies/make_default.html"

    @property
    def heading(self) -> str:  # type: ignore[override]  # of this version
        return f"Make {self.chosen.version_id} the default" if self.chosen else "Make another version the default"

    @property
    def about(self) -> str:  # type: ignore[override]  # of this version
        which = f"its version {self.chosen.version_id}" if self.chosen else "that version"
        return f"The policy {self.target.name} then says what {which} says, for all who have it."

    @property
    def lines(self) -> list[DiffLine]:
        """What it changes."""
        in_force = self.target.default
        return document_diff(in_force.document.text, self.chosen.document.text) if in_force and self.chosen else []

    @property
    def access(self) -> Sequence[AccessLine]:
        in_force = self.target.default
        return access_lines(in_force.document.text, self.chosen.document.text) if in_force and self.chosen else ()

    def steps(self) -> Sequence[StepSpec]:
        return plan_set_default(self.target, self.cleaned_data["version"])


class DeleteVersionForm(OneVersionForm):
    heading = "Delete a version of {names}"
    about = "Its text stays in the history of this console; AWS never gives its number again."

    def steps(self) -> Sequence[StepSpec]:
        params = {"policy_arn": self.target.arn, "version": self.cleaned_data["version"]}
        return [StepSpec(DeleteVersion.kind, params)]
