"""Fixes of findings that are actions of an object's page: the form filled in, or what it stages as it is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from findings.fixes import FindingFix
from objects import object_actions
from objects.object_actions import ACCOUNT, ActionForm, ObjectAction
from sync.operations import Refusal, StepSpec


def action_fix(
    place: str, row: Any, action: str, asked: Mapping[str, str] | None = None, *, label: str = ""
) -> FindingFix | None:
    """Of the action at `place` on a mirrored row; None where it isn't offered, or the row is gone."""
    found = object_actions.find(place, action)
    if found is None or row is None or row.gone_at is not None or not found.offered(row):
        return None
    kwargs = {"account_id": row.aws_account.account_id, "aws_id": row.aws_id, "action": action}
    return _fix(found, row.aws_account, [row], asked or {}, reverse(f"{place}_action", kwargs=kwargs), label)


def account_fix(
    aws_account: AwsAccount, action: str, asked: Mapping[str, str] | None = None, *, label: str = ""
) -> FindingFix | None:
    """Of an action of the AWS account."""
    found = object_actions.find(ACCOUNT, action)
    if found is None or not found.offered(aws_account):
        return None
    url = reverse("account_action", kwargs={"account_id": aws_account.account_id, "action": action})
    return _fix(found, aws_account, [], asked or {}, url, label)


def _fix(
    action: ObjectAction,
    aws_account: AwsAccount,
    targets: Sequence[Any],
    asked: Mapping[str, str],
    url: str,
    label: str,
) -> FindingFix:
    def steps(operator: Operator) -> Sequence[StepSpec]:
        return _steps(action, aws_account, targets, operator, asked)

    query = f"?{urlencode(asked)}" if asked else ""
    return FindingFix(label or action.label, f"{url}{query}", steps)


def _steps(
    action: ObjectAction, aws_account: AwsAccount, targets: Sequence[Any], operator: Operator, asked: Mapping[str, str]
) -> Sequence[StepSpec]:
    """As if somebody had opened the form and sent it. Raises Refusal where more has to be said."""
    if not action.is_for(operator, aws_account):
        raise Refusal(f"{action.label.removesuffix('…')}: that takes a permission that you don’t have here.")
    shown = action.form(aws_account, targets, operator, asked)
    form = action.form(aws_account, targets, operator, asked, _as_sent(shown))
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        raise Refusal(said or "Its form has to be filled in.")
    return form.steps()


def _as_sent(form: ActionForm) -> QueryDict:
    data = QueryDict(mutable=True)
    for bound in form:
        value = bound.value()
        if value is True:
            data[bound.html_name] = "on"
        elif isinstance(value, list | tuple):
            data.setlist(bound.html_name, [str(each) for each in value])
        elif value is not None and value is not False and value != "":
            data[bound.html_name] = str(value)
    return data
