"""The first answers from an AWS account: steps that are ticked off as its first pulls go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.urls import reverse

from accounts.models import AwsAccount, Operator
from findings.models import AccountRefresh, Finding
from guides.account.root_task import OncePerAccountForm
from guides.models import TaskRun
from guides.runs.stepped import SteppedTask
from guides.runs.steps import StepFound, TaskStep, done, on_its_way, to_do, unknown
from iamconsole.web.words import counted
from identities.credentials.root import root_of
from identities.models import IamGroup, IamRole, IamUser
from policies.organizations.selectors import organization_of
from policies.organizations.sources import MEMBERSHIP
from sync.models import Run
from sync.selectors import coverages_of


def _address(run: TaskRun, name: str) -> str:
    return reverse(name, kwargs={"account_id": run.aws_account.account_id})


class PulledStep(TaskStep):
    """Done once these sources were pulled; then it says what they brought."""

    sources: ClassVar[Sequence[str]]

    def look(self, run: TaskRun) -> StepFound:
        found = coverages_of(run.aws_account, self.sources)
        missing = next((each for each in found.values() if each.at is None), None)
        if missing is None:
            return self.answer(run)
        if missing.state == "never" or self._is_pulled(run.aws_account):
            return on_its_way("A worker reads it.", _address(run, "pulls"), "Pulls")
        if missing.state == "unsupported":
            return unknown(missing.why)
        return to_do(missing.why, _address(run, "pulls"), "Pulls")

    def _is_pulled(self, aws_account: AwsAccount) -> bool:
        runs = Run.objects.filter(aws_account=aws_account, source__in=self.sources, finished_at=None)
        return runs.exists()

    def answer(self, run: TaskRun) -> StepFound:
        raise NotImplementedError


class DetailsStep(PulledStep):
    name = "details"
    title = "Users, groups and roles"
    sources = ("iam.details",)

    def answer(self, run: TaskRun) -> StepFound:
        live = [model.objects.live().filter(aws_account=run.aws_account) for model in (IamUser, IamGroup, IamRole)]
        names = zip(live, ("user", "group", "role"), strict=True)
        said = ", ".join(counted(rows.count(), name) for rows, name in names)
        return done(f"{said}.", _address(run, "users"), "The users")


class LoginsStep(PulledStep):
    name = "logins"
    title = "Passwords and MFA"
    sources = ("iam.login", "iam.mfa")

    def answer(self, run: TaskRun) -> StepFound:
        users = IamUser.objects.live().filter(aws_account=run.aws_account, has_password=True)
        lacking = counted(users.filter(mfa_count=0).count(), "of them without MFA", "of them without MFA")
        return done(f"{counted(users.count(), 'user')} with a password, {lacking}.")


class RootStep(PulledStep):
    name = "root"
    title = "The root user"
    sources = ("iam.summary",)

    def answer(self, run: TaskRun) -> StepFound:
        root = root_of(run.aws_account)
        keys = {True: "has access keys", False: "has no access keys", None: "may have access keys"}[root.has_keys]
        mfa = {True: "and MFA", False: "and no MFA", None: ""}[root.mfa]
        return done(f"It {keys} {mfa}".strip() + ".", _address(run, "begin_root_at_rest"), "Put it to rest")


class MembershipStep(PulledStep):
    name = "organization"
    title = "Its organization"
    sources = (MEMBERSHIP,)

    def answer(self, run: TaskRun) -> StepFound:
        found = organization_of(run.aws_account)
        return done(f"It is in {found.aws_id}." if found else "It is in none.")


class FoundStep(TaskStep):
    name = "findings"
    title = "What is wrong"
    after = ("details", "logins")

    def look(self, run: TaskRun) -> StepFound:
        looked = AccountRefresh.objects.filter(aws_account=run.aws_account).exclude(looked_at=None).exists()
        if not looked:
            return on_its_way("A worker looks once users, roles and policies are read.")
        count = Finding.objects.there().filter(aws_account=run.aws_account).count()
        return done(f"{counted(count, 'finding')}.", _address(run, "findings"), "The findings, the worst first")


STEPS: Sequence[TaskStep] = (DetailsStep(), LoginsStep(), RootStep(), MembershipStep(), FoundStep())


def called(run: TaskRun, operator: Operator) -> str:
    return f"First answers from {run.aws_account.name}"


FIRST_LOOK = SteppedTask(
    "first_look",
    "First answers from an AWS account",
    "What the first pulls of a connected AWS account bring, as they go.",
    "telescope",
    "begin_first_look",
    words="connect pull new account first overview",
    position=7,
    begins=OncePerAccountForm,
    steps=lambda run: STEPS,
    called=called,
)
