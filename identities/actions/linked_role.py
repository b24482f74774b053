"""Making a role that belongs to an AWS service."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from django import forms

from identities.actions.new_role import WAYS, WAYS_LABEL
from identities.actions.role_fields import DescriptionField
from identities.operations import create_linked
from objects.object_actions import ActionForm
from sync.operations import StepSpec


class LinkedRoleForm(ActionForm):
    named_otherwise = MappingProxyType({"under": "service"})
    heading = "New role"
    about = (
        "The role belongs to the service: AWS names it, says what it may do, and lets nobody else assume it. Most "
        "services make theirs by themselves when they need it."
    )
    ways, ways_label = WAYS, WAYS_LABEL

    service = forms.RegexField(
        r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?\Z",
        max_length=128,
        help_text="As AWS calls it, such as autoscaling.amazonaws.com or elasticbeanstalk.amazonaws.com.",
        error_messages={"invalid": "The name of a service ends in .amazonaws.com."},
    )
    # IAM API Reference, "CreateServiceLinkedRole".
    suffix = forms.RegexField(
        r"^[A-Za-z0-9_+=,.@-]{1,64}\Z",
        required=False,
        help_text="For a second role of the same service; AWS puts it behind the name. Not every service takes one.",
        error_messages={"invalid": "A suffix has 1 to 64 letters, digits and +=,.@_- only."},
    )
    description = DescriptionField()

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [create_linked(self.aws_account, cleaned["service"], cleaned["suffix"], cleaned["description"])]
