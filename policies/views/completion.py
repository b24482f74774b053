"""What the editor's script asks for: words of the catalogue, which are the same for everybody, and of the mirror."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_GET

from accounts.access import fetch_aws_account, signed_in, visible_aws_accounts
from policies.completion import mirrored_objects, words

_KEPT_S = 3_600  # by a browser, which then asks whether it is still the same
_LONGEST = 2_048


# ---- The catalogue -------------------------------------------------------------------------------------------
@lru_cache(maxsize=64)
def _written(prefix: str) -> tuple[bytes, str]:
    """The words of a service, or of the language where `prefix` is "", and their ETag. Raises Http404."""
    found = words.service_words(prefix) if prefix else words.language_words()
    if found is None:
        raise Http404("AWS has no such service.")
    text = json.dumps(found, separators=(",", ":")).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:20]}"'


def _etag(request: HttpRequest, prefix: str = "") -> str:
    return _written(prefix)[1]


@require_GET
@gzip_page  # nothing in it is secret, or anybody's
@condition(etag_func=_etag)
def catalogue_words(request: HttpRequest, prefix: str = "") -> HttpResponse:
    response = HttpResponse(_written(prefix)[0], content_type="application/json")
    patch_cache_control(response, private=True, max_age=_KEPT_S)
    return response


@require_GET
def catalogue_actions(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"actions": words.actions_named(_asked(request, "q"))})


# ---- The mirror ----------------------------------------------------------------------------------------------
def _asked(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "")[:_LONGEST]


def _account_names(request: HttpRequest) -> Mapping[str, str]:
    return mirrored_objects.names_of_accounts(signed_in(request), visible_aws_accounts(request))


@require_GET
def document_surroundings(request: HttpRequest, account_id: str) -> JsonResponse:
    """The AWS account to which a document belongs, and those that the operator may know."""
    aws_account = fetch_aws_account(request, account_id)
    found: dict[str, Any] = {
        "account": aws_account.account_id,
        "partition": aws_account.partition,
        "region": aws_account.default_region,
        "organization": mirrored_objects.organization_of(aws_account),
        "accounts": list(_account_names(request).items()),
    }
    return JsonResponse(found)


@require_GET
def document_objects(request: HttpRequest, account_id: str) -> JsonResponse:
    """`types`: "iam:role,iam:user"; `q`: what is typed; `everywhere`: in all AWS accounts that they may see."""
    aws_account = fetch_aws_account(request, account_id)
    types, everywhere = _asked(request, "types").split(","), "everywhere" in request.GET
    found = mirrored_objects.objects_of(
        signed_in(request), aws_account, types, _asked(request, "q"), everywhere=everywhere
    )
    return JsonResponse({"objects": [asdict(each) for each in found]})


@require_GET
def document_about(request: HttpRequest, account_id: str) -> JsonResponse:
    """What `named` is: an ARN, or the number of an AWS account. Nothing of anything else."""
    fetch_aws_account(request, account_id)
    named, names = _asked(request, "named"), _account_names(request)
    if len(named) == 12 and named.isascii() and named.isdecimal():
        return JsonResponse({"thing": asdict(mirrored_objects.account_with(named, names))})
    thing = mirrored_objects.thing_with(named, signed_in(request), names)
    return JsonResponse({"thing": asdict(thing) if thing else None})
