"""The role builder: questions and their result on one page, which stages one change."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import reselect, reswap, retarget

from access.views.seen import seen_by
from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from guides.roles import known, prefill
from guides.roles.form import REMOVE, STAGE, RoleBuilderForm, added
from guides.roles.known import NotFoundError
from guides.roles.result import result_of
from guides.roles.rows import ADD, without_row
from objects.views.stage import REFUSED, stage
from sync.operations import BadParams

# What other questions, or what of them is asked, depend on.
_SHAPING = ("user", "principal", "starts")
_SHOWN = "shown"  # of these, what the page that sent the form was made for


@require_http_methods(["GET", "HEAD", "POST"])
def role_builder(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    data, refused = _answered(request, aws_account)
    form = RoleBuilderForm(aws_account, signed_in(request), data)
    status = 200
    if STAGE in request.POST and not refused:
        if form.is_valid() and (change := stage(request, form)):
            return redirect("change", account_id=account_id, pk=change.pk)
        status = REFUSED
    else:
        form.look()
    if refused:
        form.add_error(ADD, refused)
    context = {**_context(request, aws_account, form), "focus_add": "do_add" in request.POST or REMOVE in request.POST}
    return _part_of(request, form, render(request, "guides/role/builder.html", context, status=status))


def _answered(request: HttpRequest, aws_account: AwsAccount) -> tuple[QueryDict, str]:
    """What the form has after the button that was pressed; and why what is to be added isn't."""
    if request.method != "POST":
        return prefill.opening(aws_account, request.GET), ""
    data = request.POST.copy()
    if request.POST.get(_SHOWN, "").partition("|")[0] != request.POST.get("user", ""):
        data = prefill.with_usual(data, request.POST.get("user", ""))
    if REMOVE in request.POST:
        return without_row(data, request.POST[REMOVE]), ""
    if not _adds(request):
        return data, ""
    try:
        return added(aws_account, data), ""
    except NotFoundError as error:
        return data, str(error)


def _adds(request: HttpRequest) -> bool:
    """By its button; and what was typed there counts, whichever other button is pressed."""
    typed = bool(request.POST.get(ADD, "").strip())
    return "do_add" in request.POST or (typed and not request.htmx)  # type: ignore[attr-defined]  # django-htmx's


def _context(request: HttpRequest, aws_account: AwsAccount, form: RoleBuilderForm) -> dict[str, Any]:
    result = None
    if form.answers is not None and not form.problems:
        try:
            result = result_of(form.answers, seen_by(request))
        except BadParams as error:  # what the steps say of their parameters
            form.problems.append(("", str(error)))
    return {
        "aws_account": aws_account,
        "form": form,
        "result": result,
        "suggestions": known.suggestions(aws_account),
        "shown": _shape(form),
        "quick_starts": prefill.QUICK_STARTS,
    }


def _shape(form: RoleBuilderForm) -> str:
    return "|".join(str(form[name].value() or "") for name in _SHAPING)


def _part_of(request: HttpRequest, form: RoleBuilderForm, response: HttpResponse) -> HttpResponse:
    """The page has a fragment replaced: the result, or, where other questions are asked now, the whole form."""
    if not request.htmx:  # type: ignore[attr-defined]  # django-htmx's
        return response
    is_same = request.POST.get(_SHOWN, "") == _shape(form)
    if is_same and REMOVE not in request.POST and "do_add" not in request.POST:
        return response
    return reswap(reselect(retarget(response, "#build"), "#build"), "outerHTML")
