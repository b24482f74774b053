"""What can be done with control policies: from the page of one, and from the place of one in the organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from iamconsole.web.words import counted
from objects import object_actions
from objects.fields import offer
from objects.object_actions import ACCOUNT, ActionForm, ObjectAction
from policies.actions.document_edit import DocumentEditForm
from policies.draft_subjects import CONTROL_POLICY, NEW_CONTROL_POLICY
from policies.models import Document, OrgPolicy, OrgUnit
from policies.organizations.fields import ControlPolicyField, ControlPolicyNameField, NodeField
from policies.organizations.operations import (
    RenameControlPolicy,
    create_control_policy,
    delete_control_policy,
    node_of,
    plan_target,
    update_control_policy,
)
from policies.organizations.quotas import LONGEST_DESCRIPTION, LONGEST_NAME
from policies.organizations.selectors import targets_of
from sync.operations import Refusal, StepSpec

_NO_ORGANIZATION = (
    "This AWS account reads no organization, or was never pulled. The management account makes control policies."
)
_SKELETON = {
    OrgPolicy.Type.SCP: """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Action": [],
      "Resource": "*"
    }
  ]
}""",
    OrgPolicy.Type.RCP: """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Principal": "*",
      "Action": [],
      "Resource": "*"
    }
  ]
}""",
}


# ---- The document --------------------------------------------------------------------------------------------
class EditControlPolicyForm(DocumentEditForm):
    heading = "Edit {names}"

    @property
    def about(self) -> str:  # type: ignore[override]  # of this policy
        count = len(targets_of(self.target))
        if not count:
            return "Attached to nothing: it bounds nobody until it is."
        places = counted(count, "place")
        return f"Attached to {places} of the organization. It is in force there at once, for all AWS accounts below."

    def current(self, cleaned: Mapping[str, Any]) -> Document | None:
        found: Document = self.target.document
        return found

    def steps(self) -> Sequence[StepSpec]:
        return [update_control_policy(self.target, self.cleaned_data["document"])]


class EditScpForm(EditControlPolicyForm):
    document = ControlPolicyField(OrgPolicy.Type.SCP, of=CONTROL_POLICY)


class EditRcpForm(EditControlPolicyForm):
    document = ControlPolicyField(OrgPolicy.Type.RCP, of=CONTROL_POLICY)


class NewControlPolicyForm(ActionForm):
    about = "It bounds nobody until it is attached to the root, a unit or an account."
    type: ClassVar[str]
    name = forms.CharField(max_length=LONGEST_NAME)
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not OrgUnit.objects.live().filter(aws_account=self.aws_account).exists():
            self.cannot = _NO_ORGANIZATION

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [create_control_policy(cleaned["name"], self.type, cleaned["document"], cleaned["description"])]


class NewScpForm(NewControlPolicyForm):
    heading = "New service control policy"
    type = OrgPolicy.Type.SCP
    document = ControlPolicyField(type, of=NEW_CONTROL_POLICY, initial=_SKELETON[OrgPolicy.Type.SCP])


class NewRcpForm(NewControlPolicyForm):
    heading = "New resource control policy"
    type = OrgPolicy.Type.RCP
    document = ControlPolicyField(type, of=NEW_CONTROL_POLICY, initial=_SKELETON[OrgPolicy.Type.RCP])


# ---- Its name, its end ---------------------------------------------------------------------------------------
class RenameControlPolicyForm(ActionForm):
    heading = "Rename {names}"
    about = "What it says, and where it is attached, stays."
    name = forms.CharField(max_length=LONGEST_NAME)
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": self.target.name, "description": self.target.description, **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        said = {name: self.cleaned_data[name] for name in ("name", "description")}
        return [StepSpec(RenameControlPolicy().kind, {"arn": self.target.arn, "called": self.target.name, **said})]


class DeleteControlPolicyForm(ActionForm):
    heading = "Delete {names}"
    about = "AWS deletes only what is attached nowhere. Its text stays in the history of this console."

    def steps(self) -> Sequence[StepSpec]:
        return [delete_control_policy(target.arn, target.name) for target in self.targets]


# ---- Where it is attached ------------------------------------------------------------------------------------
class AttachControlPolicyForm(ActionForm):
    heading = "Attach {names}"
    about = "It bounds every AWS account below that place, at once. The plan says who loses and gains what."
    target_place = NodeField(label="Attach it to")
    named_otherwise: ClassVar[Mapping[str, str]] = {"target": "target_place", "until": "ends"}

    def steps(self) -> Sequence[StepSpec]:
        return [plan_target(self.target, self.cleaned_data["target_place"], now=True)]


class DetachControlPolicyForm(ActionForm):
    heading = "Detach {names}"
    about = "What it denies is then allowed again below that place, as far as nothing else denies it."
    target_place = forms.ChoiceField(label="Detach it from")
    named_otherwise: ClassVar[Mapping[str, str]] = {"target": "target_place", "until": "ends"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = targets_of(self.target)
        offer(self, "target_place", [(each.target_id, f"{each.name} ({each.target_id})") for each in found])
        if not found:
            self.cannot = f"{self.target.name} is attached to nothing."

    def steps(self) -> Sequence[StepSpec]:
        node = node_of(self.aws_account, self.cleaned_data["target_place"])
        return [plan_target(self.target, node, now=False)]


class AttachHereForm(ActionForm):
    """From the place in the organization."""

    heading = "Attach a control policy"
    about = AttachControlPolicyForm.about
    policy = ControlPolicyNameField()
    target_place = NodeField(label="Attach it to")
    named_otherwise: ClassVar[Mapping[str, str]] = {"target": "target_place", "until": "ends"}
    now: ClassVar[bool] = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not OrgUnit.objects.live().filter(aws_account=self.aws_account).exists():
            self.cannot = _NO_ORGANIZATION

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        if cleaned["policy"] is None:
            raise Refusal("Name a control policy.", field="policy")
        return [plan_target(cleaned["policy"], cleaned["target_place"], now=self.now)]


class DetachHereForm(AttachHereForm):
    heading = "Detach a control policy"
    about = DetachControlPolicyForm.about
    target_place = NodeField(label="Detach it from")
    now = False


def register() -> None:
    object_actions.register(
        "control_policy",
        # The page has buttons of its own for these two.
        ObjectAction("edit-scp", "Edit…", EditScpForm, listed=False, offered=_is_ours(OrgPolicy.Type.SCP)),
        ObjectAction("edit-rcp", "Edit…", EditRcpForm, listed=False, offered=_is_ours(OrgPolicy.Type.RCP)),
        ObjectAction("attach", "Attach…", AttachControlPolicyForm, icon="link", position=20),
        ObjectAction("detach", "Detach…", DetachControlPolicyForm, icon="unlink", offered=_is_attached, position=21),
        ObjectAction("rename", "Rename…", RenameControlPolicyForm, icon="pencil", offered=_is_anybodys, position=40),
        ObjectAction(
            "delete",
            "Delete…",
            DeleteControlPolicyForm,
            icon="trash-2",
            danger=True,
            offered=_is_anybodys,
            position=90,
        ),
    )
    object_actions.register(
        ACCOUNT,
        ObjectAction("create-scp", "New service control policy…", NewScpForm, icon="plus", on="organization_policies"),
        ObjectAction("create-rcp", "New resource control policy…", NewRcpForm, icon="plus", on="organization_policies"),
        ObjectAction("attach-control-policy", "Attach…", AttachHereForm, icon="link", listed=False),
        ObjectAction("detach-control-policy", "Detach…", DetachHereForm, icon="unlink", listed=False),
    )


def _is_anybodys(policy: Any) -> bool:
    return not policy.is_aws


def _is_ours(policy_type: str) -> Any:
    return lambda policy: not policy.is_aws and policy.type == policy_type


def _is_attached(policy: Any) -> bool:
    return bool(policy.target_count)
