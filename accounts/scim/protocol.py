"""Tokens, errors and JSON of SCIM's endpoints (RFC 7644, 2, 3.1 and 3.12)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError as NotValid
from scim2_models import (
    ConflictException,
    Error,
    ForbiddenException,
    InvalidSyntaxException,
    InvalidValueException,
    NotFoundException,
    PayloadTooLargeException,
    SCIMException,
    UnauthorizedException,
    UniquenessException,
)

from accounts import audit
from accounts.models import ScimToken
from accounts.scim.resources import POLICY
from accounts.services import scim_tokens
from accounts.services.owners import NoOwnerLeft, keeping_an_owner
from accounts.services.scim_operators import AddressTaken
from accounts.services.scim_tokens import ScimTokenRefused, said_by
from iamconsole import trouble
from iamconsole.web.kept_texts import check_texts
from iamconsole.web.validation_sentences import sentence_of

log = logging.getLogger(__name__)

P = ParamSpec("P")
ScimView = Callable[Concatenate[HttpRequest, P], HttpResponse]
MEDIA_TYPE = "application/scim+json"
LAST_OWNER = (
    "That would leave nobody who owns all AWS accounts. Make somebody else owner of all AWS accounts in the console "
    "first."
)

audit.register({"scim.kept_owner": "kept the last owner of all AWS accounts, whom the directory wanted to end"})


_SAID = (SCIMException, NotValid, ValidationError, PermissionDenied, IntegrityError, DataError, UnicodeError)


def endpoint(*methods: str) -> Callable[[ScimView[P]], ScimView[P]]:
    """A view for who has a token, which raises SCIMException; each request is one transaction."""

    def decorate(view: ScimView[P]) -> ScimView[P]:
        @wraps(view)
        def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                request.scim_token = _token(request)  # type: ignore[attr-defined]
                if request.method not in methods:
                    return _refused(_not_by(request), {"Allow": ", ".join(methods)})
                with POLICY, _transaction(request):
                    return view(request, *args, **kwargs)
            except NoOwnerLeft:
                audit.record("scim.kept_owner", actor=None, actor_name=said_by(token_of(request)), request=request)
                return _refused(ForbiddenException(detail=LAST_OWNER))
            except _SAID as error:
                return _refused(_translated(error))
            except Exception as error:
                if (found := trouble.recognise(error)) is None:
                    raise
                log.warning("The directory is told to come again: %s", error)
                return _refused(_unavailable(found), {"Retry-After": trouble.RETRY_AFTER_S})

        return cast(ScimView[P], csrf_exempt(answered))

    return decorate


def _transaction(request: HttpRequest) -> AbstractContextManager[None]:
    """What writes waits for owners who do so, before it holds any row: else each might wait for the other."""
    reads = request.method == "GET" or request.path.endswith("/.search")
    return transaction.atomic() if reads else keeping_an_owner()


def token_of(request: HttpRequest) -> ScimToken:
    """By which the directory asks; of a view of `endpoint`."""
    token: ScimToken = request.scim_token  # type: ignore[attr-defined]
    return token


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Raises InvalidSyntaxException, InvalidValueException, PayloadTooLargeException."""
    try:
        said = json.loads(request.body)
    except RequestDataTooBig as error:
        raise PayloadTooLargeException(detail="The request is too large.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidSyntaxException(detail="The body isn’t JSON.") from error
    if not isinstance(said, dict):
        raise InvalidSyntaxException(detail="The body isn’t an object of JSON.")
    try:
        check_texts(said)
    except (ValueError, RecursionError) as error:
        raise InvalidValueException(detail=f"The body can’t be kept: {error}.") from error
    return said


def answer(said: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(json.dumps(said), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def _token(request: HttpRequest) -> ScimToken:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        return scim_tokens.find(text.strip() if scheme.lower() == "bearer" else "", audit.address_of(request))
    except ScimTokenRefused as refused:
        raise (
            ForbiddenException(detail=str(refused)) if refused.is_known else UnauthorizedException(detail=str(refused))
        ) from refused


def _not_by(request: HttpRequest) -> SCIMException:
    error = SCIMException(detail=f"This address doesn’t take {request.method}.")
    error.status = 405
    return error


def _unavailable(found: trouble.ConsoleTrouble) -> SCIMException:
    """A fault of the machine: what was asked may be asked again as it is."""
    error = SCIMException(detail=found.sentence)
    error.status = 503
    return error


def _translated(error: Exception) -> SCIMException:
    match error:
        case SCIMException(__cause__=NotValid() as cause):
            return InvalidValueException(detail=_sentence_of(cause))
        case SCIMException():
            return error
        case NotValid():
            said = Error.from_validation_errors(error)[0]
            said.detail = _sentence_of(error)
            return SCIMException.from_error(said)
        case IntegrityError():  # two requests at once
            return UniquenessException(detail="Something else has this name already.")
        case DataError() | UnicodeError():
            return InvalidValueException(detail="There is a text or a number that can’t be kept.")
        case AddressTaken():
            return UniquenessException(detail=" ".join(error.messages))
        case ValidationError():
            return InvalidValueException(detail=" ".join(error.messages))
        case _:
            return ConflictException(detail=str(error))


def _sentence_of(error: NotValid) -> str:
    """What is wrong first, and where."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {sentence_of(first)}" if where else sentence_of(first)


def _refused(error: SCIMException, headers: Mapping[str, str] | None = None) -> HttpResponse:
    if error.status == 401:
        headers = {"WWW-Authenticate": 'Bearer realm="SCIM"', **(headers or {})}
    return answer(error.to_error().model_dump(), int(error.status or 500), headers)


def not_found(kind: str) -> NotFoundException:
    return NotFoundException(detail=f"There is no such {kind}.")


def unknown_members(uids: Iterable[str]) -> InvalidValueException:
    return InvalidValueException(detail=f"There is no user with the id {', '.join(sorted(uids))[:200]}.")
