"""What some pages wait for, such as an organization: until an AWS account that the operator may see has it, their links
stay out of the menu, and their addresses say what is missing and how it is connected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from iamconsole.web.addresses import View
from iamconsole.web.counts import lately
from iamconsole.web.navigation import CountedRows
from iamconsole.web.shell import shell_for


@dataclass(frozen=True)
class Prerequisite:
    """`rows`: the AWS accounts that have it, of those that the operator may see. `template`: what is known of the one
    that is looked at, with what `context` gives. `steps`: how it is connected, a sentence each.
    """

    title: str  # of its pages: "Organization"
    icon: str
    missing: str  # "None of the AWS accounts that you may see …"
    steps: Sequence[str]
    rows: CountedRows
    template: str
    context: Callable[[HttpRequest, Any], Mapping[str, Any]]


def is_held(request: HttpRequest, prerequisite: Prerequisite) -> bool:
    """As the menu counted it up to a minute ago; where it counted none, as it is now."""
    rows = prerequisite.rows(request, shell_for(request).aws_account)
    return bool(lately(rows)) or rows.exists()


def behind(prerequisite: Prerequisite, view: View) -> View:
    """The view, where there is what it is about; else the page that says what is missing."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_held(request, prerequisite):
            return view(request, *args, **kwargs)
        aws_account = shell_for(request).aws_account
        context = {"aws_account": aws_account, "prerequisite": prerequisite}
        return render(request, "missing.html", {**context, **prerequisite.context(request, aws_account)})

    return asked
