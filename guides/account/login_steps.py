"""Steps about administrators' logins, on the way to a root user at rest.

IAM User Guide, "Security best practices in IAM", "Your AWS account ID and its alias".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from guides.account import root_rules
from guides.account.administrators import administrators_of
from guides.account.by_hand import USER_GUIDE, AwsPage, ByHand, ByHandStep, alias_of, sign_in_page
from guides.account.mfa_policy import DemandForm
from guides.models import TaskRun
from guides.runs.steps import StepForm, StepFound, StepProgress, TaskStep
from identities.operations import set_alias
from sync.operations import StepSpec


class AdministratorsStep(TaskStep):
    name = "administrators"
    title = "Two administrators who aren’t the root user"

    def look(self, run: TaskRun) -> StepFound:
        found = root_rules.administrators_there(administrators_of(run.aws_account))
        if found.progress is not StepProgress.TO_DO:
            return found
        url = reverse("begin_first_administrators", kwargs={"account_id": run.aws_account.account_id})
        return replace(found, url=url, url_words="Make the first administrators")


class DemandStep(TaskStep):
    name = "demand"
    title = "Their logins are asked for MFA"
    form_class = DemandForm
    template = "guides/account/demand.html"

    def look(self, run: TaskRun) -> StepFound:
        return root_rules.mfa_demanded(administrators_of(run.aws_account))

    def form(self, run: TaskRun, *args: Any, **kwargs: Any) -> StepForm | None:
        """None where it takes other policies than this one: those that don't let somebody set MFA up."""
        return super().form(run, *args, **kwargs) if administrators_of(run.aws_account).unasked else None

    def context(self, run: TaskRun, request: HttpRequest) -> Mapping[str, Any]:
        return {"users": administrators_of(run.aws_account).logins}


class DevicesStep(ByHandStep):
    name = "devices"
    title = "Each of them has MFA"
    by_hand = ByHand(
        (
            "Each of them signs in at the sign-in address with their own name and password.",
            "Top right: their name, then Security credentials.",
            "Assign MFA device: a passkey or security key where they can, else an authenticator app. Named after the "
            "user, if it is an app.",
            "They sign out, and in again with it. A second device, kept elsewhere, helps when the first is lost.",
        ),
        source=AwsPage("Assign MFA devices for IAM users", f"{USER_GUIDE}id_credentials_mfa_enable.html"),
    )

    def look(self, run: TaskRun) -> StepFound:
        return root_rules.mfa_enrolled(administrators_of(run.aws_account))

    def context(self, run: TaskRun, request: HttpRequest) -> Mapping[str, Any]:
        return {"by_hand": replace(self.by_hand, opens="Open the sign-in page"), "url": sign_in_page(run.aws_account)}


class AliasStepForm(StepForm):
    alias = forms.CharField(
        min_length=3,
        max_length=63,
        label="Alias",
        help_text="Lower-case letters, digits and single dashes. It is unique among all AWS accounts of the world, and "
        "everybody can see it.",
    )

    def steps(self) -> Sequence[StepSpec]:
        return [set_alias(self.cleaned_data["alias"])]


class AddressStep(TaskStep):
    name = "address"
    title = "A sign-in address that people remember"
    form_class = AliasStepForm

    def look(self, run: TaskRun) -> StepFound:
        return root_rules.address_set(run.aws_account, alias_of(run.aws_account))
