"""A group of IAM users who are administrators once they have signed in with MFA: the steps that make it.

IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials on the Security credentials
page": who has that policy can't choose a new password at the first sign-in, so nobody is told to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest

from access.escalation.administrator import is_administrator
from access.holders import Holder
from access.index import cached_index
from accounts.models import AwsAccount
from guides.account import group_rules
from guides.account.by_hand import USER_GUIDE, AwsPage, ByHand, ByHandStep, sign_in_page
from guides.account.group_rules import GroupGives
from guides.account.mfa_demand import mfa_demand
from guides.account.mfa_policy import PolicyNameField, policy_step
from guides.models import TaskRun
from guides.runs.steps import StepForm, StepFound, TaskStep, to_do
from identities.actions.passwords import thought_up
from identities.kinds import GROUP
from identities.models import IamGroup, IamUser
from identities.operations import add_member, attach, create_group, create_user
from identities.operations.credentials.of_user import on_user
from policies.engine.callers import caller_of
from policies.engine.truth import NO
from sync.operations import Refusal, StepSpec

MOST_PEOPLE = 10
_USER_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


def group_of(run: TaskRun) -> IamGroup | None:
    rows = IamGroup.objects.live().filter(aws_account=run.aws_account, name_key=run.answers["group"].casefold())
    return rows.select_related("aws_account").first()


def members_of(group: IamGroup) -> Sequence[IamUser]:
    rows = IamUser.objects.live().filter(memberships__group=group, memberships__gone_at=None)
    return list(rows.select_related("reported").order_by("name_key"))


def gives(aws_account: AwsAccount, group: IamGroup) -> GroupGives:
    """What a user gets who has nothing but the group's policies."""
    cached = cached_index(aws_account)
    caller = caller_of(f"arn:{aws_account.partition}:iam::{aws_account.account_id}:user/newcomer")
    holder = Holder(caller, 0, "AIDANEWCOMER", cached.groups.get(group.arn, ()))
    around = cached.index.surroundings
    return GroupGives(is_administrator(holder, around), mfa_demand(holder, around))


# ---- The group -----------------------------------------------------------------------------------------------
class AdministratorGroupForm(StepForm):
    policy = PolicyNameField()

    def steps(self) -> Sequence[StepSpec]:
        return list(self._steps())

    def _steps(self) -> Iterator[StepSpec]:
        aws_account, name = self.run.aws_account, self.run.answers["group"]
        group = group_of(self.run)
        if group is None:
            yield create_group(aws_account, name)
            group = IamGroup(aws_account=aws_account, arn=GROUP.arn_of(aws_account, name), name=name)
            found = None
        else:
            found = gives(aws_account, group)
        # MFA first: nobody is an administrator without it, not for a moment.
        if found is None or found.demand.of_password == NO:
            arn, made = policy_step(aws_account, self.cleaned_data["policy"])
            yield from made
            yield attach(group, arn)
        if found is None or not found.everything:
            yield attach(group, f"arn:{aws_account.partition}:iam::aws:policy/AdministratorAccess")


class GroupStep(TaskStep):
    name = "group"
    title = "A group that may do everything, with MFA"
    form_class = AdministratorGroupForm

    def look(self, run: TaskRun) -> StepFound:
        group = group_of(run)
        if group is None:
            return to_do(f"There is no group {run.answers['group']} yet.")
        return group_rules.group_is_right(group.name, gives(run.aws_account, group))

    def form(self, run: TaskRun, *args: Any, **kwargs: Any) -> StepForm | None:
        """None where it takes other policies than these: those that don't let anybody set MFA up."""
        group = group_of(run)
        found = gives(run.aws_account, group) if group else None
        lacks = found is None or not found.everything or found.demand.of_password == NO
        return super().form(run, *args, **kwargs) if lacks else None


# ---- Who is in it --------------------------------------------------------------------------------------------
class NamesField(forms.CharField):
    """Names of users, one a line. Cleans to a list, each once."""

    def clean(self, value: Any) -> list[str]:
        names = [each.strip() for each in re.split(r"[\n,;]", super().clean(value)) if each.strip()]
        for each in names:
            if not _USER_NAME.fullmatch(each):
                raise forms.ValidationError(
                    f"“{each[:64]}” can’t be the name of a user: letters, digits and +=,.@_- only."
                )
        once = list({each.casefold(): each for each in names}.values())
        if len(once) > MOST_PEOPLE:
            raise forms.ValidationError(f"At most {MOST_PEOPLE} people at once.")
        return once


class PeopleForm(StepForm):
    people = NamesField(
        widget=forms.Textarea(attrs={"rows": 3}),
        label="User names",
        max_length=1_000,
        help_text="One a line, at least two. Who is a user already joins the group. Others are made, each with a "
        "password, which whoever applies the change sees once, for 15 minutes.",
    )

    def steps(self) -> Sequence[StepSpec]:
        group = group_of(self.run)
        if group is None:
            raise Refusal("The group is gone: make it first.")
        members = {each.name_key for each in members_of(group)}
        return [step for name in self.cleaned_data["people"] for step in self._of(name, group, members)]

    def _of(self, name: str, group: IamGroup, members: set[str]) -> Iterator[StepSpec]:
        aws_account = self.run.aws_account
        rows = IamUser.objects.live().filter(aws_account=aws_account, name_key=name.casefold())
        user = rows.select_related("aws_account").first()
        if user is not None and user.has_password is None:
            raise Refusal(f"It isn’t read yet whether {user.name} has a password: pull first.", field="people")
        has_password = user is not None and user.has_password
        if user is None:
            made = create_user(aws_account, name)
            yield made
            user = IamUser(aws_account=aws_account, arn=made.params["arn"], name=name)
        if name.casefold() not in members:
            yield add_member(user, group)
        if not has_password:
            password = thought_up(aws_account, self.operator)
            yield on_user(user, "iam.login.create", password=password, reset_required=False, made_up=True)


class PeopleStep(TaskStep):
    name = "people"
    title = "Two people in it"
    after = ("group",)
    form_class = PeopleForm

    def look(self, run: TaskRun) -> StepFound:
        group = group_of(run)
        return group_rules.two_people(members_of(group) if group else [])


# ---- What each of them does ----------------------------------------------------------------------------------
class EnrolStep(ByHandStep):
    name = "enrol"
    title = "Each of them signs in, and sets up MFA"
    after = ("people",)
    by_hand = ByHand(
        (
            "They sign in at the sign-in address, with their name and the password that they were given. Everything is "
            "denied to them at first.",
            "Top right: their name, then Security credentials.",
            "Assign MFA device: a passkey or security key where they can, else an authenticator app.",
            "They sign out, and in again with it. Now they may do everything: first a new password, on the same page.",
        ),
        opens="Open the sign-in page",
        source=AwsPage("Assign MFA devices for IAM users", f"{USER_GUIDE}id_credentials_mfa_enable.html"),
    )

    def look(self, run: TaskRun) -> StepFound:
        group = group_of(run)
        return group_rules.each_has_mfa(members_of(group) if group else [])

    def context(self, run: TaskRun, request: HttpRequest) -> Mapping[str, Any]:
        return {"by_hand": self.by_hand, "url": sign_in_page(run.aws_account)}


class FirstSignInsStep(TaskStep):
    name = "signed_in"
    title = "Two of them have signed in"
    after = ("people",)

    def look(self, run: TaskRun) -> StepFound:
        group = group_of(run)
        return group_rules.two_signed_in(members_of(group) if group else [])


STEPS: Sequence[TaskStep] = (GroupStep(), PeopleStep(), EnrolStep(), FirstSignInsStep())
