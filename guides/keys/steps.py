"""The steps from an access key to a role: who uses it, the role with its permissions, and the end of the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.access import signed_in
from guides.keys.begin import key_of, role_of
from guides.keys.evidence import KeyEvidence, is_read, last_use
from guides.keys.permissions import BOUNDARY, GivenPolicy, held_tokens, policies_of, steps_of, token_of
from guides.keys.replacements import BY_NAME, REPLACEMENTS, Replacement
from guides.models import TaskRun
from guides.runs.steps import StepForm, StepFound, TaskStep, done, to_do, unknown
from iamconsole.web.words import ago
from identities.forms import RoleField
from identities.models import IamRole
from identities.operations.credentials.of_user import on_user
from sync.operations import Refusal, StepSpec

GONE = "The key is gone from AWS."
QUIET_DAYS = 3
SAME, USED = "same", "used"


def replacement_of(run: TaskRun) -> Replacement | None:
    return BY_NAME.get(str(run.answers.get("used_by", "")))


# ---- Who uses it -----------------------------------------------------------------------------------------------------
class UsesForm(StepForm):
    only_answers = True
    used_by = forms.ChoiceField(
        label="What uses the key", choices=[(each.name, each.title) for each in REPLACEMENTS], widget=forms.RadioSelect
    )

    def answers(self) -> dict[str, Any]:
        return {"used_by": self.cleaned_data["used_by"]}


class UsesStep(TaskStep):
    name, title = "uses", "Who uses the key"
    form_class, button, template = UsesForm, "That is what uses it", "guides/keys/uses.html"

    def look(self, run: TaskRun) -> StepFound:
        key, replacement = key_of(run), replacement_of(run)
        words = last_use(key) if key else GONE
        if replacement is None:
            return to_do(words)
        return done(f"{words} What uses it: {replacement.title[0].lower()}{replacement.title[1:]}.")

    def context(self, run: TaskRun, request: HttpRequest) -> Mapping[str, Any]:
        key = key_of(run)
        return {"evidence": KeyEvidence(key, signed_in(request)) if key else None}


# ---- What takes its place --------------------------------------------------------------------------------------------
class RoleForm(StepForm):
    only_answers = True
    role = RoleField(label="The role in its place")

    def answers(self) -> dict[str, Any]:
        return {"role": self.cleaned_data["role"].aws_id}


class KeyRoleStep(TaskStep):
    name, title, after = "role", "A role in its place", ("uses",)
    form_class, button, template = RoleForm, "This is the role", "guides/keys/role.html"

    def look(self, run: TaskRun) -> StepFound:
        role = role_of(run)
        if role is not None:
            return done(f"{role.name} is there.", _page("role", role), "Its page")
        if "role" in run.answers:
            return to_do("The role that was named is gone: make another one, or name it here.")
        return to_do("Make it with the role builder; once the mirror has it, name it here.")

    def context(self, run: TaskRun, request: HttpRequest) -> Mapping[str, Any]:
        replacement = replacement_of(run)
        if replacement is None:
            return {"replacement": None}
        builder = reverse("build_role", kwargs={"account_id": run.aws_account.account_id})
        query = replacement.query(f"{run.answers.get('name', '')}-role"[:64])
        return {"replacement": replacement, "url": f"{builder}?{query}"}


class PersonStep(TaskStep):
    name, title, after = "person", "Sign-in by Identity Center in its place", ("uses",)

    def look(self, run: TaskRun) -> StepFound:
        words = f"{BY_NAME['person'].instead} Whether this person has an assignment isn’t said by the key."
        url = reverse("directory_assignments", kwargs={"account_id": run.aws_account.account_id})
        return unknown(words, url, "Assignments")


# ---- What the role may do --------------------------------------------------------------------------------------------
class PermissionsForm(StepForm):
    template = "guides/keys/permissions.html"
    how = forms.ChoiceField(
        label="What the role may do",
        choices=[(SAME, "The same as the user"), (USED, "Only what was used, where AWS has tracked it")],
        widget=forms.RadioSelect,
        initial=SAME,
    )

    def __init__(self, run: TaskRun, *args: Any, **kwargs: Any) -> None:
        super().__init__(run, *args, **kwargs)
        key = key_of(run)
        self.policies: Sequence[GivenPolicy] = policies_of(key.user) if key else ()

    def steps(self) -> Sequence[StepSpec]:
        key, role = key_of(self.run), role_of(self.run)
        if key is None or role is None:
            raise Refusal(GONE if key is None else "The role is gone: name another one.")
        held = held_tokens(role)
        steps = steps_of(key.user, role, self.policies, only_used=self.cleaned_data["how"] == USED)
        self._given = [token_of(step) for step in steps]
        return [step for step in steps if token_of(step) not in held]

    @property
    def needs_no_change(self) -> bool:
        """Where the role has all of it already."""
        try:
            return not self.steps()
        except Refusal:
            return False  # staging says why

    def answers(self) -> dict[str, Any]:
        return {"given": self._given}

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return f"Give the role in place of an access key of {self.run.answers.get('name', '')} its permissions"


class PermissionsStep(TaskStep):
    name, title, after = "permissions", "What the role may do", ("role",)
    form_class = PermissionsForm

    def look(self, run: TaskRun) -> StepFound:
        role = role_of(run)
        if role is None or "given" not in run.answers:
            return to_do("The role gets the policies of the user, and of their groups.")
        missing = set(run.answers["given"]) - held_tokens(role)
        if missing:
            what = "policies" if all(not each.startswith(BOUNDARY) for each in missing) else "policies and its boundary"
            return to_do(f"The role lacks {len(missing)} of these {what}.")
        words = "The role has them." if run.answers["given"] else "There is nothing to give to the role."
        return done(words, _page("role_access", role), "What it may do")


# ---- The role is used, the key isn't ---------------------------------------------------------------------------------
class RoleUsedStep(TaskStep):
    name, title, after = "used", "The role is used", ("role",)

    def look(self, run: TaskRun) -> StepFound:
        role = role_of(run)
        if role is None or role.last_used_at is None:
            return to_do("AWS has told of no use of it yet, which takes some hours. Put the role where the key is.")
        return done(f"It was last used {ago(role.last_used_at)}.")


class QuietStep(TaskStep):
    name, title, after = "quiet", "Nobody uses the key any more", ("uses",)

    def look(self, run: TaskRun) -> StepFound:
        key = key_of(run)
        if key is None:
            return done(GONE)
        if not is_read(key):
            return unknown(last_use(key))
        quiet = key.last_used_at is None or key.last_used_at < timezone.now() - timedelta(days=QUIET_DAYS)
        return done(last_use(key)) if quiet else to_do(f"{last_use(key)} It is to be quiet for {QUIET_DAYS} days.")


# ---- The end of the key ----------------------------------------------------------------------------------------------
class KeyEndForm(StepForm):
    quiet_days = forms.IntegerField(
        label="Days unused",
        initial=QUIET_DAYS,
        min_value=0,
        max_value=90,
        help_text="Days without any use of the key before it is deactivated: the change waits for them.",
    )
    soak_days = forms.IntegerField(
        label="Days inactive",
        initial=14,
        min_value=0,
        max_value=90,
        help_text="Days between deactivation and deletion, in which it can be activated again.",
    )

    def steps(self) -> Sequence[StepSpec]:
        key = key_of(self.run)
        if key is None:
            raise Refusal(GONE)
        user, about = key.user, {"key": key.aws_id}
        first = [
            on_user(user, "iam.key.await_quiet", **about, days=self.cleaned_data["quiet_days"]),
            on_user(user, "iam.key.deactivate", **about),
        ]
        return [
            *(first if key.is_active else ()),
            on_user(user, "iam.key.await_soak", **about, days=self.cleaned_data["soak_days"]),
            on_user(user, "iam.key.delete", **about),
        ]

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return f"Deactivate the access key {self.run.answers.get('key', '')}, and delete it"


class EndStep(TaskStep):
    name, title = "end", "The key is deactivated, then deleted"
    form_class = KeyEndForm

    def __init__(self, after: Sequence[str]) -> None:
        self.after = after  # type: ignore[misc]  # of the instance: people have no role

    def look(self, run: TaskRun) -> StepFound:
        key = key_of(run)
        if key is None:
            return done(GONE)
        if key.is_active:
            return to_do("It is active. One change waits until nobody uses it, deactivates it, and deletes it later.")
        return to_do("It is off. Whoever misses it says so while it can be activated again; then it is deleted.")


def steps_in(run: TaskRun) -> Sequence[TaskStep]:
    if run.answers.get("used_by") == "person":
        return UsesStep(), PersonStep(), QuietStep(), EndStep(("uses",))
    role = KeyRoleStep(), PermissionsStep(), RoleUsedStep()
    return UsesStep(), *role, QuietStep(), EndStep(("uses", "role", "permissions"))


def _page(name: str, role: IamRole) -> str:
    return reverse(name, kwargs={"account_id": role.aws_account.account_id, "aws_id": role.aws_id})
