"""Receivers of allauth's and Django's signals about signing in and out, for the audit trail. They decide nothing."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import Signal
from django.http import HttpRequest

from accounts import audit
from accounts.models import Operator

UNKNOWN = "Somebody unknown"

audit.register(
    {
        "operator.signed_in": "signed in ({how})",
        "operator.sign_in_failed": "failed to sign in as {object}",
        "operator.signed_out": "signed out",
        "operator.reauthenticated": "proved again who they are ({how})",
        "operator.factor_added": "added a second factor: {factor}",
        "operator.factor_removed": "removed a second factor: {factor}",
        "operator.factor_reset": "made new {factor}",
        "operator.factor_failed": "gave a wrong second factor",
        "operator.password_changed": "changed their password",
        "operator.password_reset": "set a new password by mail",
        "operator.email_added": "added the e-mail address {address}",
        "operator.email_removed": "removed the e-mail address {address}",
        "operator.email_changed": "made {address} their e-mail address",
    }
)

# signals that need nothing but who it was
PLAIN: dict[Signal, str] = {
    account_signals.password_changed: "operator.password_changed",
    account_signals.password_set: "operator.password_changed",
    account_signals.password_reset: "operator.password_reset",
    mfa_signals.authentication_failed: "operator.factor_failed",
}
FACTORS: dict[Signal, str] = {
    mfa_signals.authenticator_added: "operator.factor_added",
    mfa_signals.authenticator_removed: "operator.factor_removed",
    mfa_signals.authenticator_reset: "operator.factor_reset",
}
ADDRESSES: dict[Signal, tuple[str, str]] = {  # signal → (verb, where it carries the address)
    account_signals.email_added: ("operator.email_added", "email_address"),
    account_signals.email_removed: ("operator.email_removed", "email_address"),
    account_signals.email_changed: ("operator.email_changed", "to_email_address"),
}


def connect() -> None:
    account_signals.user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    account_signals.authentication_step_completed.connect(_step_completed, dispatch_uid="audit")
    for signal in PLAIN:
        signal.connect(_plain, dispatch_uid="audit")
    for signal in FACTORS:
        signal.connect(_factor, dispatch_uid="audit")
    for signal in ADDRESSES:
        signal.connect(_address, dispatch_uid="audit")


def _write(verb: str, request: HttpRequest | None, operator: Operator, data: dict[str, Any] | None = None) -> None:
    obj = ("operator", operator.pk, operator.email)
    audit.record(verb, actor=operator, obj=obj, data=data, request=request)


def _signed_in(request: HttpRequest, user: Operator, **kwargs: Any) -> None:
    how = " and ".join(_how(record) for record in get_authentication_records(request, user)) or "unknown"
    _write("operator.signed_in", request, user, {"how": how})


def _how(record: dict[str, Any]) -> str:
    """ "password", "totp", "webauthn", "recovery codes"."""
    return str(record.get("type") or record["method"]).replace("_", " ")


def _sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Names only operators that there are: people type passwords into the wrong field."""
    tried = str(credentials.get("email") or credentials.get("username") or "")
    operator = Operator.objects.filter(email__iexact=tried).first()
    obj = ("operator", operator.pk, operator.email) if operator else ("operator", "", "an address that nobody has here")
    name = operator.email if operator else UNKNOWN
    audit.record("operator.sign_in_failed", actor=None, actor_name=name, obj=obj, request=request)


def _signed_out(request: HttpRequest, user: Operator | None, **kwargs: Any) -> None:
    if user is not None:
        _write("operator.signed_out", request, user)


def _step_completed(request: HttpRequest, user: Operator, method: str, **kwargs: Any) -> None:
    if kwargs.get("reauthenticated"):
        _write("operator.reauthenticated", request, user, {"how": _how({"method": method, **kwargs})})


def _plain(signal: Signal, request: HttpRequest, user: Operator, **kwargs: Any) -> None:
    _write(PLAIN[signal], request, user)


def _factor(signal: Signal, request: HttpRequest, user: Operator, authenticator: Authenticator, **kwargs: Any) -> None:
    _write(FACTORS[signal], request, user, {"factor": str(authenticator.get_type_display())})


def _address(signal: Signal, request: HttpRequest, user: Operator, **kwargs: Any) -> None:
    verb, carrier = ADDRESSES[signal]
    _write(verb, request, user, {"address": str(kwargs[carrier])})
