"""The IAM user whom a guided task is about."""

from __future__ import annotations

from typing import Any

from guides.models import TaskRun
from guides.runs.steps import AnswersForm
from identities.forms import UserField
from identities.models import IamUser


class UserForm(AnswersForm):
    user = UserField(label="User")

    def answers(self) -> dict[str, Any]:
        user = self.cleaned_data["user"]
        return {"user": user.aws_id, "name": user.name}

    @property
    def about(self) -> str:
        user = self.cleaned_data["user"]
        return f"{user.kind}:{user.aws_id}"


def user_of(run: TaskRun) -> IamUser | None:
    """None where they are gone by now."""
    rows = IamUser.objects.live().filter(aws_account=run.aws_account, aws_id=run.answers.get("user", ""))
    return rows.select_related("aws_account").first()
