"""Somebody who joins as an IAM user: the user with groups and a password, MFA that is asked for, their first sign-in.

IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials on the Security credentials
page": who has that policy can't choose a new password at the first sign-in, so nobody is told to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from access.holders import caller_named, holder_of
from access.surroundings import surroundings_of
from guides.account.mfa_demand import mfa_demand
from guides.account.mfa_policy import NAME, policy_step
from guides.account.without_mfa import allowed_without_mfa
from guides.models import TaskRun
from guides.runs.steps import StepForm, StepFound, TaskStep, done, to_do, unknown
from iamconsole.web.words import day, some
from identities.account.selectors import sign_in_address
from identities.actions.passwords import thought_up
from identities.forms import GroupsField
from identities.kinds import USER
from identities.models import IamGroup, IamUser, Membership, ReportedUser
from identities.operations import add_member, attach, create_user
from identities.operations.credentials.of_user import on_user
from policies.engine.truth import MAYBE, NO, YES, Truth
from policies.fields import PolicyField
from sync.operations import BadParams, Refusal, StepSpec


def user_of(run: TaskRun) -> IamUser | None:
    """By the name that was chosen: it isn't there before the change was applied."""
    rows = IamUser.objects.live().filter(aws_account=run.aws_account, name_key=run.answers["name"].casefold())
    return rows.select_related("aws_account").first()


@dataclass(frozen=True)
class MfaAsked:
    """`allowed_without`: whether they may do more than set MFA up; `can_enrol`: whether they may do that."""

    allowed_without: Truth = MAYBE
    can_enrol: Truth = MAYBE


def mfa_asked(user: IamUser) -> MfaAsked:
    """By the policy engine, of who signs in by a password."""
    caller = caller_named(user.arn)
    holder = holder_of(user.aws_account, caller) if caller else None
    if holder is None:
        return MfaAsked()
    around = surroundings_of(user.aws_account.account_id)
    return MfaAsked(allowed_without_mfa(holder, around), mfa_demand(holder, around).can_enrol)


# ---- The user --------------------------------------------------------------------------------------------------------
class NewcomerForm(StepForm):
    """What of it is there already, such as after somebody made the user elsewhere, isn't asked of AWS again."""

    groups = GroupsField(label="Groups", required=False)
    asks_mfa = forms.BooleanField(
        label="Ask for MFA from the first day",
        required=False,
        initial=True,
        help_text=f"By the managed policy {NAME}, AWS’s own example: they set up their own MFA device, and can do "
        "nothing else until they have signed in with it. It is made where it isn’t there. They keep the password until "
        "they have MFA; without this tick they must choose a new one at the first sign-in.",
    )
    boundary = PolicyField(label="Permissions boundary", required=False)

    def steps(self) -> Sequence[StepSpec]:
        return list(self._steps())

    def _steps(self) -> Iterator[StepSpec]:
        aws_account, name = self.run.aws_account, self.run.answers["name"]
        user = there = user_of(self.run)
        if there is not None and there.has_password is None:
            raise Refusal(f"It isn’t read yet whether {there.name} has a password: pull first.")
        if user is None:
            yield create_user(aws_account, name, "/", self.cleaned_data["boundary"])
            user = IamUser(aws_account=aws_account, arn=USER.arn_of(aws_account, name, "/"), name=name)
        if self.cleaned_data["asks_mfa"] and not (there and _asks(there)):  # before anything is allowed
            yield from asking(user)
        held = _group_ids(there) if there else set()
        yield from (add_member(user, group) for group in self.cleaned_data["groups"] if group.aws_id not in held)
        if there is None or not there.has_password:
            password = thought_up(aws_account, self.operator)
            reset = not self.cleaned_data["asks_mfa"]
            yield on_user(user, "iam.login.create", password=password, reset_required=reset, made_up=True)

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return str(self.cleaned_data["title"] or f"Let {self.run.answers['name']} in as an IAM user")

    def answers(self) -> dict[str, Any]:
        return {"joins": [group.aws_id for group in self.cleaned_data["groups"]]}


def asking(user: IamUser) -> Iterator[StepSpec]:
    """Raises Refusal where a policy of that name says something else."""
    try:
        arn, made = policy_step(user.aws_account, NAME)
    except BadParams:
        words = (
            f"A policy {NAME} is there, and says something else than AWS’s example: ask for MFA by a policy of a group."
        )
        raise Refusal(words, field="asks_mfa") from None
    yield from made
    yield attach(user, arn)


def _asks(user: IamUser) -> bool:
    return mfa_asked(user).allowed_without == NO


def _group_ids(user: IamUser) -> set[str]:
    return set(Membership.objects.live().filter(user=user).values_list("group__aws_id", flat=True))


class UserStep(TaskStep):
    name = "user"
    title = "A user with groups and a password"
    form_class = NewcomerForm

    def look(self, run: TaskRun) -> StepFound:
        user = user_of(run)
        if user is None:
            return to_do("There is no user of that name yet. Whoever applies the change sees the password once.")
        if user.has_password is None:
            return unknown(f"{user.name} is there. Their password isn’t read yet: pull, then look again.")
        missing = [*self._groups_missing(run, user), *([] if user.has_password else ["a console password"])]
        if missing:
            return to_do(f"{user.name} is there, and lacks {some(missing)}.")
        names = [group.name for group in IamGroup.objects.live().filter(aws_id__in=_group_ids(user))]
        return done(f"{user.name} has a password, and is in {some(sorted(names)) if names else 'no group'}.")

    def _groups_missing(self, run: TaskRun, user: IamUser) -> list[str]:
        lacking = set(run.answers.get("joins", ())) - _group_ids(user)
        rows = IamGroup.objects.live().filter(aws_account=run.aws_account, aws_id__in=lacking)
        return [f"the group {name}" for name in rows.order_by("name_key").values_list("name", flat=True)]


# ---- MFA, and the first sign-in --------------------------------------------------------------------------------------
class AskForMfaForm(StepForm):
    def steps(self) -> Sequence[StepSpec]:
        user = user_of(self.run)
        if user is None:
            raise Refusal("The user is gone: begin anew.")
        return list(asking(user))


class AskedStep(TaskStep):
    name = "mfa_asked"
    title = "MFA is asked for"
    after = ("user",)
    form_class = AskForMfaForm

    def look(self, run: TaskRun) -> StepFound:
        user = user_of(run)
        if user is None:
            return to_do()
        found = mfa_asked(user)
        if found.allowed_without == YES:
            return to_do("Their policies allow more without MFA than to set it up: add a policy that asks for it.")
        if found.allowed_without == MAYBE or found.can_enrol == MAYBE:
            return unknown("Whether their policies ask for MFA hangs on what isn’t known here.")
        if found.can_enrol == NO:
            return unknown("Their policies ask for MFA, and don’t let them set it up: somebody has to do it for them.")
        return done("Without MFA they can do no more than set it up, by what the policy engine finds.")


class SignedInStep(TaskStep):
    name = "sign_in"
    title = "They sign in once"
    after = ("user",)

    def look(self, run: TaskRun) -> StepFound:
        user = user_of(run)
        if user is None:
            return to_do()
        reported = ReportedUser.objects.filter(user=user).first()
        url = sign_in_address(run.aws_account, "")
        if reported is None:
            late = (
                "AWS’s credential report, which tells it, doesn’t have them yet: it is made every four hours at most."
            )
            return unknown(late, url, "Where they sign in")
        if reported.password_last_used_at is None:
            return to_do("AWS tells of it in its credential report, up to four hours late.", url, "Where they sign in")
        return done(f"They signed in on {day(reported.password_last_used_at)}.")


class EnrolledStep(TaskStep):
    name = "mfa"
    title = "They set up MFA"
    after = ("user",)

    def look(self, run: TaskRun) -> StepFound:
        user = user_of(run)
        if user is None:
            return to_do()
        if user.mfa_count is None:
            return unknown("Their MFA devices aren’t read yet.")
        if not user.mfa_count:
            return to_do("In AWS’s console: their name at the top right, Security credentials, Assign MFA device.")
        return done(f"They have MFA: {user.mfa_kinds}.")


STEPS: Sequence[TaskStep] = (UserStep(), AskedStep(), SignedInStep(), EnrolledStep())
