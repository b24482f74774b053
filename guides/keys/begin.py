"""The access key that a run is about."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from guides.models import TaskRun
from guides.runs.steps import AnswersForm
from identities.actions.credentials import said_of
from identities.models import AccessKey, IamRole
from objects.fields import NamedField


def _keys(aws_account: AwsAccount) -> QuerySet[Any]:
    rows = AccessKey.objects.live().filter(aws_account=aws_account, user__gone_at=None)
    return rows.select_related("user", "user__aws_account").order_by("user__name_key", "pk")


class AccessKeyField(NamedField):
    """By its id, or by the name of its user."""

    several = "{} has two keys: give the id of one."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("access key", _keys, **{"help_text": "Its id (AKIA…), or the name of its user.", **kwargs})

    def words_of(self, row: Any) -> str:
        return f"{row.user.name}: {said_of(row).partition(', ')[2]}"

    def meant(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        return rows.filter(Q(aws_id=said) | Q(user__name_key=said.casefold()))


class KeyToReplaceForm(AnswersForm):
    key = AccessKeyField(label="Access key")

    def answers(self) -> dict[str, Any]:
        key = self.cleaned_data["key"]
        return {"key": key.aws_id, "user": key.user.aws_id, "name": key.user.name}

    @property
    def about(self) -> str:
        key = self.cleaned_data["key"]
        return f"{key.kind}:{key.aws_id}"


def key_of(run: TaskRun) -> AccessKey | None:
    """None where it is gone by now, or its user is."""
    key: AccessKey | None = _keys(run.aws_account).filter(aws_id=run.answers.get("key", "")).first()
    return key


def role_of(run: TaskRun) -> IamRole | None:
    """The one that was named in its place; None where none was, or it is gone."""
    rows = IamRole.objects.live().filter(aws_account=run.aws_account, aws_id=run.answers.get("role", ""))
    return rows.select_related("aws_account").first()
