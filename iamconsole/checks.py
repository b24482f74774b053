"""System checks of our own: what must never go to production (`manage.py check --deploy`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from iamconsole.startup import refuse
from iamconsole.tracing import EXTRA, is_installed

# environment variable → (setting, what it is for)
SECRETS = {
    "SECRET_KEY": ("SECRET_KEY", "signs sessions and forms"),
    "AUDIT_KEY": ("AUDIT_KEY", "seals the audit trail"),
    "SEAL_KEYS": ("SEAL_KEYS", "seals what operators type in secret"),
}
SHORTEST_SECRET = 32


@register(Tags.security)
def production_is_closed(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """In production: no missing or short secret, no address that stands in for AWS, no demo."""
    if not settings.PRODUCTION:
        return []
    return [*_secrets(), *_doors(), *_identity_provider(), *_mail(), *_monitor()]


_at_start: list[Callable[[], list[str]]] = []


def register_at_start(look: Callable[[], list[str]]) -> None:
    """`look`: what an app looks at before a process starts; its sentences forbid it. Registered in `ready()`."""
    _at_start.append(look)


def refuse_to_start(**kwargs: Any) -> None:
    """For web and workers, which don't come through `manage.py`. Says what is wrong and raises SystemExit."""
    _refuse(production_is_closed(None))


def refuse_to_beat(**kwargs: Any) -> None:
    """For beat, which only says what time it is: it needs no key, and where it has some, they are compared, too."""
    _refuse(_doors() if settings.PRODUCTION else [])


def refuse_to_migrate() -> None:
    """For `manage.py migrate`, which the others wait for: what they would say, it says once."""
    _refuse_serious(production_is_closed(None))


def _refuse_serious(found: list[CheckMessage]) -> None:
    if problems := [problem for problem in found if problem.is_serious()]:
        refuse(f"{problem.msg} {problem.hint or ''}".strip() for problem in problems)


def _refuse(found: list[CheckMessage]) -> None:
    _refuse_serious(found)
    if not apps.ready:
        django.setup()
    sentences = [sentence for look in _at_start for sentence in look()]
    connections.close_all()  # whoever forks this process shares none
    if sentences:
        refuse(sentences)


def given(setting: str) -> Any:
    """The setting; "" for a missing SECRET_KEY, where Django raises when it is asked."""
    try:
        return getattr(settings, setting)
    except ImproperlyConfigured:
        return ""


def _secrets() -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for number, (name, (setting, purpose)) in enumerate(SECRETS.items(), start=1):
        value = given(setting)
        values = value if isinstance(value, list) else [value]
        if not values or min(len(text) for text in values) < SHORTEST_SECRET:
            length = f"at least {SHORTEST_SECRET} random characters"
            hint = f"Give {name} or {name}_FILE: {length}, kept for ever; it {purpose}."
            problems.append(Error(f"{name} is missing or too short.", hint=hint, id=f"iamconsole.E00{number}"))
    if not problems and given("SECRET_KEY") == settings.AUDIT_KEY:
        problems.append(Error("SECRET_KEY and AUDIT_KEY are the same: each needs its own.", id="iamconsole.E004"))
    return problems


def _doors() -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if settings.AWS_EMULATOR_URL:
        hint = "Unset AWS_EMULATOR_URL: whoever answers there would be taken for AWS."
        problems.append(Error("An endpoint override is set in production.", hint=hint, id="iamconsole.E010"))
    if settings.DEMO:
        hint = "Unset IAMCONSOLE_DEMO: the demo operator signs in without a second factor."
        problems.append(Error("The demo is on in production.", hint=hint, id="iamconsole.E011"))
    if settings.FAILPOINT:
        hint = "Unset FAILPOINT: it kills workers in the middle of their work, for tests."
        problems.append(Error("A failpoint is set in production.", hint=hint, id="iamconsole.E017"))
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name them: the links in mails are made from the host that was asked for."
        problems.append(Error("ALLOWED_HOSTS takes any host.", hint=hint, id="iamconsole.E013"))
    if not settings.REDIS_URL and not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        hint = "Give REDIS_URL: Django pickles what it caches in a database, so who writes there could run code here."
        problems.append(Error("The cache is in the database.", hint=hint, id="iamconsole.E014"))
    if settings.DEBUG:
        problems.append(Error("IAMCONSOLE_DEBUG is on in production.", id="iamconsole.E012"))
    return problems


def _identity_provider() -> list[CheckMessage]:
    if not settings.OIDC_ISSUER:
        return []
    if not settings.OIDC_ISSUER.startswith("https://"):
        hint = "Give OIDC_ISSUER as https://…: whoever is in between could sign in as anybody."
        return [Error("The identity provider isn’t asked by https.", hint=hint, id="iamconsole.E015")]
    if not (settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET):
        hint = "Give OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, as the provider made them for this console."
        return [Error("The identity provider’s client is missing.", hint=hint, id="iamconsole.E016")]
    return []


def _monitor() -> list[CheckMessage]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < SHORTEST_SECRET:
        hint = f"Give METRICS_TOKEN or METRICS_TOKEN_FILE: at least {SHORTEST_SECRET} random characters."
        return [Error("METRICS_TOKEN is too short.", hint=hint, id="iamconsole.E018")]
    problems: list[CheckMessage] = []
    if settings.TRACES and not is_installed():
        problems.append(Error(EXTRA, id="iamconsole.E019"))
    if metrics_by_claim():
        problems.append(Warning(BY_CLAIM, hint=ASK_FOR_MORE, id="iamconsole.W002"))
    return problems


BY_CLAIM = "Who may read /metrics is known by X-Forwarded-For alone."
ASK_FOR_MORE = "Give METRICS_TOKEN, too: who reaches a web process past the proxies writes any address there."


def metrics_by_claim() -> bool:
    """Whether METRICS_ALLOWED, without METRICS_TOKEN, goes by addresses that proxies tell."""
    return bool(settings.METRICS_ALLOWED and not settings.METRICS_TOKEN and settings.TRUSTED_PROXIES)


def _mail() -> list[CheckMessage]:
    if settings.EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend":
        return []
    hint = "Give EMAIL_URL: until then, who reads the log can set the password of any operator."
    return [Warning("Mail is printed to the log.", hint=hint, id="iamconsole.W001")]
