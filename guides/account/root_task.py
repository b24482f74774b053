"""Root at rest, as a guided task."""

from __future__ import annotations

from accounts.models import Operator
from guides.account.root_steps import steps_of
from guides.models import TaskRun
from guides.runs.stepped import SteppedTask
from guides.runs.steps import AnswersForm


class OncePerAccountForm(AnswersForm):
    """Nothing is asked: one run of the task is open in an AWS account at a time."""

    about = "account"  # the same of every form


def called(run: TaskRun, operator: Operator) -> str:
    return f"The root user of {run.aws_account.name}"


ROOT = SteppedTask(
    "root_at_rest",
    "Root at rest",
    "Administrators with MFA, a sign-in address, and a root user without keys that nobody needs from day to day.",
    "crown",
    "begin_root_at_rest",
    words="root user mfa alias sign-in access keys administrator harden secure new account break glass",
    position=9,
    begins=OncePerAccountForm,
    steps=steps_of,
    called=called,
)
