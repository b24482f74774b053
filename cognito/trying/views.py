"""Pages to try things out: for those who may propose changes. Each answer is for the one who asked, and isn't kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import fetch_aws_account, signed_in
from cognito.identity_pools.views import IDENTITY_POOL
from cognito.models import UserPool
from cognito.trying import sign_in, sign_up
from cognito.trying.as_app import TrialEnded, sentence_of
from cognito.trying.credentials import try_out, why_not
from cognito.trying.forms import AnswerForm, CodeForm, SignInTrialForm, SignUpTrialForm, TokenForm, TryCredentialsForm
from cognito.trying.sign_in import Outcome, SignInChallenge
from iamconsole.web import qr
from objects.object_pages import TabLink, fetch_row, render_tab
from objects.views.stage import REFUSED
from sync.aws.errors import AwsError
from sync.aws.secrets import Secret

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(_GET_OR_POST)
@never_cache
@sensitive_post_parameters("token")
@sensitive_variables()
def try_credentials(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, IDENTITY_POOL, account_id, aws_id)
    form = TryCredentialsForm(row, request.POST if request.method == "POST" else None)
    why = why_not(row)
    context: dict[str, Any] = {"form": form, "why": why}
    if request.method == "POST" and not why and form.is_valid():
        cleaned = form.cleaned_data
        who = "somebody who is signed in" if cleaned["who"] else "a guest"
        _record(request, "cognito.tried_credentials", row, who=who)
        token = Secret(cleaned["token"]) if cleaned["who"] else None
        context["trial"] = try_out(
            row, provider=cleaned["who"], token=token, bucket=cleaned["bucket"], key=cleaned["key"]
        )
    template = "cognito/trying/credentials.html"
    page = render_tab(request, IDENTITY_POOL, row, tab="try", template=template, context=context)
    page.status_code = REFUSED if form.errors else 200
    return page


@require_http_methods(_GET_OR_POST)
@never_cache
@sensitive_post_parameters("password", "secret", "answer", "token", "state")
@sensitive_variables()
def try_sign_in(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """What was sent says which step it is. `as`: who just signed up, to begin with."""
    pool = _fetch_pool(request, account_id, aws_id)
    is_first, to_begin_with = "username" in request.POST, {"username": request.POST.get("as", "")}
    context: dict[str, Any] = {
        "pool": pool,
        "begin": SignInTrialForm(pool, request.POST if is_first else None, initial=to_begin_with),
        "check": TokenForm(pool, request.POST if "token" in request.POST else None),
        "no_flow": sign_in.no_flow(pool),
        "tabs": _tabs(pool, "try_sign_in"),
    }
    if request.method == "POST":
        try:
            context |= _step(request, pool, context)
        except (TrialEnded, AwsError) as error:
            context["refused"] = _why(error)
    if (asked := context.get("asked")) and asked.state.key:
        context["image"] = qr.data_uri(sign_in.scanned(asked.state, pool))
    status = REFUSED if "refused" in context or any(context[form].errors for form in ("begin", "check")) else 200
    return render(request, "cognito/trying/sign_in.html", context, status=status)


def _step(request: HttpRequest, pool: UserPool, context: dict[str, Any]) -> dict[str, Any]:
    operator, begin, check = signed_in(request), context["begin"], context["check"]
    if "state" in request.POST:
        state = sign_in.SignInState.opened(request.POST["state"], operator, pool, sign_in.LASTS)
        answer = AnswerForm(state, request.POST)
        if not answer.is_valid():
            return _shown(SignInChallenge(state), {"refused": "Type what is asked for."})
        typed = Secret(answer.cleaned_data["answer"])
        try:
            return _shown(sign_in.SignInTrial(operator, pool, state.client).go_on(state, typed, answer.attributes))
        except AwsError as error:  # a wrong code may be typed again, as long as Cognito's session lasts
            return _shown(SignInChallenge(state), {"refused": sentence_of(error)})
    if begin.is_bound and begin.is_valid():
        cleaned = begin.cleaned_data
        _record(request, "cognito.tried_sign_in", pool)
        trial = sign_in.SignInTrial(operator, pool, cleaned["client"], begin.typed_secret)
        return _shown(trial.begin(cleaned["username"], Secret(cleaned["password"])))
    if check.is_bound and check.is_valid():
        cleaned = check.cleaned_data
        checked_tokens = sign_in.SignInTrial(operator, pool, cleaned["client"]).check(
            cleaned["token"].strip(), cleaned["use"]
        )
        return {"checked_tokens": [checked_tokens], "is_checked": True}
    return {}


def _shown(outcome: Outcome, more: dict[str, Any] | None = None) -> dict[str, Any]:
    if isinstance(outcome, SignInChallenge):
        answer = AnswerForm(outcome.state, initial={"state": outcome.state.sealed()})
        shown: dict[str, Any] = {"asked": outcome, "answer": answer}
    else:
        shown = {"checked_tokens": outcome.checked_tokens, "username": outcome.username}
    return {**shown, **(more or {})}


@require_http_methods(_GET_OR_POST)
@never_cache
@sensitive_post_parameters("password", "secret", "code", "state")
@sensitive_variables()
def try_sign_up(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """What was sent says which step it is."""
    pool = _fetch_pool(request, account_id, aws_id)
    why = sign_up.why_not(pool)
    begin = SignUpTrialForm(pool, request.POST if "username" in request.POST else None)
    context: dict[str, Any] = {"pool": pool, "why": why, "begin": begin, "tabs": _tabs(pool, "try_sign_up")}
    if request.method == "POST" and not why:
        try:
            context |= _sign_up_step(request, pool, begin)
        except (TrialEnded, AwsError) as error:
            context["refused"] = _why(error)
    status = REFUSED if "refused" in context or begin.errors else 200
    return render(request, "cognito/trying/sign_up.html", context, status=status)


def _sign_up_step(request: HttpRequest, pool: UserPool, begin: SignUpTrialForm) -> dict[str, Any]:
    trial = sign_up.SignUpTrial(signed_in(request), pool)
    if "state" in request.POST:
        state = sign_up.SignUpState.opened(request.POST["state"], signed_in(request), pool, sign_up.LASTS)
        return _code_step(request, pool, trial, state)
    if not begin.is_bound or not begin.is_valid():
        return {}
    cleaned = begin.cleaned_data
    _record(request, "cognito.tried_sign_up", pool)
    state = trial.begin(
        cleaned["client"], cleaned["username"], Secret(cleaned["password"]), begin.attributes, begin.typed_secret
    )
    _record(request, "cognito.made_test_user", pool, sub=state.sub)
    return _signed_up(pool, state)


def _code_step(
    request: HttpRequest, pool: UserPool, trial: sign_up.SignUpTrial, state: sign_up.SignUpState
) -> dict[str, Any]:
    """The code is typed, or another one asked for; what Cognito refuses may be typed again."""
    form = CodeForm(request.POST)
    try:
        if "again" in request.POST:
            return _signed_up(pool, trial.resend(state), is_again=True)
        if not form.is_valid():
            return _signed_up(pool, state, refused="Type the code that was sent.")
        return _signed_up(pool, trial.confirm(state, Secret(form.cleaned_data["code"].strip())))
    except AwsError as error:
        return _signed_up(pool, state, refused=sentence_of(error))


def _signed_up(pool: UserPool, state: sign_up.SignUpState, **more: Any) -> dict[str, Any]:
    person = sign_up.kept(pool, state.sub)
    code = CodeForm(initial={"state": state.sealed()})
    return {"signed_up": state, "code": code, "person": person, **more}


def _tabs(pool: UserPool, current: str) -> list[TabLink]:
    kwargs = {"account_id": pool.aws_account.account_id, "aws_id": pool.aws_id}
    ways = (("Sign in", "try_sign_in"), ("Sign up", "try_sign_up"))
    return [TabLink(label, reverse(name, kwargs=kwargs), name == current, None) for label, name in ways]


def _why(error: TrialEnded | AwsError) -> str:
    return sentence_of(error) if isinstance(error, AwsError) else str(error)


def _fetch_pool(request: HttpRequest, account_id: str, aws_id: str) -> UserPool:
    aws_account = fetch_aws_account(request, account_id)
    pools = UserPool.objects.live().filter(aws_account=aws_account).select_related("aws_account")
    pool: UserPool = get_object_or_404(pools, aws_id=aws_id)
    return pool


def _record(request: HttpRequest, verb: str, row: Any, **data: str) -> None:
    obj = (row.kind, row.aws_id, row.name)
    audit.record(verb, actor=signed_in(request), aws_account=row.aws_account, obj=obj, data=data, request=request)
