"""Who in an AWS account may do something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from access.forms import QuestionForm
from access.kept import kept
from access.outsiders import outsiders
from access.patterns import who_can as answers
from access.question import Found
from access.templatetags.access_words import LAYERS
from accounts.access import fetch_aws_account
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM

SHOWN = 200


@require_GET
def who_can(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id, SEE_IAM)
    form = QuestionForm(request.GET if request.GET else None)
    context: dict[str, Any] = {"aws_account": aws_account, "form": form}
    if form.is_valid():
        context |= _answered(aws_account, form.cleaned_data)
    return render(request, "access/who_can.html", context)


@dataclass(frozen=True)
class Line:
    """`url` is "" for who isn't in the mirror; `example`: what was asked of a pattern."""

    name: str
    url: str
    decision: str
    because: Sequence[Any]
    hangs_on: Sequence[str]
    not_held: Sequence[str]
    example: str = ""


def _answered(aws_account: AwsAccount, asked: dict[str, Any]) -> dict[str, Any]:
    index = kept(aws_account).index
    question = (asked["action"], asked["resource"], asked["context"])
    found = answers(index, *question)
    others = [
        Line(each.name, "", each.verdict.decision, _statements(each.verdict.reasons), each.verdict.missing_context, [])
        for each in outsiders(index, *question)
    ]
    return {
        "asked": asked,
        "lines": [_line(aws_account, each, asked) for each in found[:SHOWN]] + others,
        "total": len(found) + len(others),
        "left_out": max(0, len(found) - SHOWN),
        "not_held": [f"the {LAYERS[layer]}" for each in found[:1] for layer in each.not_held],
    }


def _line(aws_account: AwsAccount, found: Found, asked: dict[str, Any]) -> Line:
    example = "" if found.example == (asked["action"], asked["resource"]) else " on ".join(found.example)
    return Line(
        found.arn.rpartition("/")[2],
        url_of(aws_account, found.holder.unique_id, found.holder.is_role),
        found.decision,
        found.because,
        found.hangs_on,
        found.not_held,
        example,
    )


def _statements(reasons: Sequence[Any]) -> list[Any]:
    return [reason for reason in reasons if reason.policy.startswith("trust policy")]


def url_of(aws_account: AwsAccount, unique_id: str, is_role: bool) -> str:
    name = "role" if is_role else "user"
    return reverse(name, kwargs={"account_id": aws_account.account_id, "aws_id": unique_id})
