"""Forms that stage changes of permission sets. What is edited, the same plan provisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from directory import selectors
from directory.actions.base import DeleteAssignedForm, NewInInstanceForm
from directory.actions.fields import OneSetPolicyField, SetPolicyField
from directory.draft_subjects import SET_INLINE
from directory.models import AccountAssignment, PermissionSet
from directory.operations.edits import edited
from directory.operations.provisioning import ProvisionParams, ProvisionSet
from directory.operations.set_edits import (
    LONGEST_DESCRIPTION,
    LONGEST_RELAY,
    DeleteSetInline,
    PutSetInline,
    UpdateSet,
)
from directory.operations.set_existence import LONGEST_NAME, delete_set, plan_set
from directory.operations.set_policies import (
    AttachCustomer,
    AttachManaged,
    DeleteSetBoundary,
    DetachCustomer,
    DetachManaged,
    PutSetBoundary,
)
from directory.operations.set_policies import called as policy_called
from directory.operations.sets_base import SetContent, region_of
from iamconsole.web.words import counted, duration
from objects import object_actions
from objects.fields import UntilField, offer
from objects.object_actions import ACCOUNT, ActionForm, ObjectAction
from policies.actions.document_edit import SKELETON, DocumentEditForm
from policies.fields import DocumentField
from policies.models import Document
from policies.quotas import INLINE_OF_ROLE
from sync.operations import StepSpec
from sync.placeholders import placeholder_for

_PUT_BACK = "What is there now is put back by itself then. Empty: it stays."
_HOURS = range(1, 13)


class SetForm(ActionForm):
    """Of one permission set."""

    named_otherwise: ClassVar[Mapping[str, str]] = {"until": "ends", "policy": "policies", "session_s": "session"}

    @property
    def row(self) -> PermissionSet:
        found: PermissionSet = self.target
        return found


def _session_choices(now_s: int = 0) -> list[tuple[str, str]]:
    lengths = sorted({3600 * hours for hours in _HOURS} | ({now_s} if now_s else set()))
    return [(str(seconds), duration(seconds)) for seconds in lengths]


def _after_staging(row: PermissionSet) -> str:
    if not row.accounts:
        return "It is provisioned nowhere: nobody’s access changes."
    return f"The plan brings it into {counted(len(row.accounts), 'AWS account')}, and says who gains what there."


class EditSetForm(SetForm):
    heading = "Edit the settings of {names}"
    about = "Its name can’t change. Sessions that run keep their length."
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, required=False)
    session = forms.ChoiceField(label="Session", help_text="How long somebody stays signed in to an AWS account by it.")
    relay_state = forms.CharField(
        max_length=LONGEST_RELAY,
        required=False,
        label="Relay state",
        help_text="The page of AWS’s console that opens. Empty: the home page.",
    )
    ends = UntilField(_PUT_BACK)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.row
        offer(self, "session", _session_choices(row.session_s))
        kept = {"description": row.description, "session": str(row.session_s), "relay_state": row.relay_state}
        self.initial = {**kept, **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        said = {"description": cleaned["description"], "relay_state": cleaned["relay_state"]}
        return edited(self.row, (UpdateSet.kind, {**said, "session_s": int(cleaned["session"])}))


# ---- The inline policy -----------------------------------------------------------------------------------------------
class PutSetInlineForm(DocumentEditForm, SetForm):
    heading = "Inline policy of {names}"
    skeleton = SKELETON
    document = DocumentField(INLINE_OF_ROLE, of=SET_INLINE, label="Inline policy as JSON")
    ends = UntilField(_PUT_BACK)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = f"Everybody who has the set gets it. {_after_staging(self.row)}"

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        found: Document | None = self.row.inline
        return found

    def steps(self) -> Sequence[StepSpec]:
        return edited(self.row, (PutSetInline.kind, {"document": self.cleaned_data["document"]}))


class DeleteSetInlineForm(SetForm):
    heading = "Delete the inline policy of {names}"
    about = (
        "What only it allows is allowed no longer; what it denies is denied no longer. Its text stays in the history."
    )

    def steps(self) -> Sequence[StepSpec]:
        return edited(self.row, (DeleteSetInline.kind, {}))


# ---- Managed policies and the boundary -------------------------------------------------------------------------------
class AttachPoliciesForm(SetForm):
    heading = "Attach policies to {names}"
    policies = SetPolicyField(label="Policies")
    ends = UntilField("Detached again by itself then. Empty: they stay.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = _after_staging(self.row)
        self.about = f"A customer managed policy has to be in each of its AWS accounts first. {after}"

    def steps(self) -> Sequence[StepSpec]:
        return edited(self.row, *map(_attaching, self.cleaned_data["policies"]))


def _attaching(policy: str) -> tuple[str, Mapping[str, Any]]:
    return (AttachManaged.kind if policy.startswith("arn:") else AttachCustomer.kind, {"policy": policy})


class DetachPoliciesForm(SetForm):
    heading = "Detach policies from {names}"
    about = "What only they allow is allowed no longer; what they deny is denied no longer."
    policies = forms.MultipleChoiceField(label="Policies", widget=forms.CheckboxSelectMultiple)
    ends = UntilField("Attached again by itself then. Empty: they stay off.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [*self.row.managed, *self.row.customer]
        offer(self, "policies", [(policy, policy_called(policy)) for policy in held])
        if not held:
            self.cannot = f"{self.row.name} has no managed policies."

    def steps(self) -> Sequence[StepSpec]:
        kinds = {True: DetachManaged.kind, False: DetachCustomer.kind}
        chosen = self.cleaned_data["policies"]
        return edited(self.row, *((kinds[policy.startswith("arn:")], {"policy": policy}) for policy in chosen))


class PutSetBoundaryForm(SetForm):
    heading = "Permissions boundary of {names}"
    about = "What the boundary doesn’t allow is allowed no longer, whatever the policies of the set say."
    policies = OneSetPolicyField(label="Boundary")
    ends = UntilField(_PUT_BACK)

    def steps(self) -> Sequence[StepSpec]:
        return edited(self.row, (PutSetBoundary.kind, {"policy": self.cleaned_data["policies"]}))


class DeleteSetBoundaryForm(SetForm):
    heading = "Take the permissions boundary off {names}"
    about = "All that its policies allow is allowed then: this can add access."
    ends = UntilField(_PUT_BACK)

    def steps(self) -> Sequence[StepSpec]:
        return edited(self.row, (DeleteSetBoundary.kind, {}))


# ---- Provisioning ----------------------------------------------------------------------------------------------------
class ProvisionSetForm(SetForm):
    heading = "Provision {names}"
    about = "The roles of the set get what was edited since they were provisioned. AWS takes some seconds for each."
    account = forms.ChoiceField(label="Where")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.row
        names = selectors.account_names(self.aws_account, row.outdated)
        everywhere = ("", f"Everywhere: {counted(len(row.accounts), 'AWS account')}")
        offer(self, "account", [everywhere, *((each, f"{names[each]} {each}".strip()) for each in row.outdated)])
        self.fields["account"].required = False
        if not row.outdated:
            self.cannot = f"The roles of {row.name} have all that it says."

    def steps(self) -> Sequence[StepSpec]:
        row, target = self.row, self.cleaned_data["account"]
        p = ProvisionParams(row.arn, row.name, region_of(row), (), tuple(row.accounts), target)
        first = ProvisionSet().spec(p)
        return [first, StepSpec("sso.set.await", {**first.params, "request": placeholder_for(1)})]


# ---- Making one, and its end -----------------------------------------------------------------------------------------
class NewSetForm(NewInInstanceForm):
    heading = "New permission set"
    about = "Nobody gets in by it until it is assigned. Its page has the editor of its inline policy."
    name = forms.CharField(max_length=LONGEST_NAME, help_text="Letters, digits and +=,.@_- only. It can’t change.")
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, required=False)
    session = forms.ChoiceField(label="Session", choices=_session_choices, initial="28800")
    relay_state = forms.CharField(max_length=LONGEST_RELAY, required=False, label="Relay state")
    policies = SetPolicyField(label="Policies", required=False)
    named_otherwise: ClassVar[Mapping[str, str]] = {"policy": "policies", "session_s": "session"}

    def seldom(self) -> list[str]:
        return ["relay_state"]

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[:1])

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        policies: list[str] = cleaned["policies"]
        content = SetContent("", cleaned["description"], int(cleaned["session"]), cleaned["relay_state"])
        content = replace(
            content,
            managed=tuple(each for each in policies if each.startswith("arn:")),
            customer=tuple(each for each in policies if not each.startswith("arn:")),
        )
        return plan_set(self.instance.arn, self.instance.primary_region, cleaned["name"], content)


class DeleteSetForm(DeleteAssignedForm, SetForm):
    about = "Made again, it has another ARN, and its roles have other names."

    def assignments(self) -> QuerySet[AccountAssignment]:
        return selectors.assignments_of(self.row)

    def deletion(self) -> StepSpec:
        return delete_set(self.row, region_of(self.row))


def register() -> None:
    object_actions.register(
        "permission_set",
        ObjectAction("settings", "Edit the settings…", EditSetForm, icon="pencil", position=30),
        ObjectAction("inline", "Edit the inline policy…", PutSetInlineForm, icon="braces", position=31),
        ObjectAction("attach", "Attach policies…", AttachPoliciesForm, icon="link", position=32),
        ObjectAction(
            "detach", "Detach policies…", DetachPoliciesForm, icon="unlink", offered=_has_policies, position=33
        ),
        ObjectAction("boundary", "Set a permissions boundary…", PutSetBoundaryForm, icon="fence", position=34),
        ObjectAction(
            "delete-boundary",
            "Take the boundary off…",
            DeleteSetBoundaryForm,
            icon="fence",
            offered=lambda row: bool(row.boundary),
            position=35,
        ),
        ObjectAction(
            "delete-inline",
            "Delete the inline policy…",
            DeleteSetInlineForm,
            icon="trash-2",
            danger=True,
            offered=lambda row: bool(row.inline_id),
            position=36,
        ),
        ObjectAction(
            "provision",
            "Provision…",
            ProvisionSetForm,
            icon="upload",
            offered=lambda row: bool(row.outdated_count),
            position=40,
        ),
        ObjectAction("delete", "Delete…", DeleteSetForm, icon="trash-2", danger=True, position=90),
    )
    object_actions.register(
        ACCOUNT,
        ObjectAction("create-permission-set", "New permission set…", NewSetForm, icon="plus", on="permission_sets"),
    )


def _has_policies(row: Any) -> bool:
    return bool(row.managed or row.customer)
