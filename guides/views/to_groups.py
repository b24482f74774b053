"""From direct policies to groups: what is proposed, and what is proved of it, on one page that stages one change."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.plans.effect_blocks import LEDE
from accounts.access import fetch_aws_account, signed_in
from guides.groups.form import STAGE, ToGroupsForm
from objects.views.stage import REFUSED, stage
from sync.naming import Names
from sync.operations import registry

_MOST_TITLES = 200


@require_http_methods(["GET", "HEAD", "POST"])
def to_groups(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    is_staging = STAGE in request.POST
    form = ToGroupsForm(aws_account, signed_in(request), request.POST or QueryDict(), is_staging=is_staging)
    status = 200
    if is_staging:
        if form.is_valid() and (change := stage(request, form)):
            return redirect("change", account_id=account_id, pk=change.pk)
        status = REFUSED
    else:
        form.look()
    context = {
        "aws_account": aws_account,
        "form": form,
        "steps": _titles(form),
        "step_count": len(form.plan.steps) if form.plan else 0,
        "names": Names(signed_in(request), aws_account),
        "lede": LEDE,
    }
    return render(request, "guides/groups/page.html", context, status=status)


def _titles(form: ToGroupsForm) -> list[str]:
    """Of the first steps."""
    steps = form.plan.steps[:_MOST_TITLES] if form.plan else ()
    operations = ((registry[step.kind], step.params) for step in steps)
    return [operation.title(operation.parse(params)) for operation, params in operations]
