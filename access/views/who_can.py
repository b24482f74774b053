"""Who in an AWS account may do something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from access.descriptions import describe_condition, describe_example
from access.forms import QuestionForm
from access.index import cached_index
from access.outsiders import Outsider, outsiders
from access.patterns import who_can as answers
from access.question import WhoCanMatch
from access.resource_policies import resource_policy_of
from access.templatetags.access_words import LAYERS
from accounts.access import fetch_aws_account
from accounts.models import AwsAccount
from iamconsole.web.words import some
from policies.engine.catalogue import spelled
from policies.engine.layers import LayerName
from policies.engine.somewhere import is_pattern

SHOWN = 200


@require_GET
def who_can(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    form = QuestionForm(request.GET if request.GET else None)
    context: dict[str, Any] = {"aws_account": aws_account, "form": form}
    if form.is_valid():
        context |= _answered(aws_account, form.cleaned_data)
    return render(request, "access/who_can.html", context)


@dataclass(frozen=True)
class WhoCanLine:
    """`url` is "" for who isn't in the mirror; `example`: of a pattern, what they may, and where."""

    name: str
    url: str
    decision: str
    because: Sequence[Any]
    only_if: str = ""
    example: str = ""


def _answered(aws_account: AwsAccount, asked: dict[str, Any]) -> dict[str, Any]:
    index = cached_index(aws_account).index
    question = (asked["action"], asked["resource"], asked["context"])
    found = answers(index, *question)
    others = [
        WhoCanLine(each.name, "", each.verdict.decision, _statements(each.verdict.reasons), _depends_on(each))
        for each in outsiders(index, *question)
    ]
    return {
        "asked": asked,
        "lines": [_line(aws_account, each, asked) for each in found[:SHOWN]] + others,
        "total": len(found) + len(others),
        "left_out": max(0, len(found) - SHOWN),
        "not_read": _not_read(found),
    }


def _line(aws_account: AwsAccount, found: WhoCanMatch, asked: dict[str, Any]) -> WhoCanLine:
    is_about_pattern = is_pattern(asked["action"]) or is_pattern(asked["resource"])
    return WhoCanLine(
        found.arn.rpartition("/")[2],
        url_of(aws_account, found.holder.unique_id, found.holder.is_role),
        found.decision,
        found.because,
        describe_condition(found),
        describe_example(found) if is_about_pattern and not found.is_undecided else "",
    )


def _not_read(found: Sequence[WhoCanMatch]) -> str:
    """What has a say, too, and isn't in the mirror, in words; "" for nothing."""
    named = (
        resource_policy_of(each.example[1]) if layer is LayerName.RESOURCE else LAYERS[layer]
        for each in found[:SHOWN]
        for layer in each.not_read
    )
    names = [f"the {name}" for name in dict.fromkeys(named) if name]
    return some(names) if names else ""


def _depends_on(found: Outsider) -> str:
    keys = found.verdict.missing_context
    return f"depends on {', '.join(map(spelled, keys))}" if keys else ""


def _statements(reasons: Sequence[Any]) -> list[Any]:
    return [reason for reason in reasons if reason.policy.startswith("trust policy")]


def url_of(aws_account: AwsAccount, unique_id: str, is_role: bool) -> str:
    name = "role" if is_role else "user"
    return reverse(name, kwargs={"account_id": aws_account.account_id, "aws_id": unique_id})
