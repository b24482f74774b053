"""The page of an access key that no user here has: in which AWS account it was made."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in, visible_aws_accounts
from aws_constraints import key_ids
from identities import key_accounts

LONGEST = 128  # of an id: IAM API Reference, "AccessKey"


@require_http_methods(["GET", "HEAD", "POST"])
def access_key(request: HttpRequest) -> HttpResponse:
    """What the id says by itself. AWS is asked when the button is pressed, and by nothing else."""
    sent = request.POST if request.method == "POST" else request.GET
    key = sent.get("key", "").strip()[:LONGEST].upper()
    is_key = key_ids.is_key_id(key)
    context = {
        "key": key,
        "is_key": is_key,
        "is_temporary": key_ids.is_temporary(key),
        "read": key_ids.account_in_key_id(key),
        "may_ask": bool(key_accounts.asked_of(signed_in(request))),
    }
    if request.method == "POST" and is_key:
        try:
            context["told"] = key_accounts.ask(request, signed_in(request), key)
        except key_accounts.NotToldError as why:
            context["why"] = str(why)
    said = str(context.get("told") or context["read"])
    seen = {each.account_id: each for each in visible_aws_accounts(request)}
    return render(request, "identities/access_key.html", {**context, "connected": seen.get(said)})
