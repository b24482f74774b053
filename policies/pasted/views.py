"""A page that checks a document which isn't in the mirror. What is pasted is in no log and no audit entry, and is kept
nowhere, unless it is made the draft of a new policy or role.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.words import number
from objects.object_actions import ACCOUNT
from policies.drafts import MOST_SENT
from policies.edited_objects import fetch_edited
from policies.models import OrgPolicy
from policies.open_drafts import AS_NEW
from policies.organizations.types import document_type
from policies.pasted.chosen_type import PastedType, pasted_type, subject_of
from policies.pasted.form import PastedField, PastedPolicyForm
from policies.views.document import render_checked, render_view
from policies.views.starting import begin

AS = "as_new"  # the button that makes it a draft
FROM = "control_policy"  # of the address: the id of one whose text is to be checked


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def check_policy(request: HttpRequest, account_id: str) -> HttpResponse:
    """The page. `control_policy` in its address names one whose text it begins with."""
    aws_account = fetch_aws_account(request, account_id)
    began = _control_policy(request, aws_account)
    asked = {**request.GET.dict(), **({"kind": document_type(began)} if began else {})}
    data = request.POST if request.method == "POST" else None
    form = PastedPolicyForm(aws_account, signed_in(request), asked, data, began.document.text if began else "")
    form.hold()
    if "fix" in request.POST:
        form.fix(request.POST["fix"])
    elif AS in request.POST and (answer := _as_new(request, aws_account, form)):
        return answer
    context = {"aws_account": aws_account, "form": form, "began": began, "as_new": AS_NEW.get(form.type.kind)}
    return render(request, "policies/pasted/page.html", context)


def _control_policy(request: HttpRequest, aws_account: AwsAccount) -> OrgPolicy | None:
    aws_id = request.GET.get(FROM, "")
    if not aws_id:
        return None
    rows = OrgPolicy.objects.filter(aws_account=aws_account).select_related("document")
    found: OrgPolicy = get_object_or_404(rows, aws_id=aws_id)
    return found


def _as_new(request: HttpRequest, aws_account: AwsAccount, form: PastedPolicyForm) -> HttpResponse | None:
    """The text becomes the draft of something new; None, and a message, where it can't.

    Raises PermissionDenied where the operator may not propose it.
    """
    action, _ = AS_NEW.get(form.type.kind, ("", ""))
    if not action:
        kind = form.type.kind.label.lower()
        messages.error(
            request, f"Nothing new is made of it here: it is checked as a {kind}. Choose another type first."
        )
        return None
    edited = fetch_edited(request, aws_account, {"place": ACCOUNT, "action": action})
    text = str(form["document"].value() or "").replace("\r\n", "\n")
    if len(text) > MOST_SENT:
        messages.error(request, f"No draft of more than {number(MOST_SENT)} characters is kept: shorten the text.")
        return None
    return begin(request, edited, text)


# ---- While one types ---------------------------------------------------------------------------------------------
@sensitive_post_parameters()
@require_POST
def said(request: HttpRequest, account_id: str) -> HttpResponse:
    """What is said of the text. `kind` and `resource` of the address are as the page was sent last."""
    aws_account = fetch_aws_account(request, account_id)
    found = _type_of(request)
    subject = subject_of(found.kind, request.GET.get("resource", ""))
    above = PastedField.above_template
    return render_checked(
        request, aws_account, found.kind, description={"type": found}, above_template=above, subject=subject
    )


@sensitive_post_parameters()
@require_POST
def view(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    return render_view(request, aws_account, _type_of(request).kind)


def _type_of(request: HttpRequest) -> PastedType:
    said_type = request.GET.get("kind", "")
    if len(said_type) > 20:
        raise Http404("There is no such type of document.")
    return pasted_type(said_type, request.POST.get("document", ""))
